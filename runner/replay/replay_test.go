package replay_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/replay"
)

// TestOpenRefusesPaths opens records whose names would lead elsewhere.
func TestOpenRefusesPaths(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*results.Spec)
		ok     bool
	}{
		"as it was":  {func(*results.Spec) {}, true},
		"experiment": {func(s *results.Spec) { s.Experiment = "../.." }, false},
		"agent":      {func(s *results.Spec) { s.Agent = "../../victim" }, false},
		"domain":     {func(s *results.Spec) { s.Domain = "../science" }, false},
		"workflow":   {func(s *results.Spec) { s.Workflow = "../x" }, false},
		"setting":    {func(s *results.Spec) { s.Setting = "" }, false},
		"run":        {func(s *results.Spec) { s.Run = 0 }, false},
	} {
		spec := results.Spec{Experiment: "demo", TrialID: results.TrialID{
			Domain: results.Science, Workflow: results.OneShot, Setting: results.Scratch, Agent: "direct", Run: 1,
		}}
		c.change(&spec)
		data, err := json.Marshal(spec)
		if err != nil {
			t.Fatal(err)
		}
		dir := record.Trial(t.TempDir())
		log, err := disk.OpenLog(dir.Events(), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = log.Append(results.Event{Kind: results.TrialStarted, Data: data})
		if err := errors.Join(err, log.Close()); err != nil {
			t.Fatal(err)
		}
		var bad *results.Error
		if _, err = replay.Open(dir); c.ok && err != nil || !c.ok && (!errors.As(err, &bad) || bad.Kind != results.BadInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
