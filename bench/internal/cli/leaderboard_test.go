package cli

import (
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/index"
)

// manyTrials are scored trials of so many agents and runs in both workflows, both
// settings and three domains, with the answers to 300 items.
func manyTrials(agents, runs int) []results.Outcome {
	rng := rand.New(rand.NewPCG(1, 1))
	score := func(share float64) results.Score {
		correct, n := make([]bool, 300), 0
		for i := range correct {
			if correct[i] = rng.Float64() < share; correct[i] {
				n++
			}
		}
		return results.Score{Correct: n, Total: len(correct), Items: results.ItemsOf(correct)}
	}
	base := map[results.Domain]results.Score{}
	for _, d := range results.Domains() {
		base[d] = score(0.2)
	}
	var all []results.Outcome
	for agent := range agents {
		for _, w := range results.Workflows() {
			for _, s := range results.Settings() {
				for _, d := range results.Domains() {
					for run := range runs {
						all = append(all, results.Outcome{
							TrialID: results.TrialID{Domain: d, Workflow: w, Setting: s, Agent: fmt.Sprintf("agent-%d", agent), Run: run + 1},
							Kind:    results.OfAgent, Experiment: "many", Suite: "mini", Protocol: "mini", Teacher: "t", Student: "s",
							Valid: true, BasePrivate: base[d], Finals: []results.Score{score(0.2 + 0.4*float64(agent)/float64(agents))},
							Attempts: 6, ValidAttempts: 4, Failures: map[results.Failure]int{results.RuntimeError: 2},
							Usage: results.Usage{TeacherCalls: 4321}, Elapsed: time.Minute, End: results.EndAttempts, Simulated: true,
						})
					}
				}
			}
		}
	}
	return all
}

// BenchmarkLeaderboard prints the ranking of over 5,000 trials from the index, for
// which two seconds are allowed on two cores: of 24 agents with many runs, and of
// 84 with few, which has 336 rows to compare with each other.
func BenchmarkLeaderboard(b *testing.B) {
	for _, size := range []struct{ agents, runs int }{{24, 18}, {84, 5}} {
		b.Run(fmt.Sprintf("%d-agents", size.agents), func(b *testing.B) {
			out := b.TempDir()
			db, err := index.Open(filepath.Join(out, "results.db"))
			if err != nil {
				b.Fatal(err)
			}
			if err := db.Put(b.Context(), nil, nil); err != nil {
				b.Fatal(err)
			}
			if err := db.Close(); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				env := Env{Args: []string{"autodatabench", "leaderboard", "--out", out}, World: setup.World{Stdout: io.Discard, Stderr: io.Discard}}
				if code := Run(b.Context(), env); code != 0 {
					b.Fatalf("exit code %d", code)
				}
			}
			b.ReportMetric(1000*b.Elapsed().Seconds()/float64(b.N), "ms/board")
		})
	}
}
