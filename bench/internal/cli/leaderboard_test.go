package cli

import (
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/catalog"
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
// 84 with few, which has 336 rows to compare with each other. What it takes to ask
// the folders of the trials is the subject of [BenchmarkCatalog].
func BenchmarkLeaderboard(b *testing.B) {
	for _, size := range []struct{ agents, runs int }{{24, 18}, {84, 5}} {
		b.Run(fmt.Sprintf("%d-agents", size.agents), func(b *testing.B) {
			db, err := index.Open(filepath.Join(b.TempDir(), "results.db"))
			if err != nil {
				b.Fatal(err)
			}
			var rows []index.Row
			for _, o := range manyTrials(size.agents, size.runs) {
				rows = append(rows, index.Row{Folder: "many/" + o.Path(), Outcome: o})
			}
			if err := db.Put(b.Context(), rows); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				all, err := db.Rows(b.Context(), index.Filter{})
				if err != nil {
					b.Fatal(err)
				}
				var outcomes []results.Outcome
				for _, r := range all.Rows {
					outcomes = append(outcomes, r.Outcome)
				}
				if err := report.Write(io.Discard, report.Text, report.Leaderboard(outcomes, report.Options{})); err != nil {
					b.Fatal(err)
				}
			}
			if err := db.Close(); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(1000*b.Elapsed().Seconds()/float64(b.N), "ms/board")
		})
	}
}

// BenchmarkCatalog measures what the folders of 432 trials cost, with about 60 files
// each: Look asks whether they are as the index has them, Rebuild reads all of them.
func BenchmarkCatalog(b *testing.B) {
	out, names := b.TempDir(), make([]string, 24)
	for i := range names {
		names[i] = fmt.Sprintf("agent-%d", i)
	}
	s := microOf(b, filepath.Join(out, "micro"), names, 18, 6)
	outcomes, err := s.Run(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	if _, err := putIndex(b.Context(), quiet(), s.Root, outcomes); err != nil {
		b.Fatal(err)
	}
	for name, do := range map[string]func(c *catalog.Catalog) error{
		"Look": func(c *catalog.Catalog) error {
			r, err := c.Read(b.Context(), "")
			if err == nil && len(r.Outcomes) != len(outcomes) {
				err = fmt.Errorf("%d outcomes", len(r.Outcomes))
			}
			return err
		},
		"Rebuild": func(c *catalog.Catalog) error { return c.Rebuild(b.Context()) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				c, err := catalog.Open(b.Context(), out)
				if err != nil {
					b.Fatal(err)
				}
				if err := do(c); err != nil {
					b.Fatal(err)
				}
				if err := c.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(1000*b.Elapsed().Seconds()/float64(b.N)/float64(len(outcomes)), "ms/trial")
		})
	}
}
