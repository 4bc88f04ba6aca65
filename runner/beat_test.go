package runner

import (
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

// TestTimeOfAKilledStepCounts leaves the files of a program that was killed while its
// agent's code ran, and opens them again, twice.
func TestTimeOfAKilledStepCounts(t *testing.T) {
	was := beatEvery
	beatEvery = 10 * time.Millisecond
	defer func() { beatEvery = was }()
	folder := record.Experiment(t.TempDir())
	spec := results.Spec{TrialID: results.TrialID{Domain: results.Science, Workflow: results.OneShot, Setting: results.Scratch, Agent: "a", Run: 1}, Protocol: results.Mini()}
	env := Env{Root: folder, Clock: Wall(time.Now), Holder: disk.Holder{Host: "test", PID: 1, BootID: "test"}}
	first, err := open(env, spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.append(results.AttemptStarted, results.AttemptData{N: 1, Op: results.Draft}); err != nil {
		t.Fatal(err)
	}
	stop := first.beat(agents.Action{Kind: agents.Execute, Attempt: 1}, time.Now().Add(-time.Hour))
	for !first.dir.Running().Exists() {
		time.Sleep(time.Millisecond)
	}
	kept, err := first.dir.Running().Read()
	stop()
	if err != nil || first.dir.Running().Exists() {
		t.Errorf("%v, or the file of a finished step is there", err)
	}
	if err := first.close(); err != nil {
		t.Fatal(err)
	}
	if err := first.dir.Running().Write(kept); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		again, err := open(env, spec)
		if err != nil {
			t.Fatal(err)
		}
		if e := again.state.Elapsed; e < time.Hour || e > 2*time.Hour || again.dir.Running().Exists() || again.state.Faults != 0 {
			t.Errorf("elapsed %s, %d faults", e, again.state.Faults)
		}
		if err := again.close(); err != nil {
			t.Fatal(err)
		}
	}
}
