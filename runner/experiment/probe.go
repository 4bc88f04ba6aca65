package experiment

import (
	"context"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/autodatabench/autodatabench/agents/dialect"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// prober is an agent or a teacher behind a server. Probe asks the server one small
// question with the fields that trials will send, and keeps what it needs to be sent in
// another way. Its error is one that no waiting mends; a server that is busy or down
// gives none.
type prober interface {
	Probe(ctx context.Context) error
	Adapted() []dialect.Adaptation
	Adapt([]dialect.Adaptation)
}

// theTeacher is the teacher's name among the probers; no agent has it.
const theTeacher = "teacher:"

// probers are the servers of the experiment, by the names of their agents.
func (s *Setup) probers() map[string]prober {
	all := map[string]prober{}
	for name, a := range s.Agents {
		if p, ok := a.Agent.(prober); ok {
			all[name] = p
		}
	}
	if p, ok := s.Teacher.(prober); ok {
		all[theTeacher] = p
	}
	return all
}

// probe asks every server once before anything is paid for, so that what one refuses of
// the platform's own fields is no agent's fault. An experiment that goes on takes what
// was found when it began. One with a single attempt is a probe itself.
func (s *Setup) probe(ctx context.Context, was record.Lock, begun bool, p results.Protocol) error {
	all := s.probers()
	if begun {
		for name, needs := range was.Adapted {
			if p, ok := all[name]; ok {
				p.Adapt(adaptations(needs))
			}
		}
		return nil
	}
	if len(s.File.Trials()) == 1 && p.Budget.Attempts == 1 {
		return nil
	}
	var asking errgroup.Group
	for _, server := range all {
		asking.Go(func() error { return server.Probe(ctx) })
	}
	return asking.Wait()
}

// adapted is what the servers were found to need, for the lock.
func (s *Setup) adapted() map[string][]string {
	found := map[string][]string{}
	all := s.probers()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, a := range all[name].Adapted() {
			found[name] = append(found[name], string(a))
		}
	}
	if len(found) == 0 {
		return nil
	}
	return found
}

func adaptations(names []string) []dialect.Adaptation {
	list := make([]dialect.Adaptation, len(names))
	for i, n := range names {
		list[i] = dialect.Adaptation(n)
	}
	return list
}
