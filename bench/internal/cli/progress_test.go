package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// Off a terminal there is a line for each attempt that begins, with its number.
func TestWatchLines(t *testing.T) {
	var b strings.Builder
	w := newWatch(setup.World{Stderr: &b, Now: func() time.Time { return time.Unix(0, 0) }}, 2)
	id := results.TrialID{Domain: results.Science, Workflow: results.Iterative, Setting: results.Scratch, Agent: "a", Run: 1}
	state := &results.Trial{}
	w.Doing(id, "ask", state)
	state.Attempts = []results.Attempt{{N: 1}}
	w.Doing(id, "ask", state) // after an interruption
	state.Attempts[0].Replied = true
	w.Doing(id, "execute", state)
	w.Doing(id, "ask", state)
	w.Done(results.Outcome{TrialID: id, Attempts: 2})
	want := "[0/2 0s] science iterative scratch a run 1: attempt 1\n" +
		"[0/2 0s] science iterative scratch a run 1: attempt 1\n" +
		"[0/2 0s] science iterative scratch a run 1: attempt 2\n" +
		"[1/2 0s] science iterative scratch a run 1: 2 attempts, 0 valid, 0 teacher calls, no valid submission\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

// The leaderboard expects the domains that an experiment was to have, also those
// that no trial of it has ended in, and shows agents as it does; where experiments
// do not agree on that, an agent has its own name.
func TestRecordedOptions(t *testing.T) {
	out := t.TempDir()
	for name, titles := range map[string]map[string]string{"demo": {"a": "A", "b": "B"}, "other": {"b": "Another B", "c": "数据"}, "third": {"b": "B"}} {
		terms := map[string]any{"file": map[string]any{"domains": results.Domains()}, "titles": titles}
		if err := disk.WriteJSON(out+"/"+name+"/experiment.lock.json", terms); err != nil {
			t.Fatal(err)
		}
	}
	var outcomes []results.Outcome
	for _, name := range []string{"demo", "other", "third", "gone"} {
		outcomes = append(outcomes, results.Outcome{Kind: results.OfAgent, Experiment: name})
	}
	got := recordedOptions(out, append(outcomes, results.Outcome{Kind: results.OfGiven, Experiment: "given"}))
	want := report.Options{
		Expected: map[string][]results.Domain{"demo": results.Domains(), "other": results.Domains(), "third": results.Domains(), "gone": nil},
		Names:    map[string]string{"a": "A", "b": "b", "c": "数据"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
}
