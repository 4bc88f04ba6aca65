package chat

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// Recording is an agent that gives the replies of a trial folder again, attempt
// by attempt. It asks nobody.
type Recording struct{ dir string }

var _ agents.Agent = Recording{}

// OpenRecording opens the recorded replies of the trial folder.
func OpenRecording(dir string) (Recording, error) {
	if !disk.Exists(filepath.Join(dir, "attempts")) {
		return Recording{}, results.Bad("name the folder of a trial, which holds attempts/",
			fmt.Errorf("%s: there is no recording", dir))
	}
	return Recording{dir: dir}, nil
}

// Reply gives the recorded reply to the attempt. The operation must be the
// recorded one; whether the prompt is, is found out by comparing the records.
func (r Recording) Reply(_ context.Context, q agents.Request) (agents.Reply, error) {
	var asked struct {
		Op results.Operation `json:"op"`
	}
	var said struct {
		agents.Reply
		Truncated bool `json:"truncated"` // of old recordings
	}
	attempt := filepath.Join(r.dir, "attempts", strconv.Itoa(q.Attempt))
	err := disk.ReadJSON(filepath.Join(attempt, "prompt.json"), &asked)
	if err == nil {
		err = disk.ReadJSON(filepath.Join(attempt, "reply.json"), &said)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return agents.Reply{}, ended("the recording has no reply to attempt %d", q.Attempt)
	case err != nil:
		return agents.Reply{}, err
	case asked.Op != q.Op:
		return agents.Reply{}, ended("attempt %d is to %s, the recorded one was to %s", q.Attempt, q.Op, asked.Op)
	}
	if said.Truncated {
		said.Finish = results.FinishLength
	}
	return said.Reply, nil
}

func ended(format string, args ...any) error {
	return &results.Error{Kind: results.Verification, Err: fmt.Errorf("replay: "+format, args...)}
}
