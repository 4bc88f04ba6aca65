// Package runner takes trials through their loop and leaves their folders.
//
// The state of a trial is the fold of its events. The loop asks the workflow for
// the next step, does it, makes its outcome durable as one event, and asks again.
// A trial that was killed goes on from its last event: finished steps are never
// done again, and a code execution that was cut off finds its answered teacher
// calls in the ledger.
//
// An agent's fault is a [results.Failure] in the record and the loop goes on. A
// fault of the platform stops the trial with an error, leaving it as it was, so
// that it can be resumed.
//
// The package is not for private sets (runner/final opens them, after the trial
// is sealed) and not for choosing back ends (bench/internal/setup composes them).
// Nothing here knows of replays: package replay puts a recording in the place of
// clock, agent, student and teacher.
package runner

import (
	"context"
	"time"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/command"
	"github.com/autodatabench/autodatabench/runner/gateway"
	"github.com/autodatabench/autodatabench/runner/sandbox"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/teacher"
	"github.com/autodatabench/autodatabench/tasks"
)

// Student is what a trial trains and asks.
type Student interface {
	student.Trainer
	student.Generator
}

// Sandbox runs an agent's code.
type Sandbox interface {
	Run(ctx context.Context, spec sandbox.Spec) (sandbox.Result, error)
}

// Env is everything a trial works with.
type Env struct {
	Root    record.Experiment
	Scores  *record.Scores // of Root; nil where no score is to come, as in a replay
	Task    tasks.Task
	Agent   agents.Agent // or [Metered]
	Teacher teacher.Teacher
	Student Student
	Sandbox Sandbox
	Holder  disk.Holder
	Clock   Clock
	GPUs    GPUs
	Report  func(id results.TrialID, doing string, state *results.Trial)
	Follow  Follower // nil: nobody follows

	// Outage is how long a fault of the platform is waited out; at 0 a step is
	// repeated twice without a pause.
	Outage time.Duration
}

// Follower is told what a trial does while it does it. Its methods are called from
// several goroutines, and the trial waits for them.
type Follower interface {
	// Event is an event that the trial's log has got, with the state after it.
	Event(id results.TrialID, e results.Event, state *results.Trial)

	// Call is a call to the teacher that has ended.
	Call(id results.TrialID, c gateway.Call)
}

// Metered is an agent that puts its calls into the trial's ledger itself.
type Metered interface {
	Trial(spec results.Spec, meter command.Meter, dir record.Trial) (agents.Agent, error)
}

// Clock tells a trial the time. One that is also [Stopping] tells when the program
// was stopped.
type Clock interface {
	Now() time.Time

	// Stamp completes an event that is about to be recorded by its time.
	Stamp(e results.Event) (results.Event, error)
}

// Wall is the clock on the wall.
type Wall func() time.Time

// Stopping is a clock that knows for how long the program was stopped in all, by a
// signal, with its container or with its machine. Its Now leaves those times out.
type Stopping interface {
	Stopped() time.Duration
}

// Now is the time.
func (w Wall) Now() time.Time { return w() }

// Stamp gives the event the time.
func (w Wall) Stamp(e results.Event) (results.Event, error) {
	e.Time = w().UTC()
	return e, nil
}

func (e Env) stopped() time.Duration {
	if s, ok := e.Clock.(Stopping); ok {
		return s.Stopped()
	}
	return 0
}

func (e Env) timed(f func() error) (seconds float64, err error) {
	begin := e.Clock.Now()
	err = f()
	return e.Clock.Now().Sub(begin).Seconds(), err
}
