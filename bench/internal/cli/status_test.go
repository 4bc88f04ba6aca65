package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/report/text"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

func someStatus(trials int) experiment.Status {
	s := experiment.Status{
		Experiment: "demo", Places: 4, States: map[experiment.State]int{experiment.Running: trials, experiment.Waiting: 1},
		Work: &runner.Utilisation{Wall: 100 * time.Second, Agent: 0.25, Teacher: 0.5, Student: 0.8},
	}
	for i := range trials {
		s.Trials = append(s.Trials, experiment.TrialStatus{
			TrialID: results.TrialID{Domain: results.Science, Workflow: results.Iterative, Setting: results.Scratch, Agent: "adaptive", Run: i + 1},
			State:   experiment.Running, Attempts: 3, MaxAttempts: 6, Valid: 2, Best: &results.Score{Correct: 41, Total: 100},
			Calls: 1234, MaxCalls: 10_000, Left: 5 * time.Minute, RunTime: 20 * time.Minute,
		})
	}
	s.Trials = append(s.Trials, experiment.TrialStatus{State: experiment.Waiting, MaxCalls: 10_000})
	return s
}

func TestBar(t *testing.T) {
	for _, tt := range []struct {
		n, of int
		want  string
	}{{0, 6, "[----------]"}, {5, 6, "[########--]"}, {6, 6, "[##########]"}, {9, 6, "[##########]"}, {0, 0, "[----------]"}} {
		if got := bar(tt.n, tt.of); got != tt.want {
			t.Errorf("%d of %d: %s, want %s", tt.n, tt.of, got, tt.want)
		}
	}
}

// The table says what the screen does, and nothing of it moves the cursor.
func TestStatusTable(t *testing.T) {
	tab := statusTable(someStatus(1))
	if got := strings.Join(tab.Rows[0], " "); got != "science iterative scratch adaptive 1 running 3/6 2 41.0 - 1,234 5m0s" {
		t.Errorf("row %q", got)
	}
	long := someStatus(1)
	long.Trials[0].Agent, long.Trials[0].Run = strings.Repeat("deepseek-v3.1-", 5), 10
	var page bytes.Buffer
	if err := text.Write(&page, *statusTable(long), text.Width); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(page.String()) {
		if w := table.Width(strings.TrimSuffix(line, "\n")); w > text.Width {
			t.Errorf("%d columns: %s", w, line)
		}
	}
	if parts := strings.Count(page.String(), "domain "); parts > 3 {
		t.Errorf("%d parts:\n%s", parts, page.String())
	}
	if !strings.Contains(tab.Notes[0], "1 of 4 places busy (25 %)") {
		t.Errorf("notes %q", tab.Notes)
	}
}
