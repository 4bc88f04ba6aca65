package experiment

import (
	"context"

	"github.com/autodatabench/autodatabench/agents/dialect"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
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
// what was found when it began. One with a single attempt is a probe itself. Agents are
// not asked: their first call is the first step of a trial, and finds out the same.
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
func (s *Setup) adapted() (found []string) {
	if t, ok := s.Teacher.(prober); ok {
		for _, a := range t.Adapted() {
			found = append(found, string(a))
		}
	}
	return found
}
