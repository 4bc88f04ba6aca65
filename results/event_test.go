package results

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fold applies events of the kinds and data given in turn.
func fold(t *testing.T, w Workflow, steps ...any) *Trial {
	t.Helper()
	trial := &Trial{}
	apply(t, trial, TrialStarted, Spec{TrialID: TrialID{Domain: Science, Workflow: w, Setting: Scratch, Agent: "a", Run: 1}, Protocol: Mini()})
	for i := 0; i < len(steps); i += 2 {
		apply(t, trial, steps[i].(EventKind), steps[i+1])
	}
	return trial
}

func apply(t *testing.T, trial *Trial, kind EventKind, data any) {
	t.Helper()
	if err := trial.Apply(event(t, kind, data)); err != nil {
		t.Fatalf("apply %s: %v", kind, err)
	}
}

func event(t *testing.T, kind EventKind, data any) Event {
	t.Helper()
	raw, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	return Event{Kind: kind, Data: raw}
}

// scored are the events of a valid attempt with a public score.
func scored(n, correct int) []any {
	return []any{
		AttemptStarted, AttemptData{N: n, Op: Draft}, AgentReplied, ReplyData{Code: true}, CodeExecuted, CodeData{},
		Checked, CheckData{Check: Check{Valid: true}}, StudentTrained, TrainData{}, PublicScored, ScoreData{Score: Score{Correct: correct, Total: 100}},
	}
}

func TestApplyKeepsWhatHappened(t *testing.T) {
	trial := fold(t, Iterative,
		AttemptStarted, AttemptData{N: 1, Op: Draft},
		AgentReplied, ReplyData{Code: true, AgentUse: AgentUse{1, Num(0.25, true), Tokens{Input: 10, Cached: 4, Output: 20, Reasoning: 6}}, Seconds: 1.5},
		CodeExecuted, CodeData{Calls: 700, Input: 7, Output: 8, Seconds: 2},
		PlatformFault, FaultData{Step: "train", Error: "disk full"},
		Checked, CheckData{Check: Check{Valid: true, Rows: 300, Kept: 299, Used: 299}},
		StudentTrained, TrainData{Seconds: 4},
		PublicScored, ScoreData{Score: Score{Correct: 40, Total: 100}, Seconds: 0.5},
		AttemptStarted, AttemptData{N: 2, Op: Improve},
		AgentReplied, ReplyData{Failure: ExtractionFailed, Detail: "no block", AgentUse: AgentUse{2, Num(0.5, true), Tokens{Output: 5}}},
		TrialEnded, EndData{Reason: EndAttempts},
	)
	want := &Trial{
		Spec: trial.Spec,
		Attempts: []Attempt{
			{
				N: 1, Op: Draft, Replied: true, Extracted: true, Executed: true, Trained: true,
				Check: &Check{Valid: true, Rows: 300, Kept: 299, Used: 299}, Public: &Score{Correct: 40, Total: 100},
			},
			{N: 2, Op: Improve, Replied: true, Failure: ExtractionFailed, Detail: "no block"},
		},
		Usage:   Usage{TeacherCalls: 700, TeacherInput: 7, TeacherOutput: 8, AgentCalls: 3, AgentInput: 10, AgentCached: 4, AgentOutput: 25, AgentReasoning: 6, AgentCost: Num(0.75, true), StudentSeconds: 4.5},
		Elapsed: 8 * time.Second, AgentTime: 1500 * time.Millisecond, Faults: 1, Best: 1, End: EndAttempts,
	}
	if diff := cmp.Diff(want, trial); diff != "" {
		t.Errorf("state differs (-want +got):\n%s", diff)
	}
	if got := trial.CallsLeft(); got != 9_300 {
		t.Errorf("calls left: %d, want 9300", got)
	}
	if got := trial.TimeLeft(); got != 20*time.Minute-8*time.Second {
		t.Errorf("time left: %v", got)
	}
	if got := trial.ValidAttempts(); got != 1 {
		t.Errorf("valid attempts: %d, want 1", got)
	}
}

func TestApplyInvalidSubmission(t *testing.T) {
	trial := fold(t, OneShot,
		AttemptStarted, AttemptData{N: 1, Op: Draft}, AgentReplied, ReplyData{Code: true}, CodeExecuted, CodeData{},
		Checked, CheckData{Check: Check{Problem: "12 rows are kept, 250 are needed", Rows: 12, Kept: 12}},
	)
	a := trial.Attempts[0]
	if a.Failure != InsufficientSamples || a.Detail != "12 rows are kept, 250 are needed" || trial.Best != 0 {
		t.Errorf("got failure %q, detail %q, best %d", a.Failure, a.Detail, trial.Best)
	}
}

func TestApplyBest(t *testing.T) {
	for _, c := range []struct {
		name   string
		scores []int
		want   int
	}{
		{"none scored", nil, 0},
		{"first", []int{0}, 1},
		{"later is better", []int{40, 41}, 2},
		{"equal keeps the earlier", []int{40, 40, 40}, 1},
		{"worse keeps the earlier", []int{40, 39, 40, 41, 41}, 4},
	} {
		var steps []any
		for i, s := range c.scores {
			steps = append(steps, scored(i+1, s)...)
		}
		if got := fold(t, Iterative, steps...).Best; got != c.want {
			t.Errorf("%s: best %d, want %d", c.name, got, c.want)
		}
	}
}

// The first valid submission counts until one is scored: for good in one-shot,
// and when a trial ends before its first score.
func TestApplyBestWithoutScore(t *testing.T) {
	valid := func(n int) []any {
		return scored(n, 0)[:8]
	}
	for _, w := range Workflows() {
		if got := fold(t, w, valid(1)...).Best; got != 1 {
			t.Errorf("%s: best %d after the first valid submission, want 1", w, got)
		}
	}
	if got := fold(t, Iterative, append(scored(1, 30), valid(2)...)...).Best; got != 1 {
		t.Errorf("best %d, want the scored one, 1", got)
	}
}

func TestApplyRefuses(t *testing.T) {
	open := []any{AttemptStarted, AttemptData{N: 1, Op: Draft}}
	for _, c := range []struct {
		name   string
		before []any
		event  Event
		want   string
	}{
		{"after the end", []any{TrialEnded, EndData{Reason: EndTime}}, Event{Kind: AgentReplied}, "has ended"},
		{"no attempt open", nil, event(t, CodeExecuted, CodeData{}), "no attempt is open"},
		{"a number left out", open, event(t, AttemptStarted, AttemptData{N: 3}), "attempt 3 follows 1"},
		{"unknown kind", open, event(t, "dreamt", struct{}{}), `unknown kind "dreamt"`},
		{"data of another type", open, Event{Kind: Checked, Data: json.RawMessage(`[]`)}, "checked"},
		{"no data", open, Event{Kind: AgentReplied}, "agent.replied"},
	} {
		err := fold(t, Iterative, c.before...).Apply(c.event)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want one with %q", c.name, err, c.want)
		}
	}
}

func TestTrialNeverGoesBelowZero(t *testing.T) {
	trial := fold(t, Iterative,
		AttemptStarted, AttemptData{N: 1, Op: Draft}, AgentReplied, ReplyData{Code: true},
		CodeExecuted, CodeData{Calls: 1_000_000, Seconds: 1e6})
	if trial.CallsLeft() != 0 || trial.TimeLeft() != 0 {
		t.Errorf("%d calls and %v left, want none", trial.CallsLeft(), trial.TimeLeft())
	}
}
