package audit

import (
	"errors"
	"io/fs"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/private"
)

// Open reads what an audit of the experiment's trial needs beside its folder: the private
// set, which must lie below privateRoot unless it is built in, and the scores, which must
// be those of the experiment's log. absent says why the private set is not at hand, if it is not.
func Open(root record.Experiment, dir record.Trial, id results.TrialID, task tasks.Task, privateRoot string) (in Inputs, absent, err error) {
	scores, err := root.OpenScores()
	if err != nil {
		return in, nil, err
	}
	return OpenWith(scores, dir, id, task, privateRoot)
}

// OpenWith is Open with the experiment's log, which somebody has opened.
func OpenWith(scores *record.Scores, dir record.Trial, id results.TrialID, task tasks.Task, privateRoot string) (in Inputs, absent, err error) {
	in = Inputs{Trial: dir, Task: task}
	in.Private, absent = private.Open(privateRoot, task)
	base, err := scores.Base(id.Domain)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return in, absent, err
	}
	in.Base = base.Private
	state, err := dir.Load()
	if err != nil {
		return in, absent, err
	}
	for k := 1; k <= state.Spec.Protocol.FinalSeeds; k++ {
		score, err := scores.Final(dir, id, k)
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			return in, absent, err
		}
		in.Finals = append(in.Finals, score.Private)
	}
	in.Rounds, err = scores.Rounds(dir, state)
	return in, absent, err
}
