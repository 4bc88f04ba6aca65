package recorded

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// The leaderboard expects the domains that an experiment was to have, also those
// that no trial of it has ended in, and shows agents as it does; where experiments
// do not agree on that, an agent has its own name. An unpacked bundle names its own alone.
func TestOptions(t *testing.T) {
	out := t.TempDir()
	for name, titles := range map[string]map[string]string{"demo": {"a": "A", "b": "B"}, "other": {"b": "Another B", "c": "数据"}, "third": {"b": "B"}, "theirs": {"a": "X", "d": "D"}} {
		terms := map[string]any{"file": map[string]any{"domains": results.Domains()}, "titles": titles}
		if err := disk.WriteJSON(out+"/"+name+"/experiment.lock.json", terms); err != nil {
			t.Fatal(err)
		}
	}
	var outcomes []results.Outcome
	for _, name := range []string{"demo", "other", "third", "gone"} {
		outcomes = append(outcomes, results.Outcome{Kind: results.OfAgent, Experiment: name})
	}
	outcomes = append(outcomes, results.Outcome{Kind: results.OfAgent, Experiment: "theirs", Unpacked: true})
	got := options(out, append(outcomes, results.Outcome{Kind: results.OfGiven, Experiment: "given"}))
	want := report.Options{
		Expected: map[string][]results.Domain{"demo": results.Domains(), "other": results.Domains(), "third": results.Domains(), "gone": nil, "theirs": results.Domains()},
		Names:    map[string]string{"a": "A", "b": "b", "c": "数据"},
		Titles:   map[string]map[string]string{"theirs": {"a": "X", "d": "D"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
}
