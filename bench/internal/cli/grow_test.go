package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/results/record"
)

// An experiment that grows keeps its trials and comes to what it would have come to if it
// had had all of them from the beginning.
func TestExperimentGrows(t *testing.T) {
	ctx, out := context.Background(), finishedMicro(t)
	s := microOf(t, filepath.Join(out, "micro"), []string{"alpha", "beta", "gamma"}, 3, 2)
	s.Student = &microStudent{}
	outcomes, err := s.Run(ctx)
	if err != nil || len(outcomes) != 9 {
		t.Fatalf("%d outcomes, %v", len(outcomes), err)
	}
	if trained := s.Student.(*microStudent).trained; trained != 5*3 { // two attempts and the final training of each new trial
		t.Errorf("%d trainings for five new trials", trained)
	}
	if _, err := putIndex(ctx, quiet(), s.Root, outcomes); err != nil {
		t.Fatal(err)
	}
	all := microOf(t, filepath.Join(t.TempDir(), "micro"), []string{"alpha", "beta", "gamma"}, 3, 2)
	want, err := all.Run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	of := map[results.TrialID]results.Outcome{}
	for _, o := range want {
		of[o.TrialID] = o
	}
	for _, o := range outcomes {
		if o.Seed == 0 || o.Seed != of[o.TrialID].Seed || o.Finals[0] != of[o.TrialID].Finals[0] {
			t.Errorf("%s: seed %d and %v, from the beginning %d and %v", o.TrialID, o.Seed, o.Finals[0], of[o.TrialID].Seed, of[o.TrialID].Finals[0])
		}
	}
	code, board, said := in(t, out, "leaderboard", "--out", ".", "--format", "csv")
	if code != 0 || strings.Count(board, "\n") != 4 {
		t.Errorf("exit code %d: %s\n%s", code, said, board)
	}
	for _, command := range [][]string{{"status", "micro", "--out", "."}, {"reindex", "--out", "."}} {
		if code, text, said := in(t, out, command...); code != 0 || !strings.Contains(text, "9") {
			t.Errorf("%v: exit code %d: %s\n%s", command, code, said, text)
		}
	}
	code, plan, said := in(t, out, "resume", "micro", "--out", ".", "--runs", "4", "--dry-run", "--agent-file", "none.yaml")
	if code != 3 || !strings.Contains(said, "none.yaml") {
		t.Errorf("exit code %d: %s\n%s", code, said, plan)
	}
}

// The bundle of an experiment that grew verifies. One with a lock that its log does not
// have, or whose log lets it grow under other terms, does not.
func TestGrownBundle(t *testing.T) {
	fixture := absolute(t, bundled)
	for name, c := range map[string]struct {
		code  int
		says  string
		forge func(root record.Experiment, l record.Lock) error
	}{
		"grown":         {0, "", func(record.Experiment, record.Lock) error { return nil }},
		"one lock more": {6, "the log knows 1 times that the experiment grew, and there are 2 further locks", func(root record.Experiment, l record.Lock) error { return root.Grown(3).Write(l) }},
		"another seed": {6, "under other terms: seed:", func(root record.Experiment, l record.Lock) error {
			l.File = bytes.Replace(l.File, []byte(`"seed":`), []byte(`"seed":1`), 1)
			return grow(root, 2, l)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := bundle.Open(fixture, filepath.Join(t.TempDir(), "runs"))
			if err != nil {
				t.Fatal(err)
			}
			l, err := b.Root.ReadLock()
			if err != nil {
				t.Fatal(err)
			}
			var compact bytes.Buffer
			if err := json.Compact(&compact, l.File); err != nil {
				t.Fatal(err)
			}
			l.File = bytes.Replace(compact.Bytes(), []byte(`"runs":1`), []byte(`"runs":2`), 1)
			if err := errors.Join(grow(b.Root, 1, l), c.forge(b.Root, l)); err != nil {
				t.Fatal(err)
			}
			out := filepath.Dir(string(b.Root))
			if code, _, said := in(t, out, "pack", "--out", out, "--to", "grown.adb", "fixture"); code != 0 {
				t.Fatal(said)
			}
			code, stdout, said := in(t, out, "verify", "--json", "grown.adb")
			if code != c.code || !strings.Contains(said, c.says) || code == 0 && !strings.Contains(stdout, "2 trials of the 4 of the experiment") {
				t.Errorf("exit code %d: %s\n%s", code, said, stdout)
			}
		})
	}
}

// grow enters the lock as the one after the first n.
func grow(root record.Experiment, n int, l record.Lock) error {
	scores, err := root.OpenScores()
	if err != nil {
		return err
	}
	return scores.Grow(n, l)
}
