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
// set, which must lie below privateRoot unless it is built in, and the scores that are
// there. absent says why the private set is not at hand, if it is not.
func Open(root record.Experiment, dir record.Trial, id results.TrialID, task tasks.Task, privateRoot string) (in Inputs, absent, err error) {
	in = Inputs{Trial: dir, Task: task}
	in.Private, absent = private.Open(privateRoot, task)
	base, err := root.Base(id.Domain).Score().Read()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return in, absent, err
	}
	in.Base = base.Private
	for k := 1; ; k++ {
		score, err := dir.Final(k).Score().Read()
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			return in, absent, err
		}
		in.Finals = append(in.Finals, score.Private)
	}
	state, err := dir.Load()
	if err != nil {
		return in, absent, err
	}
	in.Rounds, err = dir.Rounds(state)
	return in, absent, err
}
