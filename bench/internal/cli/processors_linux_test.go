package cli

import (
	"os/exec"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
)

// What a run uses is its own time and that of processes which have ended, over the time
// that passed on all processors.
func TestProcessors(t *testing.T) {
	begin := time.Unix(1_000, 0)
	now := begin
	busy := measureProcessors(setup.World{Now: func() time.Time { return now }})
	child := exec.Command("sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done")
	if err := child.Run(); err != nil {
		t.Fatal(err)
	}
	used := child.ProcessState.UserTime() + child.ProcessState.SystemTime()
	if now = begin.Add(10 * time.Second); used < 10*time.Millisecond {
		t.Fatalf("the child used %s, which is too little to see", used)
	}
	got := busy()
	if got == nil || got.Used < (used-5*time.Millisecond).Seconds() { // the kernel counts in ticks
		t.Fatalf("%+v, of a child that used %s", got, used)
	}
	if want := got.Used / (10 * float64(got.Count)); got.Wall != 10 || got.Busy != want {
		t.Errorf("%+v, want a share of %v", got, want)
	}
	if now = begin; busy() != nil {
		t.Error("no time has passed, and there is a share")
	}
}
