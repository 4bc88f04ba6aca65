package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/gateway"
)

// errCancelled ends the steps of a trial that its user cancelled.
var errCancelled = errors.New("the trial was cancelled")

// cancelEvery is how often a running trial looks whether it is cancelled.
const cancelEvery = time.Second

// cancellable is a context that ends with errCancelled when the trial is cancelled.
func (t *trial) cancellable(ctx context.Context) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	asked, ended := t.Root.Cancel(t.state.Spec.TrialID), make(chan struct{})
	look := func() {
		if asked.Exists() {
			cancel(errCancelled)
		}
	}
	look()
	go func() {
		defer close(ended)
		tick := time.NewTicker(cancelEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				look()
			}
		}
	}()
	return ctx, func() {
		cancel(nil)
		<-ended
	}
}

// cancelled ends the trial as its user asked for. It has no score, whatever it had
// reached, since who cancels may have looked.
func (t *trial) cancelled() error {
	asked, err := t.Root.Cancel(t.state.Spec.TrialID).Read()
	if err != nil {
		return err
	}
	data := results.EndData{Reason: results.EndCancelled, Detail: asked.Reason}
	used, err := gateway.ReadLedger(t.dir, t.state.Spec.Protocol.Budget)
	switch {
	case errors.Is(err, fs.ErrNotExist): // nobody was asked yet
	case err != nil:
		return err
	default:
		data.Agent, data.Teacher = t.cutOff(used)
	}
	return t.append(results.TrialEnded, data)
}

// cutOff is what the ledger has of agent and teacher and no event tells of: of a step
// that was cut off. It is nil for nothing.
func (t *trial) cutOff(used gateway.Summary) (agent *results.AgentUse, asked *results.TeacherUse) {
	was := t.state.Usage
	if cut := used.Agent.Since(was.Agent()); cut.Calls > 0 {
		agent = &cut
	}
	cut := results.TeacherUse{
		Calls: used.Total.Calls - was.TeacherCalls, Input: used.Total.InputTokens - was.TeacherInput, Output: used.Total.OutputTokens - was.TeacherOutput,
		Simulated: used.Simulated,
	}
	if cut.Calls > 0 || cut.Input > 0 || cut.Output > 0 {
		asked = &cut
	}
	return agent, asked
}

// Cancel asks for the end of a trial that has not ended. Where no program runs the
// trial, its end is recorded at once. Otherwise the program does it that runs the
// trial, or the one that will begin it; then recorded is false.
func Cancel(env Env, id results.TrialID, asked record.Cancelled) (recorded bool, err error) {
	t := &trial{Env: env, dir: env.Root.Trial(id)}
	begun := disk.Exists(t.dir.Events())
	if begun {
		state, err := t.dir.Load()
		if err != nil {
			return false, err
		}
		if state.End != "" {
			return false, results.Bad(fmt.Errorf("%s: the trial has ended (%s)", t.dir, state.End), "a trial that has ended stays as it is")
		}
	}
	if err := env.Scores.Unsealed(id); err != nil {
		return false, err
	}
	if err := env.Root.Cancel(id).Write(asked); err != nil || !begun {
		return false, err
	}
	if t.lock, err = disk.Lock(t.dir.Writer(), env.Holder); err != nil {
		if faultOfPlatform(err) != nil { // somebody runs it, and looks every second
			return false, nil
		}
		return false, err
	}
	if t.log, err = disk.OpenLog(t.dir.Events(), t.apply); err == nil && t.state.End == "" {
		if err = t.killed(); err == nil {
			err = t.cancelled()
		}
	}
	if err != nil {
		if t.log != nil {
			err = errors.Join(err, t.log.Close())
		}
		return false, errors.Join(err, t.lock.Unlock())
	}
	return true, t.close()
}
