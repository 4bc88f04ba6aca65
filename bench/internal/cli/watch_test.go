package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// Off a terminal there is a line for each attempt that begins, with its number.
func TestWatchLines(t *testing.T) {
	var b strings.Builder
	w := newWatch(setup.World{Stderr: &b, Now: func() time.Time { return time.Unix(0, 0) }}, experiment.File{
		Runs: 5, UntilDecided: experiment.All, Agents: []string{"a"},
		Domains: results.Domains()[:1], Workflows: []results.Workflow{results.Iterative}, Settings: []results.Setting{results.Scratch},
	})
	id := results.TrialID{Domain: results.Science, Workflow: results.Iterative, Setting: results.Scratch, Agent: "a", Run: 1}
	state := &results.Trial{}
	w.Doing(id, "ask", state)
	state.Attempts = []results.Attempt{{N: 1}}
	w.Doing(id, "ask", state) // after an interruption
	state.Attempts[0].Replied = true
	w.Doing(id, "execute", state)
	w.Doing(id, "ask", state)
	w.Done(results.Outcome{TrialID: id, Attempts: 2})
	w.Looked(results.Look{Number: 1, Runs: 2, Decided: make([]results.Decision, 3), Open: 1, GoOn: []results.Entry{id.Entry()}})
	w.Looked(results.Look{Number: 2, Runs: 3, Closed: 1})
	want := "[0/2 0s] science iterative scratch a run 1: attempt 1\n" +
		"[0/2 0s] science iterative scratch a run 1: attempt 1\n" +
		"[0/2 0s] science iterative scratch a run 1: attempt 2\n" +
		"[1/2 0s] science iterative scratch a run 1: 2 attempts, 0 valid, 0 teacher calls, no valid submission\n" +
		"[1/3 0s] look 1, after 2 runs: 3 pairs decided, 0 given up, 1 open: run 3 of a iterative scratch\n" +
		"[1/3 0s] look 2, after 3 runs: 0 pairs decided, 1 given up, 0 open: no more runs\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}
