package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/bench/internal/progress"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

var watchBudget = results.Budget{TeacherCalls: 10_000, RunTime: 20 * time.Minute, Attempts: 8, Iterations: 6}

func watchTrial(run int) results.TrialID {
	return results.TrialID{Domain: results.Science, Workflow: results.Iterative, Setting: results.Scratch, Agent: "adaptive", Run: run}
}

// Off a terminal there is a line for each attempt that begins, with its number, and one
// for each trial that ends, with its score or the reason that it has none.
func TestWatchLines(t *testing.T) {
	var b strings.Builder
	now := time.Unix(0, 0)
	ids := []results.TrialID{watchTrial(1), watchTrial(2), watchTrial(3)}
	w := newWatch(context.Background(), setup.World{Stderr: &b, Now: func() time.Time { return now }}, progress.New("x", ids, watchBudget, 1, now))
	w.Base(results.Science, results.Score{Correct: 20, Total: 100})
	w.Base(results.Code, results.Score{Correct: 1, Total: 13})
	state := &results.Trial{}
	w.Doing(ids[0], "ask", state)
	state.Attempts = []results.Attempt{{N: 1}}
	w.Doing(ids[0], "ask", state) // after an interruption
	state.Attempts[0].Replied = true
	w.Doing(ids[0], "execute", state)
	w.Doing(ids[0], "ask", state)
	state.Attempts[0].Failure, state.Attempts[0].Detail = results.RuntimeError, "exit code 1: KeyError: 'x'\nTraceback"
	w.Doing(ids[0], "final score", state)
	w.Done(results.Outcome{TrialID: ids[0], Attempts: 2, Failures: map[results.Failure]int{results.RuntimeError: 2}})
	now = now.Add(time.Minute)
	w.Done(results.Outcome{
		TrialID: ids[1], Attempts: 1, ValidAttempts: 1, Valid: true, BasePrivate: results.Score{Correct: 20, Total: 100},
		Finals: []results.Score{{Correct: 60, Total: 100}}, Usage: results.Usage{TeacherCalls: 1234},
	})
	w.Failed(ids[2], errors.New("the disk is full"))
	granted := []results.TrialID{watchTrial(4)}
	w.Looked(results.Look{Number: 1, Runs: 3, Decided: make([]results.Decision, 3), Open: 1, GoOn: []results.Entry{granted[0].Entry()}}, granted)
	w.Looked(results.Look{Number: 2, Runs: 4, Closed: 1}, nil)
	w.close()
	want := "[0/3 0s] science: the untrained student has 20 of 100 public answers right (20.0 %)\n" +
		"[0/3 0s] code: the untrained student has 1 of 13 public answers right (7.7 %); with so few, a gain says little: see how answers are judged (autodatabench tasks judge), or take a student that can do some of it\n" +
		"[0/3 0s] science iterative scratch adaptive run 1: attempt 1\n" +
		"[0/3 0s] science iterative scratch adaptive run 1: attempt 1\n" +
		"[0/3 0s] science iterative scratch adaptive run 1: attempt 2\n" +
		"[1/3 0s] science iterative scratch adaptive run 1: no valid submission, 2 attempts, 0 valid (2 code runtime error; the last: exit code 1: KeyError: 'x'), 0 teacher calls\n" +
		"[2/3 1m0s] science iterative scratch adaptive run 2: private 60.0 % (base 20.0 %), 1 attempt, 1 valid, 1,234 teacher calls\n" +
		"[2/3 1m0s] science iterative scratch adaptive run 3: stopped, the next run goes on with it: the disk is full\n" +
		"[2/4 1m0s] look 1, after 3 runs: 3 pairs decided, 0 given up, 1 open: run 4 of adaptive iterative scratch\n" +
		"[2/4 1m0s] look 2, after 4 runs: 0 pairs decided, 1 given up, 0 open: no more runs\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

// On a terminal the blocks are drawn over those before, and what stays is above them.
// After an interrupt nothing is drawn over what was said.
func TestWatchOnATerminal(t *testing.T) {
	var b strings.Builder
	now := time.Unix(0, 0)
	ids := []results.TrialID{watchTrial(1), watchTrial(2)}
	ctx, cancel := context.WithCancel(context.Background())
	w := newWatch(ctx, setup.World{
		Stderr: &b, Terminal: true, Now: func() time.Time { return now }, StderrSize: func() (int, int) { return 200, 24 },
	}, progress.New("x", ids, watchBudget, 1, now))
	w.Doing(ids[0], "ask", &results.Trial{})
	w.Done(results.Outcome{TrialID: ids[0]})
	w.mu.Lock()
	if got := b.String(); !strings.Contains(got, "\x1b[J[1/2 0s") && !strings.HasPrefix(got, "[1/2 0s") || !strings.HasSuffix(got, "unknown\n") && !strings.HasSuffix(got, "USD 0.00\n") {
		t.Errorf("drawn %q", got)
	}
	w.mu.Unlock()
	cancel()
	w.ended.Wait()
	b.Reset()
	w.Done(results.Outcome{TrialID: ids[1]})
	w.close()
	if got := b.String(); strings.Contains(got, "\x1b") || !strings.HasPrefix(got, "[2/2 0s]") {
		t.Errorf("after an interrupt %q", got)
	}
}

// someProgress is an experiment of which so many trials run.
func someProgress(trials int) progress.Snapshot {
	now := time.Unix(1000, 0)
	var ids []results.TrialID
	for i := range trials + 1 {
		ids = append(ids, watchTrial(i+1))
	}
	m := progress.New("demo", ids, watchBudget, trials, now.Add(-100*time.Second))
	for _, id := range ids[:trials] {
		state := &results.Trial{Elapsed: 15 * time.Minute, Usage: results.Usage{TeacherCalls: 1234}, Best: 1}
		for n := range 3 {
			state.Attempts = append(state.Attempts, results.Attempt{N: n + 1, Replied: true, Public: &results.Score{Correct: 41, Total: 100}})
		}
		state.Attempts[1].Failure = results.RuntimeError
		m.Doing(id, "train", state, now.Add(-12*time.Second))
		m.Doing(id, "training: update 160 of 375, loss 0.457", state, now)
	}
	return m.Snapshot(now)
}

func TestProgressScreen(t *testing.T) {
	for width, want := range map[int][]string{
		200: {
			"demo: 0 of 2 trials done  1 running  1 waiting  elapsed 1m40s  time left: known after the first trials",
			"teacher calls 1,234 of at most 20,000  agents' models USD 0.00",
			"science iterative scratch adaptive run 1: trains the student for 12s  training: update 160 of 375, loss 0.457",
			"  attempt [#####-----] 3/6  calls [#---------] 1,234/10,000  run time [#######---] 15m0s/20m0s  best public 41.0 %  failed: 1 code runtime error",
		},
		80: {
			"demo: 0 of 2 trials done  1 running  1 waiting  elapsed 1m40s",
			"  time left: known after the first trials",
			"teacher calls 1,234 of at most 20,000  agents' models USD 0.00",
			"science iterative scratch adaptive run 1: trains the student for 12s",
			"  training: update 160 of 375, loss 0.457",
			"  attempt [#####-----] 3/6  calls [#---------] 1,234/10,000",
			"    run time [#######---] 15m0s/20m0s  best public 41.0 %",
			"    failed: 1 code runtime error",
		},
	} {
		if diff := cmp.Diff(want, progressLines(someProgress(1), width, 24)); diff != "" {
			t.Errorf("%d columns (-want +got):\n%s", width, diff)
		}
	}
}

// The screen is never higher or wider than the terminal, and says how many trials it
// leaves out.
func TestProgressScreenFits(t *testing.T) {
	for _, width := range []int{20, 40, 80, 120, 200} {
		for _, height := range []int{2, 5, 24, 25, 26, 50} {
			lines, shown := progressLines(someProgress(60), width, height), 0
			if len(lines) >= height {
				t.Errorf("%d lines on %d rows, which leaves none for the cursor", len(lines), height)
			}
			for _, line := range lines {
				if strings.HasPrefix(line, "science") {
					shown++
				}
				if table.Width(line) >= width {
					t.Errorf("%d columns on %d: %s", table.Width(line), width, line)
				}
			}
			if last := lines[len(lines)-1]; height >= 24 && last != fmt.Sprintf("and %d more", 60-shown) {
				t.Errorf("%d x %d: %d trials shown, and the last line is %q", width, height, shown, last)
			}
		}
	}
	if all := progressLines(someProgress(3), 200, 24); len(all) != 2+3*2 {
		t.Errorf("three trials fit: %q", all)
	}
}

func TestAbout(t *testing.T) {
	for d, want := range map[time.Duration]string{
		7 * time.Second: "about 5 s", 95 * time.Second: "about 1 min 40 s", 45*time.Minute + 20*time.Second: "about 45 min", 26*time.Hour + 7*time.Minute: "about 26 h 5 min",
	} {
		if got := about(d); got != want {
			t.Errorf("%s: %s, want %s", d, got, want)
		}
	}
}
