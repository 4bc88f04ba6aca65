package runner_test

import (
	"bytes"
	"context"
	"os"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/gateway"
)

// TestCancelledCodeIsPaid cancels a trial while its code runs, after the teacher has
// answered some calls: they are in the outcome, which says as much as the ledger does. So
// it is where the program was killed meanwhile and another one records the end.
func TestCancelledCodeIsPaid(t *testing.T) {
	const calls = 5
	asks := program("import time\nfrom autodatabench import ask\nfor i in range(5):\n    ask('prompt %d' % i)\ntime.sleep(60)")
	for _, killed := range []bool{false, true} {
		env, spec := scriptedTrial(t, scripted{asks}, 1, results.OneShot, results.Scratch)
		dir := env.Root.Trial(spec.TrialID)
		var err error
		if env.Scores, err = env.Root.OpenScores(); err != nil {
			t.Fatal(err)
		}
		ctx, interrupt := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() {
			_, err := runner.Run(ctx, env, spec)
			ended <- err
		}()
		for answered := 0; answered < calls; time.Sleep(10 * time.Millisecond) {
			data, _ := os.ReadFile(dir.Ledger())
			answered = bytes.Count(data, []byte(`"answered"`))
		}
		if killed {
			interrupt()
			if err := <-ended; err == nil {
				t.Fatal("not interrupted")
			}
		}
		recorded, err := runner.Cancel(env, spec.TrialID, record.Cancelled{Reason: "stuck"})
		if err != nil || recorded != killed {
			t.Fatalf("recorded %v, %v", recorded, err)
		}
		if !killed {
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
		}
		interrupt()
		state, err := dir.Load()
		if err != nil {
			t.Fatal(err)
		}
		sum, err := gateway.ReadLedger(dir, spec.Protocol.Budget)
		if err != nil {
			t.Fatal(err)
		}
		u := state.Outcome(results.Score{}, nil).Usage
		if state.End != results.EndCancelled || u.TeacherCalls != calls || sum.Total.Calls != calls ||
			u.TeacherInput != sum.Total.InputTokens || u.TeacherOutput != sum.Total.OutputTokens || u.TeacherOutput == 0 {
			t.Errorf("killed %v: end %q, usage %+v, ledger %+v", killed, state.End, u, sum.Total)
		}
		whole := func(dir record.Trial) error {
			return runner.CheckRecord(dir, func(string) bool { return false })
		}
		for _, check := range []func(record.Trial) error{record.Trial.CheckSeal, runner.CheckCourse, whole} {
			if err := check(dir); err != nil {
				t.Errorf("killed %v: %v", killed, err)
			}
		}
	}
}
