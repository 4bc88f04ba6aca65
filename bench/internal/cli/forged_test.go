package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

const (
	alpha1 = "trials/science/iterative-scratch/alpha/run-1"
	beta2  = "trials/science/iterative-scratch/beta/run-2"
)

// better makes every answer of a score folder correct, in predictions and score.
func better(t *testing.T, dir record.Final) {
	t.Helper()
	judged, err := dir.Predictions().Read()
	if err != nil {
		t.Fatal(err)
	}
	correct := make([]bool, len(judged))
	for i := range judged {
		judged[i].Correct, correct[i] = true, true
	}
	score, err := dir.Score().Read()
	if err != nil {
		t.Fatal(err)
	}
	score.Private = results.Score{Correct: len(judged), Total: len(judged), Items: results.ItemsOf(correct)}
	if score.Predictions, err = dir.Predictions().Write(judged); err != nil {
		t.Fatal(err)
	}
	if err := dir.Score().Write(score); err != nil {
		t.Fatal(err)
	}
}

// rewritten writes the log of scores anew, with a chain that holds, after change saw
// each line.
func rewritten(t *testing.T, root string, change func(l *record.ScoresLine)) {
	t.Helper()
	path := filepath.Join(root, "scores.jsonl")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var anew []byte
	for line := range bytes.Lines(data) {
		var l record.ScoresLine
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatal(err)
		}
		change(&l)
		if line, err = disk.Canonical(l); err != nil {
			t.Fatal(err)
		}
		anew = append(append(anew, line...), '\n')
	}
	if err := rechain(path, anew); err != nil {
		t.Fatal(err)
	}
}

// forge rewrites everything about the final score of alpha's first run, the log
// included, so that nothing in the folder contradicts it.
func forge(t *testing.T, root string) {
	t.Helper()
	dir := record.Trial(filepath.Join(root, alpha1)).Final(1)
	better(t, dir)
	score, err := dir.Score().Read()
	if err != nil {
		t.Fatal(err)
	}
	rewritten(t, root, func(l *record.ScoresLine) {
		if l.Kind == record.FinalScored && l.Trial.Path() == alpha1 {
			l.Score, l.Predictions = &score.Private, score.Predictions
		}
	})
}

