package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/gateway"
)

// trial is a trial folder open for its one writer.
type trial struct {
	Env
	dir     record.Trial
	log     *disk.Log
	lock    *disk.Held
	gateway *gateway.Gateway
	metered bool // the agent puts its calls into the ledger itself
	state   results.Trial
	digests digests // in its events
	failed  int     // the attempt whose last execution the platform failed; 0 for none
	steps   int     // events, without those of trainings under way
	used    float64 // seconds of the step's last use of the student
	paid    float64 // USD of the step, to a service that rents the student out
	cut     float64 // seconds of the student in the step with which the run time ended
	opening bool    // the trial is left at its first reply
}

// Run takes the trial of the spec from where its folder stands to its seal and
// returns its state. A sealed trial is only read.
func Run(ctx context.Context, env Env, spec results.Spec) (*results.Trial, error) {
	if state, err := sealed(env, spec); state != nil || err != nil {
		return state, err
	}
	t, err := open(env, spec)
	if err != nil {
		return nil, fmt.Errorf("trial %s: %w", spec.TrialID, err)
	}
	err = t.loop(ctx)
	if err = errors.Join(err, t.close()); err != nil {
		return &t.state, fmt.Errorf("trial %s: %w", spec.TrialID, err)
	}
	return &t.state, nil
}

// Begin asks the agent of a trial its first question, unless it has answered that, and
// leaves the rest to [Run]. Its error is results.BadInput: the agent's server does not
// take what the definition says. All else that fails is left to Run, too, which tries
// longer.
func Begin(ctx context.Context, env Env, spec results.Spec) error {
	if state, err := sealed(env, spec); state != nil || err != nil {
		return nil
	}
	t, err := open(env, spec)
	if err != nil {
		return nil
	}
	t.opening = true
	err = t.loop(ctx)
	var known *results.Error
	if t.close() != nil || !errors.As(err, &known) || known.Kind != results.BadInput {
		return nil
	}
	return fmt.Errorf("trial %s: %w", spec.TrialID, err)
}

// sealed reads a trial that has ended and is sealed; the state of another is nil.
func sealed(env Env, spec results.Spec) (*results.Trial, error) {
	dir := env.Root.Trial(spec.TrialID)
	if !dir.SealFile().Exists() {
		if env.Scores == nil {
			return nil, nil
		}
		return nil, env.Scores.Unsealed(spec.TrialID)
	}
	state, err := dir.Load()
	if errors.Is(err, fs.ErrNotExist) || err == nil && state.End == "" {
		err = changedSince(string(dir.SealFile()), "is the seal of a trial that has not ended")
	}
	if err == nil {
		err = sameSpec(state.Spec, spec)
	}
	if err == nil && env.Scores != nil {
		err = env.Scores.CheckSealed(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("trial %s: %w", spec.TrialID, err)
	}
	unlockSealed(dir, env.Holder)
	return state, nil
}

// unlockSealed removes the lock that a kill after the seal left. One that somebody holds
// stays, and so does one that cannot be removed, which nothing reads.
func unlockSealed(dir record.Trial, who disk.Holder) {
	if !disk.Exists(dir.Writer()) {
		return
	}
	if left, err := disk.Lock(dir.Writer(), who); err == nil {
		_ = left.Unlock()
	}
}

func open(env Env, spec results.Spec) (_ *trial, err error) {
	t := &trial{Env: env, dir: env.Root.Trial(spec.TrialID)}
	if t.lock, err = disk.Lock(t.dir.Writer(), env.Holder); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			t.close()
		}
	}()
	if weak := t.lock.Weak(); weak != "" {
		t.report(weak)
	}
	if t.log, err = disk.OpenLog(t.dir.Events(), t.apply); err != nil {
		return nil, err
	}
	if t.log.Len() == 0 {
		if err := t.append(results.TrialStarted, spec); err != nil {
			return nil, err
		}
	} else if err := sameSpec(t.state.Spec, spec); err != nil {
		return nil, err
	}
	if err := errors.Join(checkLedger(t.dir, &t.state), checkAttempts(t.dir, &t.state)); err != nil {
		return nil, err
	}
	if err := t.killed(); err != nil {
		return nil, err
	}
	if t.gateway, err = gateway.Open(t.dir, t.state.Spec, env.Teacher, t.options()); err != nil {
		return nil, err
	}
	if own, ok := env.Agent.(Metered); ok && t.state.End == "" {
		t.metered = true
		if t.Agent, err = own.Trial(t.state.Spec, t.gateway, t.dir); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// options are those of the trial's gateway.
func (t *trial) options() gateway.Options {
	o := gateway.Options{Now: t.Clock.Now}
	if id := t.state.Spec.TrialID; t.Follow != nil {
		o.Ended = func(c gateway.Call) { t.Follow.Call(id, c) }
	}
	return o
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
		err = t.seal()
	}
	if t.lock != nil {
		err = errors.Join(err, t.lock.Unlock())
	}
	return err
}

// seal seals the trial; a replay is entered into no log.
func (t *trial) seal() error {
	if t.Scores == nil {
		return t.dir.Seal()
	}
	return t.Scores.Seal(t.dir)
}

// sameSpec refuses to go on with a trial that was started under other terms.
func sameSpec(old, now results.Spec) error {
	old.Format, now.Format = 0, 0
	a, err := disk.DigestOf(old)
	if err != nil {
		return err
	}
	b, err := disk.DigestOf(now)
	if err != nil {
		return err
	}
	if a != b {
		return results.Bad(fmt.Errorf("the folder holds a trial that was started with another protocol, task, student or seed"),
			"choose another --out, or move the folder away")
	}
	return nil
}

// apply folds a line of the log.
func (t *trial) apply(line []byte) error {
	var e results.Event
	if err := json.Unmarshal(line, &e); err != nil {
		return err
	}
	if err := record.Apply(&t.state, t.dir.Events(), e); err != nil {
		return err
	}
	if e.Kind == results.StudentUpdated {
		return nil
	}
	t.steps++
	t.failed = 0
	if e.Kind == results.PlatformFault || e.Kind == results.StepCut {
		var d results.FaultData
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return err
		}
		if d.Step == string(agents.Execute) {
			t.failed = d.Attempt
		}
	}
	return t.digests.take(e, len(t.state.Attempts))
}

// append makes the event durable and folds it.
func (t *trial) append(kind results.EventKind, data any) error {
	raw, err := disk.Canonical(data)
	if err != nil {
		return err
	}
	e, err := t.Clock.Stamp(results.Event{Kind: kind, Data: raw})
	if err != nil {
		return err
	}
	lines, err := t.log.Append(e)
	if err != nil {
		return err
	}
	if err := t.apply(lines[0]); err != nil {
		return err
	}
	if t.Follow != nil {
		t.Follow.Event(t.state.Spec.TrialID, e, &t.state)
	}
	return nil
}

func (t *trial) report(doing string) {
	if t.Report != nil {
		t.Report(t.state.Spec.TrialID, doing, &t.state)
	}
}

// attempt is the folder of attempt n.
func (t *trial) attempt(n int) record.Attempt { return t.dir.Attempt(n) }
