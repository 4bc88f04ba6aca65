// Package replay runs a recorded trial again: it puts a recording in the place of
// the clock, the agent, the student's time and, on demand, the teacher, and says
// at which step the new trial first differs from the old one.
//
// A replay does not wait. The new trial's events get the times of the recorded
// ones, and its steps the recorded seconds, so that prompts, which say how much
// time is left, are the same. Code that hit its time limit in the recording is
// again treated as stopped, with the output it had.
//
// The package is the one seam between live trials and replays: package runner and
// the live path of the gateway know of none. It is not for choosing what else a
// replay works with (bench/internal/setup does).
package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/chat"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/command"
	"github.com/autodatabench/autodatabench/runner/gateway"
	"github.com/autodatabench/autodatabench/runner/student"
)

// Recording is the record of a trial that is run again.
type Recording struct {
	dir    record.Trial
	spec   results.Spec
	events []results.Event // without those that come and go with the machine
	taken  int             // events that the new trial has
}

// Open reads the record of the trial.
func Open(dir record.Trial) (*Recording, error) {
	r := &Recording{dir: dir}
	var err error
	if r.events, err = lasting(dir); err != nil {
		return nil, err
	}
	if len(r.events) == 0 || r.events[0].Kind != results.TrialStarted {
		return nil, results.Bad(fmt.Errorf("%s: there is no recorded trial", dir), "name the folder of a trial, which holds its events")
	}
	if err := json.Unmarshal(r.events[0].Data, &r.spec); err != nil {
		return nil, err
	}
	if err := checkID(r.spec); err != nil {
		return nil, results.Bad(fmt.Errorf("%s: %w", dir, err), "the record was changed")
	}
	return r, record.CheckFormat(string(dir), r.spec.Format)
}

// checkID refuses names that would lead out of the folder of a trial.
func checkID(s results.Spec) error {
	for _, name := range []string{s.Experiment, s.Agent} {
		if !results.ValidName(name) {
			return errors.New(results.NameProblem(name))
		}
	}
	if s.Run < 1 {
		return fmt.Errorf("run %d: want 1 or more", s.Run)
	}
	return errors.Join(s.Domain.Validate(), s.Workflow.Validate(), s.Setting.Validate())
}

// lasting lists the trial's events without those that come and go with the machine.
func lasting(dir record.Trial) ([]results.Event, error) {
	var list []results.Event
	err := dir.EachEvent(func(e results.Event) error {
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
	return k == results.PlatformFault || k == results.StepCut || k == results.StudentUpdated
}

// Spec is what determined the recorded trial.
func (r *Recording) Spec() results.Spec { return r.spec }

// Into makes the environment of a live trial that of the replay: clock, agent and
// student follow the recording from now on.
func (r *Recording) Into(env runner.Env) (runner.Env, error) {
	said, err := chat.OpenRecording(r.dir)
	if err != nil {
		return env, err
	}
	env.Clock = clock{env.Clock, r}
	env.Agent = agent{said, r, nil}
	env.Student = learner{env.Student, r}
	return env, nil
}

// Teacher gives the recorded answers.
func (r *Recording) Teacher() (*gateway.Recording, error) {
	return gateway.OpenRecording(r.dir, r.spec, r.stopped)
}

// next is the data of the recorded event where the new trial stands, if it is of
// the kind.
func next[T any](r *Recording, kind results.EventKind) *T {
	var data T
	if r.taken == len(r.events) || r.events[r.taken].Kind != kind || json.Unmarshal(r.events[r.taken].Data, &data) != nil {
		return nil
	}
	return &data
}

// over is the end of the trial where the recording ended, before a step that the
// run time bounds; nil where it went on.
func (r *Recording) over() error {
	if end := next[results.EndData](r, results.TrialEnded); end != nil {
		return runner.Spent(end.Reason)
	}
	return nil
}

// agent gives the recorded replies, and meters what they used as the record has it.
type agent struct {
	chat.Recording
	r     *Recording
	meter command.Meter
}

var _ runner.Metered = agent{}

// Trial is the agent with the new trial's ledger.
func (a agent) Trial(_ results.Spec, meter command.Meter, _ record.Trial) (agents.Agent, error) {
	a.meter = meter
	return a, nil
}

// Reply gives the recorded reply, unless the recording ended while the agent was
// asked.
func (a agent) Reply(ctx context.Context, q agents.Request) (results.Reply, error) {
	if end := next[results.EndData](a.r, results.TrialEnded); end != nil {
		return results.Reply{}, errors.Join(a.used(q.Attempt, "", end.Agent), runner.Spent(end.Reason))
	}
	reply, err := a.Recording.Reply(ctx, q)
	if err != nil || !reply.Metered {
		return reply, err
	}
	digest, err := disk.DigestOf(reply)
	if err != nil {
		return reply, err
	}
	var used *results.AgentUse
	if was := next[results.ReplyData](a.r, results.AgentReplied); was != nil {
		used = &was.AgentUse
	}
	return reply, a.used(q.Attempt, digest, used)
}

func (a agent) used(attempt int, digest string, used *results.AgentUse) error {
	if used == nil {
		return nil
	}
	return a.meter.RecordAgent(attempt, digest, *used)
}

// learner is the new trial's student, which the end of the recording interrupts
// where it interrupted the recorded one.
type learner struct {
	runner.Student
	r *Recording
}

// Train trains.
func (l learner) Train(ctx context.Context, recipe results.Recipe, rows []results.Row, seed int64, dir string, progress func(student.Progress)) (results.TrainReport, error) {
	if err := l.r.over(); err != nil {
		return results.TrainReport{}, err
	}
	return l.Student.Train(ctx, recipe, rows, seed, dir, progress)
}

// Generate answers.
func (l learner) Generate(ctx context.Context, adapter string, prompts []string, s results.Sampling, progress func(done, total int)) ([]string, error) {
	if err := l.r.over(); err != nil {
		return nil, err
	}
	return l.Student.Generate(ctx, adapter, prompts, s, progress)
}

// clock gives the new trial's events the recorded times.
type clock struct {
	runner.Clock
	r *Recording
}

// Stamp gives an event the time of the recorded one in its place, and the seconds
// of its step.
func (c clock) Stamp(e results.Event) (results.Event, error) {
	e, err := c.Clock.Stamp(e)
	if err != nil {
		return e, err
	}
	return c.r.retimed(e)
}
