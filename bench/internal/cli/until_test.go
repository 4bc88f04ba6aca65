package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/tasks"
)

// skills are shares of right answers after training on an agent's rows.
var skills = map[string]int{"alpha": 85, "beta": 52, "gamma": 44, "delta": 43}

// skilledStudent answers as well as the agent whose rows it was trained on. In its
// adapter the agent's name stands before the weights.
type skilledStudent struct{ microStudent }

func (s *skilledStudent) Train(ctx context.Context, r results.Recipe, rows []results.Row, seed int64, dir string, progress func(student.Progress)) (results.TrainReport, error) {
	report, err := s.microStudent.Train(ctx, r, rows, seed, dir, progress)
	for name := range skills {
		if strings.Contains(rows[0].Instruction, " "+name+" ") {
			err = errors.Join(err, disk.WriteFile(filepath.Join(dir, "adapter_model.safetensors"), fmt.Appendf(nil, "%s %s %d", name, report.Digest, seed)))
		}
	}
	return report, err
}

type skilledJudge struct{}

func (skilledJudge) Judge(response string, item tasks.Item) results.Verdict {
	h := fnv.New64a()
	fmt.Fprint(h, item.ID, response)
	name, _, _ := strings.Cut(response, " ")
	skill, trained := skills[name]
	if !trained {
		skill = 40
	}
	return results.Verdict{Extracted: "x", Correct: int(h.Sum64()>>20%100) < skill, Reason: "by chance"}
}

// untilMicro is a micro experiment that runs until all pairs are decided.
func untilMicro(t testing.TB, root string) *experiment.Setup {
	s := microOf(t, root, []string{"alpha", "beta", "gamma", "delta"}, 6, 1)
	s.File.UntilDecided, s.Given = experiment.All, append(s.Given, "until_decided: all\n"...)
	s.Student, s.Rule = &skilledStudent{}, ruleOf(s.File)
	task := s.Tasks[results.Science]
	task.Evaluator = skilledJudge{}
	s.Tasks[results.Science] = task
	return s
}

func runsOf(outcomes []results.Outcome) map[string]int {
	runs := map[string]int{}
	for _, o := range outcomes {
		runs[o.Agent]++
	}
	return runs
}

// Runs go to the pairs that are open. The record tells the looks and the board how it
// ended; trials are those of an experiment that gives all runs.
func TestUntilDecided(t *testing.T) {
	ctx, root := context.Background(), filepath.Join(t.TempDir(), "micro")
	s := untilMicro(t, root)
	outcomes, err := s.Run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	looks := s.Looks()
	said, _ := json.Marshal(looks)
	t.Logf("%v: %s", runsOf(outcomes), said)
	if runs := runsOf(outcomes); runs["alpha"] != 2 || runs["beta"] <= 2 || len(looks) != runs["beta"]-1 {
		t.Errorf("runs %v with %d looks", runs, len(looks))
	}
	for _, d := range looks[0].Decided {
		if d.Better.Agent != "alpha" || !(d.P <= d.Level) || !(d.Difference > 0) {
			t.Errorf("%+v", d)
		}
	}
	if len(looks[0].Decided) != 3 {
		t.Errorf("alpha is not decided over all others: %s", said)
	}

	t.Run("the same trials", func(t *testing.T) {
		all := untilMicro(t, filepath.Join(t.TempDir(), "micro"))
		all.File.UntilDecided = ""
		every, err := all.Run(ctx)
		if err != nil || len(every) != 24 {
			t.Fatalf("%d outcomes, %v", len(every), err)
		}
		for _, o := range outcomes {
			for _, other := range every {
				if o.TrialID == other.TrialID && o.Finals[0] != other.Finals[0] {
					t.Errorf("%s: %v, with all runs %v", o.TrialID, o.Finals[0], other.Finals[0])
				}
			}
		}
	})
	t.Run("again", func(t *testing.T) {
		again := untilMicro(t, root)
		got, err := again.Run(ctx)
		if d := cmp.Diff(runsOf(outcomes), runsOf(got)); err != nil || d != "" || again.Student.(*skilledStudent).trained > 0 || len(again.Looks()) != len(looks) {
			t.Errorf("%v, %s", err, d)
		}
	})
	t.Run("another rule", func(t *testing.T) {
		other := untilMicro(t, root)
		other.Rule = oneLook{}
		if _, err := other.Run(ctx); err == nil || !strings.Contains(err.Error(), "look.taken/1 with another result") {
			t.Errorf("%v", err)
		}
	})
	t.Run("the board", func(t *testing.T) {
		heads, err := putIndex(ctx, quiet(), s.Root, outcomes)
		if err != nil || heads["micro"] == "" {
			t.Fatalf("%v, %v", heads, err)
		}
		var out bytes.Buffer
		world := setup.World{Stdout: &out, Stderr: io.Discard, Width: 100}
		if err := runLeaderboard(ctx, world, leaderboardOptions{out: filepath.Dir(root), format: report.Text, tables: []string{report.Summary}}); err != nil {
			t.Fatal(err)
		}
		page := strings.Join(strings.Fields(out.String()), " ")
		for _, want := range []string{"micro gave runs only where the order was open", "Alpha iterative scratch over Beta iterative scratch after 2 runs", "do not count that the rule looked more than once"} {
			if !strings.Contains(page, want) {
				t.Errorf("the board lacks %q:\n%s", want, out.String())
			}
		}
	})
	t.Run("status", func(t *testing.T) {
		var out bytes.Buffer
		world := setup.World{Stdout: &out, Stderr: io.Discard, Width: 100, Holder: s.Holder}
		if err := runStatus(ctx, world, statusOptions{out: filepath.Dir(root), name: "micro", format: report.Text}); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("24 trials: %d scored, %d spared;", len(outcomes), 24-len(outcomes)); !strings.Contains(strings.Join(strings.Fields(out.String()), " "), want) {
			t.Errorf("status lacks %q:\n%s", want, out.String())
		}
	})
}

// oneLook decides nothing and stops at once.
type oneLook struct{}

func (oneLook) Looks([]results.Outcome) ([]results.Look, error) {
	return []results.Look{{Number: 1, Runs: 2}}, nil
}

// An experiment that is interrupted after any trial comes to the same looks.
func TestUntilDecidedResumes(t *testing.T) {
	whole := untilMicro(t, filepath.Join(t.TempDir(), "micro"))
	want, err := whole.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, after := range []int{8, 9, len(want) - 1} {
		root := filepath.Join(t.TempDir(), "micro")
		ctx, cancel := context.WithCancelCause(context.Background())
		s := untilMicro(t, root)
		s.File.Parallel, s.Watch = 1, &doneWatch{left: after, cancel: cancel}
		if _, err := s.Run(ctx); !errors.Is(err, errCut) {
			t.Fatalf("after %d trials: %v", after, err)
		}
		s = untilMicro(t, root)
		got, err := s.Run(context.Background())
		if d := cmp.Diff(whole.Looks(), s.Looks()); err != nil || d != "" || len(got) != len(want) {
			t.Errorf("after %d trials: %d outcomes, %v, %s", after, len(got), err, d)
		}
	}
}

// doneWatch ends the work after some trials.
type doneWatch struct {
	microWatch
	left   int
	cancel context.CancelCauseFunc
}

func (w *doneWatch) Done(results.Outcome) {
	if w.left--; w.left == 0 {
		w.cancel(errCut)
	}
}
