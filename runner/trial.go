package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"autodatabench/agents"
	"autodatabench/results"
	"autodatabench/results/folder"
	"autodatabench/runner/command"
	"autodatabench/runner/gateway"
	"autodatabench/runner/student"
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
	log     *folder.Log
	lock    *folder.Held
	gateway *gateway.Gateway
	metered bool // the agent puts its calls into the ledger itself
	state   results.Trial
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
	if t.lock, err = folder.Lock(dir, env.Holder); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			t.close()
		}
	}()
	if t.log, err = folder.OpenLog(filepath.Join(dir, EventsFile), func(line []byte) error { return apply(&t.state, line) }); err != nil {
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
	a, err := folder.DigestOf(old)
	if err != nil {
		return err
	}
	b, err := folder.DigestOf(now)
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
	err := folder.ReadLog(filepath.Join(dir, EventsFile), func(line []byte) error {
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
	raw, err := folder.Canonical(data)
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

// spentError is the cause with which a step ends when a budget does.
type spentError struct{ reason results.EndReason }

func (e *spentError) Error() string { return "the trial ends: " + string(e.reason) }

var (
	errTimeUp    = &spentError{results.EndTime}
	errAgentTime = &spentError{results.EndAgent}
)

// student bounds a use of the student by the run time left and returns the
// seconds it took. Waiting for a place to run is no run time (SPEC section 6).
func (t *trial) student(ctx context.Context, f func(context.Context) error) (seconds float64, err error) {
	ctx, meter := student.Metered(ctx, t.state.TimeLeft(), errTimeUp, t.Now)
	err = timeUp(ctx, f(ctx))
	return meter.Stop().Seconds(), err
}

// timeUp is the spent budget in place of an error that a step bounded by it gave
// after its end: whatever it says, there was no time left for another outcome.
func timeUp(ctx context.Context, err error) error {
	var spent *spentError
	if err != nil && errors.As(context.Cause(ctx), &spent) {
		return spent
	}
	return err
}

// maxRepeats is how often a step that the platform failed is done again before
// the trial is left to be resumed.
const maxRepeats = 2

// loop asks the workflow and acts until it says finish. When a budget ends
// within a step, the attempt ends as it stands (SPEC section 5) and the trial
// with it; that is an event, so that a resume does not try the step again. A
// step that the platform failed is done again, which is an event too.
func (t *trial) loop(ctx context.Context) error {
	faults := 0 // of the step, in a row
	for t.state.End == "" {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		action, err := agents.Next(&t.state)
		if err != nil {
			return err
		}
		t.report(string(action.Kind))
		err = t.act(ctx, action)
		var spent *spentError
		switch {
		case errors.As(err, &spent):
			err = t.end(spent.reason)
		case ctx.Err() == nil && faultOfPlatform(err):
			if noted := t.append(results.PlatformFault, results.FaultData{Step: string(action.Kind), Attempt: action.Attempt, Error: err.Error()}); noted != nil {
				return fmt.Errorf("%s: %w", action.Kind, errors.Join(err, noted))
			}
			if faults++; faults <= maxRepeats {
				continue
			}
		}
		if err != nil {
			return fmt.Errorf("%s: %w", action.Kind, err)
		}
		faults = 0
	}
	return nil
}

// faultOfPlatform reports an error that may be gone when the step is done again.
func faultOfPlatform(err error) bool {
	var known *results.Error
	return errors.As(err, &known) && known.Kind == results.Infrastructure
}

func (t *trial) act(ctx context.Context, a agents.Action) error {
	switch a.Kind {
	case agents.Ask:
		return t.ask(ctx, a)
	case agents.Execute:
		return t.execute(ctx, a.Attempt)
	case agents.Check:
		return t.check(a.Attempt)
	case agents.Train:
		return t.train(ctx, a.Attempt)
	case agents.Evaluate:
		return t.evaluate(ctx, a.Attempt)
	case agents.Finish:
		return t.end(a.Reason)
	}
	return fmt.Errorf("unknown action")
}

// end closes the loop, so that the events tell of all that the ledger has.
func (t *trial) end(reason results.EndReason) error {
	data := results.EndData{Reason: reason}
	if cut := t.unreported(); cut.Calls > 0 {
		data.Agent = &cut
	}
	return t.append(results.TrialEnded, data)
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