// resealed changes a file of the trial and seals it again.
func resealed(t *testing.T, root string) {
	t.Helper()
	trial := record.Trial(filepath.Join(root, alpha1))
	edit(t, string(trial.Attempt(1).Plan()), func(data []byte) []byte { return append(data, "more"...) })
	seal, err := trial.SealFile().Read()
	if err != nil {
		t.Fatal(err)
	}
	for name := range seal.Files {
		if seal.Files[name], err = disk.DigestFile(filepath.Join(string(trial), name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := trial.SealFile().Write(seal); err != nil {
		t.Fatal(err)
	}
}

// forgeries are changes that make sense in themselves. said is what every reading
// command says of them.
var forgeries = []struct {
	name string
	do   func(t *testing.T, root string)
	said string
	good int // outcomes that go on
}{
	{"a better score", func(t *testing.T, root string) {
		edit(t, filepath.Join(root, alpha1, "final/1/score.json"), func(data []byte) []byte {
			return bytes.Replace(data, []byte(`"correct": 1`), []byte(`"correct": 2`), 1)
		})
	}, "final/1/score.json: says 2", 3},
	{"a better score with its predictions", func(t *testing.T, root string) {
		better(t, record.Trial(filepath.Join(root, alpha1)).Final(1))
	}, "final/1/predictions.jsonl: changed since it was scored", 3},
	{"a worse base with its predictions", func(t *testing.T, root string) {
		better(t, record.Experiment(root).Base(results.Science))
	}, "base/science/private/predictions.jsonl: changed since it was scored", 0},
	{"a further final score", func(t *testing.T, root string) {
		if err := os.CopyFS(filepath.Join(root, alpha1, "final/2"), os.DirFS(filepath.Join(root, alpha1, "final/1"))); err != nil {
			t.Fatal(err)
		}
	}, "final/2: a score of a trial that has 1", 3},
	{"two final scores swapped", func(t *testing.T, root string) {
		swap(t, filepath.Join(root, alpha1, "final"), filepath.Join(root, beta2, "final"))
	}, "run-1/final/1/predictions.jsonl: changed", 2},
	{"two trials swapped", func(t *testing.T, root string) {
		swap(t, filepath.Join(root, alpha1), filepath.Join(root, beta2))
	}, "in another's folder", 2},
	{"no final score", func(t *testing.T, root string) {
		if err := os.RemoveAll(filepath.Join(root, alpha1, "final")); err != nil {
			t.Fatal(err)
		}
	}, "final/1: of the score that the experiment's log has, a file is missing", 3},
	{"no seal", func(t *testing.T, root string) {
		if err := os.Remove(filepath.Join(root, alpha1, "seal.json")); err != nil {
			t.Fatal(err)
		}
	}, "seal.json: is missing from a trial that was sealed", 3},
	{"a new seal of changed files", resealed, "seal.json: changed since the trial was sealed", 3},
	{"no trial", func(t *testing.T, root string) {
		if err := os.RemoveAll(filepath.Join(root, alpha1)); err != nil {
			t.Fatal(err)
		}
	}, "the trial that was sealed here is gone", 3},
	{"a log without its last line", func(t *testing.T, root string) {
		edit(t, filepath.Join(root, "scores.jsonl"), func(data []byte) []byte {
			return data[:bytes.LastIndexByte(data[:len(data)-1], '\n')+1]
		})
	}, "scores.jsonl: it was rewritten or cut", 0},
	{"no log", func(t *testing.T, root string) {
		if err := os.Remove(filepath.Join(root, "scores.jsonl")); err != nil {
			t.Fatal(err)
		}
	}, "scores.jsonl", 0},
	{"a rewritten log", forge, "scores.jsonl: it was rewritten or cut", 0},
	{"agents' names exchanged", func(t *testing.T, root string) {
		edit(t, filepath.Join(root, "experiment.lock.json"), func(data []byte) []byte {
			return []byte(strings.NewReplacer("Alpha", "Beta", "Beta", "Alpha").Replace(string(data)))
		})
	}, "experiment.lock.json: changed since the experiment began", 0},
	{"a folder that says to be of version 1", func(t *testing.T, root string) {
		if err := os.Remove(filepath.Join(root, "scores.jsonl")); err != nil {
			t.Fatal(err)
		}
		edit(t, filepath.Join(root, "experiment.lock.json"), func(data []byte) []byte {
			return bytes.Replace(data, []byte(`"format": 2,`), nil, 1)
		})
	}, "scores.jsonl", 0},
}

// TestForgeriesAreNamed wants every reading command to name what was forged, and to
// rank nothing of it, with the index from before.
func TestForgeriesAreNamed(t *testing.T) {
	whole := finishedMicro(t)
	for _, f := range forgeries {
		t.Run(f.name, func(t *testing.T) {
			for _, command := range []string{
				"leaderboard --json --experiment micro", "reindex", "status --json micro", "table --json --experiment micro 1", "figure --experiment micro --output gain.svg gain",
				"figure --experiment micro --output rounds.svg 3", "compare --experiment micro alpha beta",
			} {
				out := copyTree(t, whole)
				f.do(t, filepath.Join(out, "micro"))
				args := strings.Fields(command)
				args = append([]string{args[0], "--out", "."}, args[1:]...)
				code, _, said := in(t, out, args...)
				if code == 0 || !strings.Contains(said, f.said) {
					t.Errorf("%s: exit code %d: %s", command, code, said)
				}
			}
			out := copyTree(t, whole)
			f.do(t, filepath.Join(out, "micro"))
			for _, rebuild := range []bool{false, true, false} {
				r, good := reading(t, out, rebuild), 0
				for _, o := range r.Outcomes {
					if o.Changed == "" && o.Final().Known {
						good++
					}
				}
				if good != f.good || len(r.Faults) == 0 || !strings.Contains(fmt.Sprint(errors.Join(r.Faults...)), f.said) {
					t.Errorf("reindexed %v: %d outcomes count, want %d: %v", rebuild, good, f.good, r.Faults)
				}
			}
		})
	}
}

// TestForgeriesAreNotResumed takes an experiment up again after each forgery: none
// counts, and what can be made again comes out as it was.
func TestForgeriesAreNotResumed(t *testing.T) {
	whole := finishedMicro(t)
	was := map[results.TrialID]results.Number{}
	for _, o := range reading(t, whole, false).Outcomes {
		was[o.TrialID] = o.Final()
	}
	for _, f := range forgeries {
		if f.name == "a rewritten log" { // which whoever has the older head sees, as the index
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			for what, take := range map[string]func(s *experiment.Setup) ([]results.Outcome, error){
				"resume": func(s *experiment.Setup) ([]results.Outcome, error) { return s.Run(context.Background()) },
				"score":  func(s *experiment.Setup) ([]results.Outcome, error) { return s.Score(context.Background(), false) },
			} {
				out := copyTree(t, whole)
				f.do(t, filepath.Join(out, "micro"))
				outcomes, err := take(micro(t, filepath.Join(out, "micro")))
				for _, o := range outcomes {
					if o.Final() != was[o.TrialID] {
						t.Errorf("%s: %s has %v, had %v", what, o.TrialID, o.Final(), was[o.TrialID])
					}
				}
				if len(outcomes) < 4 && err == nil {
					t.Errorf("%s: %d outcomes and no error", what, len(outcomes))
				}
			}
		})
	}
}
