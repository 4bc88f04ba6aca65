package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/sandbox"
	"github.com/autodatabench/autodatabench/runner/verify"
)

// stuckSandbox does not come to an end with the code of one trial.
type stuckSandbox struct {
	microSandbox
	trial string
	once  *sync.Once
	begun chan struct{}
}

func (s stuckSandbox) Run(ctx context.Context, spec sandbox.Spec) (sandbox.Result, error) {
	code, err := os.ReadFile(filepath.Join(spec.Workspace, spec.Code))
	if err != nil || !bytes.Contains(code, []byte(s.trial+" attempt")) {
		return s.microSandbox.Run(ctx, spec)
	}
	s.once.Do(func() { close(s.begun) })
	<-ctx.Done()
	return sandbox.Result{}, context.Cause(ctx)
}

// eight is an experiment of eight trials at a time, of which beta's second run does not
// come to an end.
func eight(t *testing.T, out string) (s *experiment.Setup, begun <-chan struct{}) {
	s = microOf(t, filepath.Join(out, "micro"), []string{"alpha", "beta", "delta", "gamma"}, 2, 2)
	s.File.Parallel = 8
	box := stuckSandbox{trial: "beta run 2", once: &sync.Once{}, begun: make(chan struct{})}
	s.Sandbox = box
	return s, box.begun
}

func byTrial(outcomes []results.Outcome) map[results.TrialID]results.Outcome {
	list := map[results.TrialID]results.Outcome{}
	for _, o := range outcomes {
		o.Elapsed, o.Usage.StudentSeconds, o.Seal = 0, 0, "" // the seal is over files that tell times
		list[o.TrialID] = o
	}
	return list
}

// expectCancelled wants all trials as they were undisturbed, but for the one that was
// cancelled: it has no score, its row no rank, and it stays so.
func expectCancelled(t *testing.T, out string, outcomes []results.Outcome, want map[results.TrialID]results.Outcome) {
	t.Helper()
	got := byTrial(outcomes)
	for id, w := range want {
		o := got[id]
		if id.Agent == "beta" && id.Run == 2 {
			if o.End != results.EndCancelled || o.Final().Known || len(o.Finals) > 0 {
				t.Errorf("the cancelled trial came to %+v", o)
			}
		} else if diff := cmp.Diff(w, o); diff != "" {
			t.Errorf("%s is another (-undisturbed +beside the cancelled one):\n%s", id, diff)
		}
	}
	if _, err := putIndex(t.Context(), quiet(), record.Experiment(filepath.Join(out, "micro")), outcomes); err != nil {
		t.Error(err)
	}
	code, board, said := in(t, out, "leaderboard", "--out", ".")
	if code != 0 || !strings.Contains(board, "science: run 2 was cancelled, so that the row has no rank") {
		t.Errorf("exit code %d: %s\n%s", code, said, board)
	}
	if code, state, said := in(t, out, "status", "--json", "--out", ".", "micro"); code != 0 || !strings.Contains(state, `"cancelled": 1`) {
		t.Errorf("exit code %d: %s\n%s", code, said, state)
	}
	if events, err := os.ReadFile(filepath.Join(out, "micro", beta2, "events.jsonl")); err != nil || !bytes.Contains(events, []byte(`"detail":"stuck","reason":"cancelled"`)) {
		t.Errorf("the log does not say why (%v):\n%s", err, events)
	}
	expectPacked(t, out)
	if code, _, said := in(t, out, "cancel", "--out", ".", "micro/beta/2"); code != 3 || !strings.Contains(said, "the trial has ended (cancelled)") {
		t.Errorf("cancelled twice: exit code %d: %s", code, said)
	}
}

