package replay

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
	"github.com/autodatabench/autodatabench/results/record"
)

// timed are the fields of an event that say how long its step took; ending are
// those that say how code ended which was stopped for its time.
var (
	timed  = []string{"seconds", "cut_seconds", "student_seconds", "gpu_seconds", "student_cost_usd"}
	ending = []string{"exit_code", "failure", "detail"}
)

// retimed gives an event of the new trial the time and the timed fields of the
// recorded one in its place. Code that the record stopped for its time ended so
// again, whatever it did in less of it.
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
	names := timed
	if wasStopped(was) {
		names = slices.Concat(timed, ending)
	}
	for _, name := range names {
		delete(now, name)
		if took, ok := then[name]; ok {
			now[name] = took
		}
	}
	var err error
	e.Data, err = disk.Canonical(now)
	return e, err
}

// stopped reports whether the code of the recorded attempt was stopped for its
// time.
func (r *Recording) stopped(attempt int) bool {
	n := 0
	for _, e := range r.events {
		if e.Kind == results.AttemptStarted {
			n++
		}
		if n == attempt && wasStopped(e) {
			return true
		}
	}
	return false
}

func wasStopped(e results.Event) bool {
	var d results.CodeData
	return e.Kind == results.CodeExecuted && json.Unmarshal(e.Data, &d) == nil && d.Failure == results.CodeTimeout
}

// Compare says at which step the new trial first differs from the recording,
// in words; they are empty when it does not differ.
func (r *Recording) Compare(dir record.Trial) (difference string, err error) {
	now, err := lasting(dir)
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
func repeated(a record.Attempt) []string {
	return []string{
		string(a.Prompt()), string(a.Reply()), string(a.Plan()), string(a.Code()),
		string(a.Submission()), string(a.Check()), string(a.Public()),
	}
}

func (r *Recording) compareFiles(dir record.Trial, attempts int) (string, error) {
	for n := 1; n <= attempts; n++ {
		now := repeated(dir.Attempt(n))
		for i, path := range repeated(r.dir.Attempt(n)) {
			same, err := equal(path, now[i])
			if err != nil {
				return "", err
			}
			if !same {
				return fmt.Sprintf("attempt %d: %s has other bytes", n, filepath.Base(path)), nil
			}
		}
	}
	return "", nil
}

// equal reports whether two files have the same bytes; one that is not there has
// none.
func equal(a, b string) (bool, error) {
	was, err := os.ReadFile(a)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	now, err := os.ReadFile(b)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	return bytes.Equal(was, now), nil
}

func fields(data []byte) map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	if json.Unmarshal(data, &m) != nil {
		return map[string]json.RawMessage{"data": data}
	}
	return m
}

// varying are the fields of events that may differ: whether a training came from
// the cache, how fast it went, the version of the folder, and what held the code.
var varying = []string{"cached", "course", "format", "limit", "sandbox"}

// differing names the first field that differs, with both values.
func differing(was, now map[string]json.RawMessage) string {
	names := slices.Collect(maps.Keys(was))
	for name := range now {
		if _, both := was[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if !slices.Contains(varying, name) && !bytes.Equal(was[name], now[name]) {
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
