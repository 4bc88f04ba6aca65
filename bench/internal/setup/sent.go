package setup

import (
	"context"
	"encoding/json"
	"sync/atomic"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/chat"
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
		agents.Agent
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

func (s sentAgent) Reply(ctx context.Context, r agents.Request) (results.Reply, error) {
	defer s.n.Add(-1)
	s.n.Add(1)
	return s.Agent.Reply(ctx, r)
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
