package runner

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/results/disk"
)

// Recording is the record of a trial that is run again. The times of its events
// and the seconds of its steps stand in for those of the new trial, so that
// prompts, which say what time is left, are the same.
type Recording struct {
	dir    string
	events []results.Event // without platform faults, which are no part of what is to be repeated
	taken  int             // events that the new trial has
}

// OpenRecording reads the record of the trial folder and the terms of the trial.
func OpenRecording(dir string) (*Recording, results.Spec, error) {
	r := &Recording{dir: dir}
	var err error
	if r.events, err = events(dir); err != nil {
		return nil, results.Spec{}, err
	}
	if len(r.events) == 0 || r.events[0].Kind != results.TrialStarted {
		return nil, results.Spec{}, results.Bad("name the folder of a trial, which holds "+EventsFile, fmt.Errorf("%s: there is no recorded trial", dir))
	}
	var spec results.Spec
	if err := json.Unmarshal(r.events[0].Data, &spec); err != nil {
		return nil, spec, err
	}
	if err := checkID(spec); err != nil {
		return nil, spec, results.Bad("the record was changed", fmt.Errorf("%s: %w", dir, err))
	}
	return r, spec, nil
}

// checkID refuses names that would lead out of the folder of a trial.
func checkID(s results.Spec) error {
	for _, name := range []string{s.Experiment, s.Agent} {
		if !results.ValidName(name) {
			return fmt.Errorf("%q is no name", name)
		}
	}
	if s.Run < 1 {
		return fmt.Errorf("run %d: want 1 or more", s.Run)
	}
	return errors.Join(s.Domain.Validate(), s.Workflow.Validate(), s.Setting.Validate())
}

func events(dir string) ([]results.Event, error) {
	var list []results.Event
	err := disk.ReadLog(filepath.Join(dir, EventsFile), func(line []byte) error {
		var e results.Event
		if err := json.Unmarshal(line, &e); err != nil {
			return err
		}
		if !passing(e.Kind) {
			list = append(list, e)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return list, err
}

// passing are the kinds of event that come and go with the machine.
func passing(k results.EventKind) bool {
	return k == results.PlatformFault || k == results.StudentUpdated
}

// retimed gives an event of the new trial the time, the seconds and the GPU
// seconds of the recorded one in its place.
func (r *Recording) retimed(e results.Event) (results.Event, error) {
	if passing(e.Kind) || r.taken == len(r.events) {
		return e, nil
	}
	was := r.events[r.taken]
	r.taken++
	if was.Kind != e.Kind {
		return e, nil
	}
	e.Time = was.Time
	then, now := fields(was.Data), fields(e.Data)
	for _, name := range []string{"seconds", "student_seconds", "gpu_seconds"} {
		delete(now, name)
		if took, ok := then[name]; ok {
			now[name] = took
		}
	}
	var err error
	e.Data, err = disk.Canonical(now)
	return e, err
}

// cutOff is how the recorded trial ended where the new one stands; nil when it
// went on.
func (r *Recording) cutOff() *results.EndData {
	var d results.EndData
	if r.taken == len(r.events) || r.events[r.taken].Kind != results.TrialEnded || json.Unmarshal(r.events[r.taken].Data, &d) != nil {
		return nil
	}
	return &d
}

// used is what the agent's model used for the recorded reply where the new trial
// stands; nil when there is none.
func (r *Recording) used() *results.AgentUse {
	var d results.ReplyData
	if r.taken == len(r.events) || r.events[r.taken].Kind != results.AgentReplied || json.Unmarshal(r.events[r.taken].Data, &d) != nil {
		return nil
	}
	return &d.AgentUse
}

// Compare says at which step the trial in dir first differs from the recording,
// in words; they are empty when it does not differ.
func (r *Recording) Compare(dir string) (difference string, err error) {
	now, err := events(dir)
	if err != nil {
		return "", err
	}
	attempt := 0
	for i, was := range r.events {
		if was.Kind == results.AttemptStarted {
			attempt++
		}
		at := fmt.Sprintf("step %d", i+1)
		if attempt > 0 {
			at += fmt.Sprintf(", attempt %d", attempt)
		}
		switch {
		case i == len(now):
			return fmt.Sprintf("%s: the recording goes on with %s, the replay ended", at, was.Kind), nil
		case now[i].Kind != was.Kind:
			return fmt.Sprintf("%s: %s, recorded %s", at, now[i].Kind, was.Kind), nil
		}
		if what := differing(fields(was.Data), fields(now[i].Data)); what != "" {
			return fmt.Sprintf("%s (%s): %s", at, was.Kind, what), nil
		}
	}
	if len(now) > len(r.events) {
		return fmt.Sprintf("step %d: the replay goes on with %s, the recording ends", len(r.events)+1, now[len(r.events)].Kind), nil
	}
	return r.compareFiles(dir, attempt)
}

// repeated are the files of an attempt that a replay makes again to the byte. Logs
// and times of trainings are not among them.
var repeated = []string{"prompt.json", "reply.json", "plan.md", "code.py", "submission.json", "check.json", "public.json"}

func (r *Recording) compareFiles(dir string, attempts int) (string, error) {
	for n := 1; n <= attempts; n++ {
		for _, name := range repeated {
			was, err := os.ReadFile(AttemptFile(r.dir, n, name))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return "", err
			}
			now, err := os.ReadFile(AttemptFile(dir, n, name))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return "", err
			}
			if !bytes.Equal(was, now) {
				return fmt.Sprintf("attempt %d: %s has other bytes", n, name), nil
			}
		}
	}
	return "", nil
}

func fields(data []byte) map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	if json.Unmarshal(data, &m) != nil {
		return map[string]json.RawMessage{"data": data}
	}
	return m
}

// differing names the first field that differs, with both values. Whether a
// training came from the cache is no difference, nor is how fast it went.
func differing(was, now map[string]json.RawMessage) string {
	names := slices.Collect(maps.Keys(was))
	for name := range now {
		if _, both := was[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if name != "cached" && name != "course" && !bytes.Equal(was[name], now[name]) {
			return fmt.Sprintf("%s is %s, recorded %s", name, brief(now[name]), brief(was[name]))
		}
	}
	return ""
}

func brief(v json.RawMessage) string {
	const most = 80
	switch text := strings.Join(strings.Fields(string(v)), " "); {
	case text == "":
		return "missing"
	case len(text) > most:
		return cut.Bytes(text, most) + "..."
	default:
		return text
	}
}
