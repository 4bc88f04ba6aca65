package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

func TestStatusScreen(t *testing.T) {
	want := []string{
		"demo: 2 trials: 1 running, 1 waiting; 1 of 4 places busy (25 %); 1,234 of 10,000 teacher calls of the trials begun",
		"busy: agent 25 %, teacher 50 %, student 80 % of 1m40s", "",
		"science iterative scratch adaptive run 1",
		"  attempt [#####-----] 3/6  calls [#---------] 1,234/10,000  time [#######---] 5m0s left  best public 41.0 %",
	}
	if diff := cmp.Diff(want, statusLines(someStatus(1), 200, 24)); diff != "" {
		t.Errorf("screen (-want +got):\n%s", diff)
	}
	training := someStatus(1)
	training.Trials[0].Training = &results.UpdateData{Step: 160, Total: 375, Loss: 0.4567, TokensPerSecond: 9876.5, Memory: 3 << 29}
	want = append(want, "  training [####------] 160/375  loss 0.457  9876 tokens/s  1.5 GiB")
	if diff := cmp.Diff(want, statusLines(training, 200, 24)); diff != "" {
		t.Errorf("screen of a training (-want +got):\n%s", diff)
	}
}

// The screen is never higher than the terminal, and says how many trials it
// leaves out.
func TestStatusScreenFits(t *testing.T) {
	crowd := someStatus(60)
	for i := range crowd.Trials {
		if i%3 == 0 { // these take a line more
			crowd.Trials[i].Training = &results.UpdateData{Step: 1, Total: 2}
		}
	}
	for _, tt := range []struct {
		height, shown int
		last          string
	}{{24, 8, "and 52 more"}, {25, 8, "and 52 more"}, {26, 9, "and 51 more"}, {3, 0, "busy: agent 25 %, teacher 50 %, student 80 % of 1m40s"}, {200, 60, ""}} {
		screen := statusLines(crowd, 80, tt.height)
		if len(screen) >= tt.height {
			t.Errorf("%d lines on %d rows, which leaves none for the cursor", len(screen), tt.height)
		}
		shown := 0
		for _, line := range screen {
			if strings.HasPrefix(line, "science") {
				shown++
			}
			if table.Width(line) > 80 {
				t.Errorf("%d columns: %s", table.Width(line), line)
			}
		}
		if last := screen[len(screen)-1]; shown != tt.shown || tt.last != "" && last != tt.last {
			t.Errorf("%d rows: %d trials shown, want %d; the last line is %q", tt.height, shown, tt.shown, last)
		}
	}
	if full := statusLines(someStatus(3), 80, 10); len(full) != 9 || strings.Contains(full[8], "more") {
		t.Errorf("three trials just fit ten rows: %q", full)
	}
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
	if got := strings.Join(tab.Rows[0], " "); got != "science iterative scratch adaptive run 1 running 3/6 2 41.0 - 1,234/10,000 5m0s" {
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
	if parts := strings.Count(page.String(), "trial "); parts > 3 {
		t.Errorf("%d parts:\n%s", parts, page.String())
	}
	if !strings.Contains(tab.Notes[0], "1 of 4 places busy (25 %)") {
		t.Errorf("notes %q", tab.Notes)
	}
}
