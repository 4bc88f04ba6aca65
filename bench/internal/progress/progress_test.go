package progress_test

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/bench/internal/progress"
	"github.com/autodatabench/autodatabench/results"
)

var begin = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// takes is how long the steps of the played trials take.
var takes = map[progress.Step]time.Duration{
	progress.Ask: 7 * time.Second, progress.Execute: 30 * time.Second, progress.Check: 0,
	progress.Train: 60 * time.Second, progress.Evaluate: 10 * time.Second, progress.Final: 90 * time.Second,
}

// played is a trial under way.
type played struct {
	id    results.TrialID
	state *results.Trial
	steps []progress.Step // still to do
	ends  time.Time       // of the first of them
}

func newPlayed(id results.TrialID, attempts int) *played {
	p := &played{id: id, state: &results.Trial{Spec: results.Spec{TrialID: id}}}
	for range attempts {
		p.steps = append(p.steps, progress.Ask, progress.Execute, progress.Check)
		if id.Workflow == results.Iterative {
			p.steps = append(p.steps, progress.Train, progress.Evaluate)
		}
	}
	p.steps = append(p.steps, progress.Final)
	return p
}

// begin tells the model of the first step.
func (p *played) begin(m *progress.Model, now time.Time) {
	step := p.steps[0]
	m.Doing(p.id, string(step), p.state, now)
	if p.ends = now.Add(takes[step]); step == progress.Ask {
		p.state.Attempts = append(p.state.Attempts, results.Attempt{N: len(p.state.Attempts) + 1, Replied: true, Extracted: true, Check: &results.Check{Valid: true}})
	}
}

// play runs the trials in their order on so many places and calls look after each step.
func play(m *progress.Model, ids []results.TrialID, places, iterations int, look func(now time.Time, done int)) time.Time {
	now, done := begin, 0
	var running []*played
	for waiting := ids; len(running) > 0 || len(waiting) > 0; {
		for len(running) < places && len(waiting) > 0 {
			attempts := 1
			if waiting[0].Workflow == results.Iterative {
				attempts = iterations
			}
			p := newPlayed(waiting[0], attempts)
			p.begin(m, now)
			running, waiting = append(running, p), waiting[1:]
		}
		first := slices.MinFunc(running, func(a, b *played) int { return a.ends.Compare(b.ends) })
		now = first.ends
		if first.steps = first.steps[1:]; len(first.steps) > 0 {
			first.begin(m, now)
		} else {
			done++
			m.Done(results.Outcome{TrialID: first.id, Valid: true, Attempts: len(first.state.Attempts), ValidAttempts: len(first.state.Attempts)}, now)
			running = slices.DeleteFunc(running, func(p *played) bool { return p == first })
		}
		look(now, done)
	}
	return now
}

func someTrials(n int) (ids []results.TrialID) {
	for run := 1; run <= n; run++ {
		for _, w := range results.Workflows() {
			for _, agent := range []string{"a", "b"} {
				ids = append(ids, results.TrialID{Domain: results.Science, Workflow: w, Setting: results.Scratch, Agent: agent, Run: run})
			}
		}
	}
	return ids
}

// Once each kind of step has been measured, the time left is what it turns out to be.
func TestLeftIsWhatItTurnsOutToBe(t *testing.T) {
	for _, places := range []int{1, 2, 3} {
		ids, budget := someTrials(3), results.Budget{Iterations: 2, Attempts: 8}
		type guess struct {
			at   time.Time
			left time.Duration
		}
		var guesses []guess
		m := progress.New("x", ids, budget, places, begin)
		end := play(m, ids, places, 2, func(now time.Time, done int) {
			if left, known := m.Left(now); known && done > 0 { // before, a final score is a guess
				guesses = append(guesses, guess{now, left})
			}
		})
		if len(guesses) < 20 {
			t.Fatalf("%d places: only %d estimates", places, len(guesses))
		}
		for _, g := range guesses {
			if was := end.Sub(g.at); math.Abs((g.left - was).Seconds()) > 1 {
				t.Errorf("%d places: %s left after %s, in truth %s", places, g.left, g.at.Sub(begin), was)
			}
		}
		if s := m.Snapshot(end); *s.Left != 0 || s.States[progress.Done] != len(ids) || s.Elapsed != end.Sub(begin) {
			t.Errorf("%d places: in the end %+v", places, s)
		}
	}
}

