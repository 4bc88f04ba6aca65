package recorded

import (
	"time"

	"github.com/autodatabench/autodatabench/bench/internal/progress"
	"github.com/autodatabench/autodatabench/results"
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
