// Package launch decides where students work. On this machine each working student
// gets a set of GPUs ([Divide], [Pool]). On a cluster it works in jobs (package
// slurm, below this one).
//
// A pool hands out its students in the order of the requests, and never keeps one
// idle while somebody waits. A [Gatherer] hands a student to several requests at once.
// Waiting in either is not run time ([student.Wait]).
//
// The package is not for the use that a student makes of its GPUs, and it starts no
// student: the composition root does.
package launch

import (
	"context"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
)

// Student is what a pool holds.
type Student interface {
	student.Trainer
	student.Generator
}

// Pool is a student of several equal ones, each on its own devices, of which a
// call takes the first that is free. Its methods may be called concurrently.
type Pool struct {
	free chan Student
}

// NewPool returns the pool of the members.
func NewPool(members ...Student) *Pool {
	p := &Pool{make(chan Student, len(members))}
	for _, m := range members {
		p.free <- m
	}
	return p
}

// Slots is how many students work at a time.
func (p *Pool) Slots() int { return cap(p.free) }

// take waits for a free student. Those who wait are served in their order, which
// is that of a channel's receivers.
func (p *Pool) take(ctx context.Context) (Student, error) {
	defer student.Wait(ctx)()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	select {
	case s := <-p.free:
		return s, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Train implements [student.Trainer].
func (p *Pool) Train(ctx context.Context, recipe results.Recipe, rows []results.Row, seed int64, dir string, progress func(student.Progress)) (results.TrainReport, error) {
	s, err := p.take(ctx)
	if err != nil {
		return results.TrainReport{}, err
	}
	defer func() { p.free <- s }()
	return s.Train(ctx, recipe, rows, seed, dir, progress)
}

// Generate implements [student.Generator].
func (p *Pool) Generate(ctx context.Context, adapterDir string, prompts []string, sampling results.Sampling, progress func(done, total int)) ([]string, error) {
	s, err := p.take(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { p.free <- s }()
	return s.Generate(ctx, adapterDir, prompts, sampling, progress)
}
