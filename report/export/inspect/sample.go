package inspect

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/autodatabench/autodatabench/report/export"
	"github.com/autodatabench/autodatabench/report/trial"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// teacher is the role of the model that the agents' programs ask.
const teacher = "teacher"

// span is when the trial began and when its last event was.
func span(t export.Trial) (begun, ended time.Time, err error) {
	v, err := trial.Follow(t.Dir)
	return v.Begun, v.Last, err
}

// sample is the trial with its transcript.
func (l *log) sample(t export.Trial) (*sample, error) {
	v, err := trial.Follow(t.Dir)
	if err != nil {
		return nil, err
	}
	o := t.Outcome
	s := &sample{
		ID: string(o.Domain), Epoch: o.Run, Input: task(o), Target: "the highest accuracy on the private set", Messages: []message{},
		Output: output{Model: l.model, Choices: []choice{}}, Scores: scored(o), Events: []event{},
		Metadata: object{
			"attempts": o.Attempts, "valid_attempts": o.ValidAttempts, "chosen_attempt": v.Best, "ended": o.End, "teacher_calls": o.Usage.TeacherCalls,
			"task_digest": o.TaskDigest, "seed": o.Seed, "simulated": o.Simulated,
		},
		Models:  map[string]usage{l.model: {o.Usage.AgentInput, o.Usage.AgentOutput, o.Usage.AgentInput + o.Usage.AgentOutput, cost(o.Usage.AgentCost)}},
		Roles:   map[string]usage{teacher: {o.Usage.TeacherInput, o.Usage.TeacherOutput, o.Usage.TeacherInput + o.Usage.TeacherOutput, nil}},
		Started: v.Begun.UTC(), Completed: v.Last.UTC(), Total: v.Last.Sub(v.Begun).Seconds(), Working: o.Elapsed.Seconds(), UUID: digest(l.id, o.Path()),
	}
	c := course{sample: s, model: l.model, begun: v.Begun, at: v.Begun}
	for _, a := range v.Attempts {
		if err := c.attempt(t.Dir, a); err != nil {
			return nil, err
		}
	}
	for _, f := range figures() {
		if sc, ok := s.Scores[f.name]; ok {
			c.add(event{Kind: "score", Timestamp: v.Last, Score: &sc, Scorer: f.name})
		}
	}
	return s, nil
}

func task(o results.Outcome) string {
	return fmt.Sprintf("Make training data for a student in domain %s: workflow %s, setting %s.", o.Domain, o.Workflow, o.Setting)
}

func cost(n results.Number) *float64 {
	if !n.Known {
		return nil
	}
	return &n.Value
}

func (s *sample) short() sampleSummary {
	return sampleSummary{
		ID: s.ID, Epoch: s.Epoch, Input: s.Input, Target: s.Target, Metadata: s.Metadata, Scores: s.Scores, Models: s.Models, Roles: s.Roles,
		Started: s.Started, Completed: s.Completed, Total: s.Total, Working: s.Working, UUID: s.UUID, Done: true, Messages: len(s.Messages),
	}
}

// course adds a trial's events to its sample, in the order of time.
type course struct {
	*sample
	model string
	begun time.Time
	at    time.Time // of the last step
}

// add adds the event with its identifier.
func (c *course) add(e event) {
	e.UUID = digest(c.UUID, fmt.Sprint(len(c.Events)))
	e.Timestamp = e.Timestamp.UTC()
	e.Working = e.Timestamp.Sub(c.begun).Seconds()
	c.Events = append(c.Events, e)
}

// attempt adds the span of an attempt.
func (c *course) attempt(dir record.Trial, a trial.Attempt) error {
	texts, err := trial.ReadTexts(dir, a.N)
	if err != nil {
		return err
	}
	reply, err := dir.Attempt(a.N).Reply().Read()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	id := digest(c.UUID, "attempt", fmt.Sprint(a.N))
	c.add(event{Kind: "span_begin", Timestamp: c.at, ID: id, Span: id, Type: "solver", Name: fmt.Sprintf("attempt %d: %s", a.N, a.Op)})
	asked := c.messages(texts.Prompt)
	for _, s := range a.Steps {
		c.at = s.Time
		if s.Kind == results.AgentReplied {
			said := c.reply(reply.Reply)
			c.add(event{
				Kind: "model", Timestamp: s.Time, Span: id, Model: c.model, Input: asked, Tools: &[]object{}, ToolChoice: "none", Config: &object{},
				Output: &said,
			})
			if c.Output.Text == "" || a.Chosen {
				c.Output = said
			}
		}
	}
	c.add(event{Kind: "info", Timestamp: c.at, Span: id, Source: "autodatabench", Data: account(a, texts.Plan)})
	if a.Public != nil {
		sc := score{a.Public.Accuracy(), fmt.Sprintf("%d of %d public items", a.Public.Correct, a.Public.Total)}
		c.add(event{Kind: "score", Timestamp: c.at, Span: id, Score: &sc, Intermediate: true, Scorer: "public_accuracy"})
	}
	c.add(event{Kind: "span_end", Timestamp: c.at, ID: id, Span: id})
	return nil
}

// messages adds the prompt to the sample's messages.
func (c *course) messages(prompt []results.Message) []message {
	list := []message{}
	for _, m := range prompt {
		list = append(list, message{ID: digest(c.UUID, "message", fmt.Sprint(len(c.Messages)+len(list))), Role: m.Role, Content: m.Content, Source: "input"})
	}
	c.Messages = append(c.Messages, list...)
	return list
}

// reply adds the agent's answer to the sample's messages.
func (c *course) reply(r results.Reply) output {
	m := message{ID: digest(c.UUID, "message", fmt.Sprint(len(c.Messages))), Role: "assistant", Content: r.Text, Source: "generate", Model: c.model}
	c.Messages = append(c.Messages, m)
	out := output{Model: c.model, Choices: []choice{{m, stopped(r.Finish)}}, Text: r.Text}
	if r.Input+r.Output > 0 {
		out.Usage = &usage{r.Input, r.Output, r.Input + r.Output, r.Cost}
	}
	if r.Seconds > 0 {
		out.Time = &r.Seconds
	}
	return out
}

// stopped is the format's word for how a reply ended.
func stopped(f results.Finish) string {
	switch f {
	case results.FinishStop:
		return "stop"
	case results.FinishLength:
		return "max_tokens"
	case results.FinishRefusal, results.FinishFilter:
		return "content_filter"
	}
	return "unknown"
}

// account is what came of an attempt's program. What it printed stays in the record, but
// for what the next prompt quotes of a failure.
func account(a trial.Attempt, plan string) object {
	d := object{"outcome": a.Outcome, "teacher_calls": a.Calls, "chosen": a.Chosen, "plan": plan}
	if a.Failure != "" {
		d["failure"] = a.Failure
	}
	if k := a.Check; k != nil {
		d["rows"], d["rows_kept"], d["rows_used"], d["valid"] = k.Rows, k.Kept, k.Used, k.Valid
	}
	seconds := object{}
	for _, s := range a.Steps {
		seconds[string(s.Kind)] = s.Seconds
	}
	d["seconds"] = seconds
	return d
}
