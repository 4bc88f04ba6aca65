package experiment

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/agents/prompt"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/final"
	"github.com/autodatabench/autodatabench/runner/teacher"
	"github.com/autodatabench/autodatabench/tasks"
)

// Agent is an agent of the experiment with its definition.
type Agent struct {
	agents.Agent
	Definition definitions.Definition
	Digest     string // of the definition, and of the files of an agent that is a program
}

// Setup is an experiment with everything it works with.
type Setup struct {
	File     File
	Given    []byte // the experiment file's text
	Root     record.Experiment
	Version  string // of the program
	Tasks    map[results.Domain]tasks.Task
	Agents   map[string]Agent
	Teacher  teacher.Teacher
	Student  runner.Student
	Identity results.Identity
	Close    func() error // ends the student's processes
	Sandbox  runner.Sandbox

	Rule        Rule   // of an experiment that runs until its pairs are decided
	PrivateRoot string // of the private sets of task folders

	// Before anything is paid. Ready asks the student's server whether it can do what
	// trials ask of it; Fits says why questions that leave room for an answer of so many
	// tokens do not fit the student. Nil: all is well.
	Ready func(ctx context.Context) error
	Fits  func(questions []string, answer int) error

	Only []results.TrialID // that are to be run; nil for all

	Holder disk.Holder
	Now    func() time.Time
	Clock  runner.Clock
	Watch  Watch           // nil where trials are only scored and nobody watches
	Follow runner.Follower // nil: nobody follows

	scores *record.Scores // of Root, from the lock on
}

// FinalScore is what a trial does between its end and its score.
const FinalScore = "final score"

// Watch is told how the experiment goes. Its functions are called from several
// goroutines.
type Watch interface {
	Doing(id results.TrialID, what string, state *results.Trial)
	Done(o results.Outcome)
	Base(d results.Domain, public results.Score) // of the untrained student, before the first trial
	Looked(l results.Look, granted []results.TrialID)
	Failed(id results.TrialID, err error) // by the platform; it is left to be resumed
}

// Trials lists the experiment's trials, run by run and domain by domain. Until its pairs
// are decided, these are the most that there may be.
func (f File) Trials() []results.TrialID {
	var ids []results.TrialID
	for run := 1; run <= f.Runs; run++ {
		for _, d := range f.Domains {
			for _, w := range f.Workflows {
				for _, s := range f.Settings {
					for _, a := range f.Agents {
						ids = append(ids, results.TrialID{Domain: d, Workflow: w, Setting: s, Agent: a, Run: run})
					}
				}
			}
		}
	}
	return ids
}

// Chosen lists the trials that are to be run, as far as that is known before.
func (s *Setup) Chosen() ([]results.TrialID, error) {
	if s.Only != nil {
		return s.Only, nil
	}
	return Granted(s.Root, s.File)
}

// Run takes every chosen trial to its score, resuming what is there, and returns the
// outcomes in the order of Trials. A trial that the platform fails is left to be
// resumed and reported in the error; the others go on.
func (s *Setup) Run(ctx context.Context) ([]results.Outcome, error) {
	protocol, err := s.File.Resolve()
	if err != nil {
		return nil, err
	}
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	if err := s.lock(ctx, protocol); err != nil {
		return nil, err
	}
	s.Root.Sweep()
	if err := s.openScores(); err != nil {
		return nil, err
	}
	scorer := s.scorer()
	base, err := s.basePublic(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range s.File.Domains {
		s.Watch.Base(d, base[d])
	}
	spec := func(id results.TrialID) results.Spec { return s.spec(id, protocol, base[id.Domain]) }
	if err := s.firstReplies(ctx, spec); err != nil {
		return nil, err
	}
	return s.rounds(ctx, func(id results.TrialID) (results.Outcome, error) {
		o, err := s.trial(ctx, spec(id), scorer)
		if err != nil && ctx.Err() == nil {
			s.Watch.Failed(id, err)
		}
		return o, err
	})
}

func (s *Setup) env(id results.TrialID) runner.Env {
	return runner.Env{
		Root: s.Root, Scores: s.scores, Task: s.Tasks[id.Domain], Agent: s.Agents[id.Agent].Agent, Teacher: s.Teacher, Student: s.Student,
		Sandbox: s.Sandbox, Holder: s.Holder, Clock: s.Clock, Report: s.Watch.Doing, Follow: s.Follow, GPUs: s.File.holds(),
		Outage: time.Duration(s.File.Outage),
	}
}

func (s *Setup) trial(ctx context.Context, spec results.Spec, scorer *final.Scorer) (results.Outcome, error) {
	state, err := runner.Run(ctx, s.env(spec.TrialID), spec)
	if err != nil {
		return results.Outcome{}, err
	}
	return s.score(ctx, scorer, spec.TrialID, state)
}

// score scores a trial that has ended in the state.
func (s *Setup) score(ctx context.Context, scorer *final.Scorer, id results.TrialID, state *results.Trial) (results.Outcome, error) {
	s.Watch.Doing(id, FinalScore, state)
	ctx = final.Following(ctx, func(what string) { s.Watch.Doing(id, what, state) })
	o, err := scorer.Trial(ctx, s.Root.Trial(id), s.Tasks[id.Domain])
	if err != nil {
		return results.Outcome{}, err
	}
	s.Watch.Done(o)
	return o, nil
}

func (s *Setup) spec(id results.TrialID, p results.Protocol, base results.Score) results.Spec {
	agent := s.Agents[id.Agent]
	return results.Spec{
		TrialID: id, Experiment: s.File.Name, Suite: s.File.Suite.String(), Protocol: p,
		Seed:       runner.Derive(s.File.Seed, id.Path()),
		TaskDigest: s.Tasks[id.Domain].Digest, PromptDigest: prompt.Digest(), AgentDigest: agent.Digest,
		Teacher: s.Teacher.Name(), Student: s.Identity.Name, StudentDigest: s.Identity.Digest, Arithmetic: s.Identity.Arithmetic,
		Embedded:    s.Identity.Embedded,
		Simulated:   s.Teacher.Simulated() || agent.Definition.Simulated(),
		Unsandboxed: s.File.Sandbox.Kind == "none", Base: base,
		PromptTokens: agent.Definition.PromptTokens(), OutputTokens: agent.Definition.Sampling.MaxOutputTokens, Price: agent.Definition.Pricing(),
		GPUPrice: s.File.GPUPrice, Format: s.scores.Mark(),
	}
}

// basePublic evaluates the untrained student on each public set, once.
func (s *Setup) basePublic(ctx context.Context) (map[results.Domain]results.Score, error) {
	scores := map[results.Domain]results.Score{}
	for _, d := range s.File.Domains {
		task := s.Tasks[d]
		file := s.Root.BasePublic(d)
		base, err := file.Read()
		if errors.Is(err, fs.ErrNotExist) {
			var answers []string
			answers, err = s.Student.Generate(ctx, "", runner.Questions(task.Public), task.Brief.Sampling, nil)
			if err != nil {
				return nil, fmt.Errorf("base student on %s: %w", d, err)
			}
			base.Judged, base.Score = tasks.Evaluate(task.Evaluator, task.Public, answers)
			err = file.Write(base)
		}
		if err != nil {
			return nil, err
		}
		if err := base.Recount(); err != nil {
			return nil, results.Bad(fmt.Errorf("%s: %w", file, err), "put the file back from a copy, or remove it to have it made again")
		}
		scores[d] = base.Score
	}
	return scores, nil
}
