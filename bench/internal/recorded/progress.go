package recorded

import (
	"time"

	"github.com/autodatabench/autodatabench/bench/internal/progress"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// Progress is how far the trials ids of the experiment f in the folder root are, by
// their logs. A trial whose log cannot be read is as waiting: whoever runs or counts it
// names it. begin is when the program began to work on the experiment.
func Progress(root record.Experiment, f experiment.File, ids []results.TrialID, begin time.Time) (*progress.Model, error) {
	protocol, err := f.Resolve()
	if err != nil {
		return nil, err
	}
	m := progress.New(f.Name, ids, protocol.Budget, f.Parallel, begin)
	for _, id := range ids {
		dir := root.Trial(id)
		state, err := dir.Follow(func(e results.Event, state *results.Trial) { m.Event(id, e, state) })
		if err != nil || state.End == "" {
			continue
		}
		if state.Best == 0 || dir.Final(protocol.FinalSeeds).Score().Exists() {
			m.Ended(state.Outcome(results.Score{}, nil))
		}
	}
	return m, nil
}

// Snapshot is how far the experiment f in the folder root is now. It reports false when
// no program works on it: then there is nothing to follow.
func Snapshot(root record.Experiment, f experiment.File, own disk.Holder, shelf experiment.Proofs, now time.Time) (progress.Snapshot, bool, error) {
	s, err := experiment.ReadStatus(root, f, own, shelf)
	if err != nil || s.States[experiment.Running] == 0 {
		return progress.Snapshot{}, false, err
	}
	ids, err := experiment.Granted(root, f)
	if err != nil {
		return progress.Snapshot{}, false, err
	}
	m, err := Progress(root, f, ids, now)
	if err != nil {
		return progress.Snapshot{}, false, err
	}
	for _, t := range s.Trials {
		if t.State == experiment.Running || t.State == experiment.Sealed { // a running program scores what it has sealed
			m.Working(t.TrialID)
		}
	}
	return m.Snapshot(now), true, nil
}
