package cli

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
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