// expectPacked wants no fault found with the cancelled trial by audit and verify, and the
// trial in the bundle, since its row would have a rank without it.
func expectPacked(t *testing.T, out string) {
	t.Helper()
	if code, printed, said := in(t, out, "audit", "--out", ".", "micro/beta/2"); code != 0 {
		t.Errorf("audit: exit code %d: %s\n%s", code, said, printed)
	}
	if code, printed, said := in(t, out, "pack", "--out", ".", "--to", "micro.adb", "micro"); code != 0 || !strings.Contains(printed, "8 trials") {
		t.Errorf("pack: exit code %d: %s\n%s", code, said, printed)
	}
	_, printed, _ := in(t, out, "verify", "--json", "micro.adb")
	var r verify.Report
	if err := json.Unmarshal([]byte(printed), &r); err != nil {
		t.Fatal(err)
	}
	cancelled := 0
	for _, c := range r.Checks {
		if !strings.Contains(c.Place, beta2) {
			continue
		}
		if c.Status == verify.Failed && c.Name != verify.Public { // the micro task's public set is cut
			t.Errorf("verify: %+v", c)
		}
		if strings.Contains(c.Text, "cancelled it") {
			cancelled++
		}
	}
	if cancelled != 1 {
		t.Errorf("verify says %d times that the trial was cancelled", cancelled)
	}
}

// TestCancelOneOfEight cancels one of eight trials that run at a time.
func TestCancelOneOfEight(t *testing.T) {
	undisturbed, _ := eight(t, t.TempDir())
	undisturbed.Sandbox = microSandbox{}
	outcomes, err := undisturbed.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := byTrial(outcomes)

	t.Run("while it runs", func(t *testing.T) {
		out := t.TempDir()
		s, begun := eight(t, out)
		var code int
		var printed, said string
		var user sync.WaitGroup
		user.Go(func() {
			<-begun
			code, printed, said = in(t, out, "cancel", "--out", ".", "--reason", "stuck", "micro/beta/2")
		})
		outcomes, err := s.Run(t.Context())
		user.Wait()
		if code != 0 || !strings.Contains(printed, "to be cancelled") {
			t.Errorf("exit code %d: %s%s", code, printed, said)
		}
		if err != nil {
			t.Error(err)
		}
		expectCancelled(t, out, outcomes, want)
		again, _ := eight(t, out)
		if outcomes, err = again.Run(t.Context()); err != nil {
			t.Error(err)
		}
		expectCancelled(t, out, outcomes, want)
	})
	t.Run("after an interrupt", func(t *testing.T) {
		out := t.TempDir()
		s, begun := eight(t, out)
		ctx, interrupt := context.WithCancelCause(t.Context())
		go func() {
			<-begun
			interrupt(errInterrupted)
		}()
		if _, err := s.Run(ctx); !errors.Is(err, errInterrupted) {
			t.Fatal(err)
		}
		code, printed, said := in(t, out, "cancel", "--out", ".", "--json", "--reason", "stuck", "micro/beta/2")
		if code != 0 || !strings.Contains(printed, `"recorded": true`) {
			t.Errorf("exit code %d: %s%s", code, printed, said)
		}
		again, _ := eight(t, out)
		outcomes, err := again.Run(t.Context())
		if err != nil {
			t.Error(err)
		}
		expectCancelled(t, out, outcomes, want)
	})
	t.Run("before it begins", func(t *testing.T) {
		out := t.TempDir()
		s, _ := eight(t, out)
		ctx, interrupt := context.WithCancelCause(t.Context())
		s.Sandbox = interruptingSandbox{cancel: interrupt}
		s.File.Parallel = 1
		if _, err := s.Run(ctx); !errors.Is(err, errInterrupted) {
			t.Fatal(err)
		}
		code, printed, said := in(t, out, "cancel", "--out", ".", "--reason", "stuck", "micro/beta/2")
		if code != 0 || !strings.Contains(printed, "to be cancelled") {
			t.Errorf("exit code %d: %s%s", code, printed, said)
		}
		again, _ := eight(t, out)
		outcomes, err := again.Run(t.Context())
		if err != nil {
			t.Error(err)
		}
		expectCancelled(t, out, outcomes, want)
	})
}

// interruptingSandbox interrupts the program when the first code is to run.
type interruptingSandbox struct{ cancel context.CancelCauseFunc }

func (s interruptingSandbox) Run(ctx context.Context, _ sandbox.Spec) (sandbox.Result, error) {
	s.cancel(errInterrupted)
	<-ctx.Done()
	return sandbox.Result{}, context.Cause(ctx)
}
