package experiment

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"github.com/autodatabench/autodatabench/agents/dialect"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
)

// prober is a teacher behind a server. Probe asks the server one small question with
// the fields that programs' calls will have, and keeps what it needs to be sent in
// another way. Its error is one that no waiting mends; a server that is busy or down
// gives none.
type prober interface {
	Probe(ctx context.Context) error
	Adapted() []dialect.Adaptation
	Adapt([]dialect.Adaptation)
}

// probe asks the teacher before an agent is paid for, so that what its server refuses
// of the platform's own fields is no agent's fault. An experiment that goes on takes
// what was found when it began. In one with a single attempt in all the program's first
// call is the probe. What it was sent in is kept with each answer.
func (s *Setup) probe(ctx context.Context, was record.Lock, begun bool, p results.Protocol) error {
	t, ok := s.Teacher.(prober)
	switch {
	case !ok:
		return nil
	case begun:
		var needs []dialect.Adaptation
		for _, name := range was.Adapted {
			needs = append(needs, dialect.Adaptation(name))
		}
		t.Adapt(needs)
		return nil
	case len(s.File.Trials()) == 1 && p.Budget.Attempts == 1:
		return nil
	}
	return t.Probe(ctx)
}

// adapted is what the teacher's server was found to need, for the lock.
func (s *Setup) adapted() []string {
	if t, ok := s.Teacher.(prober); ok {
		return dialect.Names(t.Adapted())
	}
	return nil
}

// served is an agent behind a model's server.
type served interface {
	Adapted() []dialect.Adaptation
}

// firstReplies has every agent behind a server answer the first question of its first
// trial before any trial goes on. The question has exactly the fields of all later ones,
// and its answer is the trial's own: nothing is paid for that does not count. What a
// server refuses of the platform's own fields is found out there; a server that takes
// nothing of its agent ends the run before a teacher or another agent has cost more.
func (s *Setup) firstReplies(ctx context.Context, spec func(results.TrialID) results.Spec) error {
	ids := s.Only
	if ids == nil {
		ids = s.File.Trials()
	}
	var asking errgroup.Group
	asking.SetLimit(max(1, s.File.Parallel))
	refused, asked := make([]error, len(ids)), map[string]bool{}
	for i, id := range granted(ids, s.File, s.Looks()) {
		if _, ok := s.Agents[id.Agent].Agent.(served); !ok || asked[id.Agent] {
			continue
		}
		asked[id.Agent] = true
		asking.Go(func() error {
			refused[i] = runner.Begin(ctx, s.env(id), spec(id))
			return nil
		})
	}
	asking.Wait()
	return errors.Join(refused...)
}
