package chat

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

// Recording is an agent that gives the replies of a trial folder again, attempt
// by attempt. It asks nobody.
type Recording struct{ dir record.Trial }

var _ agents.Agent = Recording{}

// OpenRecording opens the recorded replies of the trial folder.
func OpenRecording(dir record.Trial) (Recording, error) {
	if !disk.Exists(dir.Attempts()) {
		return Recording{}, results.Bad(fmt.Errorf("%s: there is no recording", dir),
			"name the folder of a trial, which holds its attempts")
	}
	return Recording{dir: dir}, nil
}

// Reply gives the recorded reply to the attempt. The operation must be the
// recorded one; whether the prompt is, is found out by comparing the records.
func (r Recording) Reply(_ context.Context, q agents.Request) (results.Reply, error) {
	attempt := r.dir.Attempt(q.Attempt)
	asked, err := attempt.Prompt().Read()
	var said record.Reply
	if err == nil {
		said, err = attempt.Reply().Read()
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return results.Reply{}, ended("the recording has no reply to attempt %d", q.Attempt)
	case err != nil:
		return results.Reply{}, err
	case asked.Op != q.Op:
		return results.Reply{}, ended("attempt %d is to %s, the recorded one was to %s", q.Attempt, q.Op, asked.Op)
	}
	if said.Truncated {
		said.Finish = results.FinishLength
	}
	return said.Reply, nil
}

func ended(format string, args ...any) error {
	return &results.Error{Kind: results.Verification, Err: fmt.Errorf("replay: "+format, args...)}
}