// Trials that were finished before the program started are done and tell nothing of
// its speed; what they took of their attempts does.
func TestLeftAfterAResume(t *testing.T) {
	ids := someTrials(2)
	m := progress.New("x", ids, results.Budget{Iterations: 2, Attempts: 8}, 1, begin)
	for _, id := range ids[:6] {
		m.Ended(results.Outcome{TrialID: id, Valid: true, Attempts: 2, ValidAttempts: 1})
	}
	if _, known := m.Left(begin.Add(time.Hour)); known {
		t.Error("a time left without a measured step")
	}
	now := begin
	play(m, ids[6:7], 1, 2, func(at time.Time, _ int) { now = at })
	left, known := m.Left(now)
	// The other iterative trial: two attempts, of which one is valid as in those before.
	want := 2*(7+30)*time.Second + (60+10)*time.Second + 90*time.Second
	if !known || left < want-time.Second || left > want+50*time.Second {
		t.Errorf("left %s (%v), want about %s", left, known, want)
	}
	if s := m.Snapshot(now); s.States[progress.Done] != 7 || s.Elapsed != now.Sub(begin) {
		t.Errorf("snapshot %+v", s)
	}
}

// A step under way counts down, and not below nothing.
func TestStepUnderWayCountsDown(t *testing.T) {
	ids := someTrials(1)
	m := progress.New("x", ids[:2], results.Budget{Iterations: 1, Attempts: 1}, 2, begin)
	play(m, ids[:1], 1, 1, func(time.Time, int) {})
	m.Doing(ids[1], "final score", &results.Trial{Attempts: []results.Attempt{{N: 1, Check: &results.Check{Valid: true}}}}, begin)
	for after, want := range map[time.Duration]time.Duration{0: 90 * time.Second, 60 * time.Second: 30 * time.Second, time.Hour: 0} {
		if left, known := m.Left(begin.Add(after)); !known || left != want {
			t.Errorf("after %s: %s left (%v), want %s", after, left, known, want)
		}
	}
	m.Doing(ids[1], "training: update 3 of 9", nil, begin)
	if s := m.Snapshot(begin); s.Trials[1].Step != progress.Final || s.Trials[1].Detail != "training: update 3 of 9" || s.Trials[1].Typical != 90*time.Second {
		t.Errorf("words on a step: %+v", s.Trials[1])
	}
	m.Failed(ids[1], errors.New("the disk is full"))
	if s := m.Snapshot(begin); s.States[progress.Stopped] != 1 || s.Trials[1].Why != "the disk is full" {
		t.Errorf("a failed trial: %+v", s.Trials[1])
	}
}

// The log of a trial gives the times of its steps, but of those that a pause cut.
func TestEvents(t *testing.T) {
	id := results.TrialID{Domain: results.Science, Workflow: results.OneShot, Setting: results.Scratch, Agent: "a", Run: 1}
	other := id
	other.Run = 2
	budget := results.Budget{Attempts: 8, TeacherCalls: 100, RunTime: time.Hour}
	m := progress.New("x", []results.TrialID{id, other}, budget, 1, begin)
	state := &results.Trial{}
	now := begin
	event := func(after time.Duration, kind results.EventKind, data any) {
		t.Helper()
		raw, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		now = now.Add(after)
		e := results.Event{Kind: kind, Time: now, Data: raw}
		if err := state.Apply(e); err != nil {
			t.Fatal(err)
		}
		m.Event(id, e, state)
	}
	event(0, results.TrialStarted, results.Spec{TrialID: id, Protocol: results.Protocol{Budget: budget}})
	event(0, results.AttemptStarted, results.AttemptData{N: 1, Op: results.Draft})
	event(4*time.Second, results.AgentReplied, results.ReplyData{Code: true})
	event(10*time.Second, results.StepCut, results.FaultData{Step: "execute", Attempt: 1})
	event(24*time.Hour, results.CodeExecuted, results.CodeData{Calls: 12, Failure: results.RuntimeError, Detail: "exit code 1"})
	event(0, results.AttemptStarted, results.AttemptData{N: 2, Op: results.Draft})
	event(6*time.Second, results.AgentReplied, results.ReplyData{Code: true})
	event(20*time.Second, results.CodeExecuted, results.CodeData{Calls: 30})
	m.Working(id)
	s := m.Snapshot(now)
	got := s.Trials[0]
	if got.State != progress.Running || got.Step != progress.Check || got.Attempt != 2 || got.Calls != 42 || s.MaxCalls != 200 ||
		got.Failures[results.RuntimeError] != 1 || got.Why != "exit code 1" {
		t.Errorf("trial %+v", got)
	}
	m.Doing(id, "final score", state, now)
	m.Done(results.Outcome{TrialID: id, Valid: true, Attempts: 2, ValidAttempts: 1}, now.Add(50*time.Second))
	left, known := m.Left(now.Add(50 * time.Second))
	if want := 2*(5+20)*time.Second + 50*time.Second; !known || left != want { // as many attempts as the first took
		t.Errorf("left %s (%v), want %s", left, known, want)
	}
}
