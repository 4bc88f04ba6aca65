package record

import (
	"encoding/json"
	"errors"
	"io/fs"
	"time"

	"github.com/autodatabench/autodatabench/results/disk"
)

// LimitsLine is a line of limits.jsonl, without its place in the chain: what differed,
// when the experiment went on, from the limits under which it ran before.
type LimitsLine struct {
	Time    time.Time     `json:"time"`
	Version string        `json:"version"` // of the program
	Changes []LimitChange `json:"changes"`
}

// LimitChange is a limit that changed, with its values as JSON; empty where it was not
// set.
type LimitChange struct {
	Name string `json:"name"` // as in the experiment file, such as launcher.time
	Was  string `json:"was"`
	Now  string `json:"now"`
}

// Limits lists the changes of the experiment's limits, the first first. The lock holds
// the limits under which it began.
func (e Experiment) Limits() (lines []LimitsLine, err error) {
	err = disk.ReadLog(e.join(limitsFile), func(line []byte) error {
		var l LimitsLine
		if err := json.Unmarshal(line, &l); err != nil {
			return err
		}
		lines = append(lines, l)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return lines, err
}

// KeepLimits adds what changes names among the lines that are there, once no other
// process writes; nothing where it names none.
func (e Experiment) KeepLimits(changes func(before []LimitsLine) *LimitsLine) error {
	var lines []LimitsLine
	log, err := disk.OpenShared(e.join(limitsFile), func(line []byte) error {
		var l LimitsLine
		if err := json.Unmarshal(line, &l); err != nil {
			return err
		}
		lines = append(lines, l)
		return nil
	})
	if err != nil || changes(lines) == nil {
		return err
	}
	return log.Append(func() ([]any, error) {
		if l := changes(lines); l != nil {
			return []any{*l}, nil
		}
		return nil, nil
	})
}
