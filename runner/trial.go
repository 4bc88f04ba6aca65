package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/command"
	"github.com/autodatabench/autodatabench/runner/gateway"
)

// Names of files in a trial folder.
const (
	EventsFile = "events.jsonl"
	SealFile   = "seal.json"
)

// trial is a trial folder open for its one writer.
type trial struct {
	Env
	dir     string
	log     *disk.Log
	lock    *disk.Held
	gateway *gateway.Gateway
	metered bool // the agent puts its calls into the ledger itself
	state   results.Trial
	cut     float64 // seconds of the student in the step with which the run time ended
}

// Run takes the trial of the spec from where its folder stands to its seal and
// returns its state. A sealed trial is only read.
func Run(ctx context.Context, env Env, spec results.Spec) (*results.Trial, error) {
	dir := filepath.Join(env.Root, spec.Path())
	t, err := open(env, dir, spec)
	if err != nil {
		return nil, fmt.Errorf("trial %s: %w", spec.TrialID, err)
	}
	err = t.loop(ctx)
	if err = errors.Join(err, t.close()); err != nil {
		return &t.state, fmt.Errorf("trial %s: %w", spec.TrialID, err)
	}
	return &t.state, nil
}

func open(env Env, dir string, spec results.Spec) (_ *trial, err error) {
	t := &trial{Env: env, dir: dir}
	if t.lock, err = disk.Lock(dir, env.Holder); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			t.close()
		}
	}()
	if t.log, err = disk.OpenLog(filepath.Join(dir, EventsFile), func(line []byte) error { return apply(&t.state, line) }); err != nil {
		return nil, err
	}
	if t.log.Len() == 0 {
		if err := t.append(results.TrialStarted, spec); err != nil {
			return nil, err
		}
	} else if err := sameSpec(t.state.Spec, spec); err != nil {
		return nil, err
	}
	if t.gateway, err = gateway.Open(dir, t.state.Spec, env.Teacher, gateway.Options{}); err != nil {
		return nil, err
	}
	if own, ok := env.Agent.(command.Agent); ok && t.state.End == "" { // its calls go into this trial's books
		t.metered = true
		if t.Agent, err = own.Trial(t.state.Spec, t.gateway, dir); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// close ends all writing, seals the trial if its loop has ended, and gives the
// folder free.
func (t *trial) close() error {
	var err error
	if t.gateway != nil {
		err = t.gateway.Close()
	}
	if t.log != nil {
		err = errors.Join(err, t.log.Close())
	}
	if err == nil && t.state.End != "" {
		t.report("sealed")
		err = seal(t.dir)
	}
	if t.lock != nil {
		err = errors.Join(err, t.lock.Unlock())
	}
	return err
}

// sameSpec refuses to go on with a trial that was started under other terms.
func sameSpec(old, now results.Spec) error {
	a, err := disk.DigestOf(old)
	if err != nil {
		return err
	}
	b, err := disk.DigestOf(now)
	if err != nil {
		return err
	}
	if a != b {
		return results.Bad("choose another --out, or move the folder away",
			fmt.Errorf("the folder holds a trial that was started with another protocol, task, student or seed"))
	}
	return nil
}

// Load folds the log of the trial folder, which may be in use by its writer.
func Load(dir string) (*results.Trial, error) {
	return Follow(dir, func(*results.Trial) {})
}

// Follow is Load that shows the state after every event.
func Follow(dir string, after func(*results.Trial)) (*results.Trial, error) {
	state := &results.Trial{}
	err := disk.ReadLog(filepath.Join(dir, EventsFile), func(line []byte) error {
		err := apply(state, line)
		if err == nil {
			after(state)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return state, nil
}

func apply(state *results.Trial, line []byte) error {
	var e results.Event
	if err := json.Unmarshal(line, &e); err != nil {
		return err
	}
	return state.Apply(e)
}

// append makes the event durable and folds it.
func (t *trial) append(kind results.EventKind, data any) error {
	raw, err := disk.Canonical(data)
	if err != nil {
		return err
	}
	e := results.Event{Time: t.Now().UTC(), Kind: kind, Data: raw}
	if t.Recorded != nil {
		if e, err = t.Recorded.retimed(e); err != nil {
			return err
		}
	}
	lines, err := t.log.Append(e)
	if err != nil {
		return err
	}
	return apply(&t.state, lines[0])
}

func (t *trial) report(doing string) {
	if t.Report != nil {
		t.Report(t.state.Spec.TrialID, doing, &t.state)
	}
}

// attempt is the path of a file of attempt n.
func (t *trial) attempt(n int, name string) string { return AttemptFile(t.dir, n, name) }

// AttemptFile is the path of a file of attempt n in a trial folder.
func AttemptFile(dir string, n int, name string) string {
	return filepath.Join(dir, "attempts", strconv.Itoa(n), name)
}
