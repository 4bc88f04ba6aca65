package setup

import (
	"context"
	"encoding/json"
	"sync/atomic"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/chat"
	"github.com/autodatabench/autodatabench/agents/dialect"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/command"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// The types below count the calls of models that are in flight, so that a program
// which ends at once can say how many it cut off.
type (
	sentTeacher struct {
		teacher.Teacher
		n *atomic.Int64
	}
	sentAgent struct {
		*chat.Client
		n *atomic.Int64
	}
	sentModel struct {
		command.Model
		n *atomic.Int64
	}
)

var _ teacher.Described = sentTeacher{}

func (s sentTeacher) Complete(ctx context.Context, r teacher.Request) (teacher.Response, error) {
	defer s.n.Add(-1)
	s.n.Add(1)
	return s.Teacher.Complete(ctx, r)
}

// Terms are those of the teacher that is asked.
func (s sentTeacher) Terms() any {
	if d, ok := s.Teacher.(teacher.Described); ok {
		return d.Terms()
	}
	return s.Name()
}

// server is the teacher's, if it is behind one.
func (s sentTeacher) server() interface {
	Probe(context.Context) error
	Adapted() []dialect.Adaptation
	Adapt([]dialect.Adaptation)
} {
	switch t := s.Teacher.(type) {
	case *teacher.OpenAI:
		return t
	case *teacher.Moving:
		return t
	}
	return nil
}

// Probe asks the teacher's server one small question.
func (s sentTeacher) Probe(ctx context.Context) error {
	if t := s.server(); t != nil {
		return t.Probe(ctx)
	}
	return nil
}

// Adapted is what the teacher's server needs.
func (s sentTeacher) Adapted() []dialect.Adaptation {
	if t := s.server(); t != nil {
		return t.Adapted()
	}
	return nil
}

// Adapt says what the teacher's server needs.
func (s sentTeacher) Adapt(list []dialect.Adaptation) {
	if t := s.server(); t != nil {
		t.Adapt(list)
	}
}

func (s sentAgent) Reply(ctx context.Context, r agents.Request) (results.Reply, error) {
	defer s.n.Add(-1)
	s.n.Add(1)
	return s.Client.Reply(ctx, r)
}

func (s sentModel) Forward(ctx context.Context, request map[string]json.RawMessage) (chat.Answer, error) {
	defer s.n.Add(-1)
	s.n.Add(1)
	return s.Model.Forward(ctx, request)
}

// sent is where the world counts its calls in flight; nobody looks at it where it
// has no place for them.
func (w World) sent() *atomic.Int64 {
	if w.Sent == nil {
		return new(atomic.Int64)
	}
	return w.Sent
}
