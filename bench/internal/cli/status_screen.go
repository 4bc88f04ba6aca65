package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// agentWidth is the columns of an agent's name in the table, which names a trial
// in one column.
const agentWidth = 30

// statusTable is the status of every trial.
func statusTable(s experiment.Status) *table.Table {
	t := table.New(s.Experiment, 1, "!trial", "!state", ">attempts", ">valid", ">best public", ">private", ">calls", ">time left")
	for _, x := range s.Trials {
		trial := x.TrialID
		trial.Agent = table.Cut(trial.Agent, agentWidth)
		t.Add(trial.String(), string(x.State), fmt.Sprintf("%d/%d", x.Attempts, x.MaxAttempts), fmt.Sprint(x.Valid), percent(x.Best), percentOf(x.Private),
			table.Count(x.Calls)+"/"+table.Count(x.MaxCalls), x.Left.Round(time.Second).String())
	}
	t.Note("%s.", statusSummary(s))
	t.Note("%s. Final scores, and times in which nothing ran, are counted as idle.", s.Work)
	for _, x := range s.Trials {
		if x.Problem != "" {
			t.Note("%s: %s.", x.TrialID, x.Problem)
		}
	}
	if slices.ContainsFunc(s.Trials, func(x experiment.TrialStatus) bool { return x.Unproven }) {
		t.Note("Nothing proves that no score was changed: the folder is of format 1.")
	}
	t.Note("Attempts, calls: used of the budget. Best public, private: accuracy in %%.")
	return t
}

// statusSummary is how many trials are where, and how much is in use.
func statusSummary(s experiment.Status) string {
	var parts []string
	for _, state := range experiment.States() {
		if n := s.States[state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, state))
		}
	}
	calls, most := 0, 0
	for _, x := range s.Trials {
		calls += x.Calls
		if x.State != experiment.Waiting {
			most += x.MaxCalls
		}
	}
	return fmt.Sprintf("%d trials: %s; %d of %d places busy (%.0f %%); %s of %s teacher calls of the trials begun",
		len(s.Trials), strings.Join(parts, ", "), s.States[experiment.Running], s.Places, 100*float64(s.States[experiment.Running])/float64(max(1, s.Places)),
		table.Count(calls), table.Count(most))
}

// statusLines are the running trials, each with bars of what it has used, in lines of
// at most width columns. With the line that the cursor is left on there are at
// most height: the cursor cannot go back to a line above the top.
func statusLines(s experiment.Status, width, height int) []string {
	lines := []string{s.Experiment + ": " + statusSummary(s), s.Work.String(), ""}
	room, left := height-1-len(lines), s.States[experiment.Running]
	for _, x := range s.Trials {
		if x.State != experiment.Running {
			continue
		}
		own, more := trialLines(x), 0
		if left > 1 { // the line that counts the trials after this one
			more = 1
		}
		if len(own)+more > room {
			lines = append(lines, fmt.Sprintf("and %d more", left))
			break
		}
		lines, room, left = append(lines, own...), room-len(own), left-1
	}
	lines = lines[:max(0, min(len(lines), height-1))]
	for i := range lines {
		lines[i] = table.Cut(lines[i], width)
	}
	return lines
}

// trialLines show a running trial.
func trialLines(x experiment.TrialStatus) []string {
	used := x.RunTime - x.Left
	lines := []string{x.TrialID.String(), fmt.Sprintf(
		"  attempt %s %d/%d  calls %s %s/%s  time %s %s left  best public %s %%",
		bar(x.Attempts, x.MaxAttempts), x.Attempts, x.MaxAttempts, bar(x.Calls, x.MaxCalls), table.Count(x.Calls), table.Count(x.MaxCalls),
		bar(int(used.Milliseconds()), int(x.RunTime.Milliseconds())), x.Left.Round(time.Second), percent(x.Best))}
	if u := x.Training; u != nil {
		lines = append(lines, fmt.Sprintf("  training %s %d/%d  loss %.3f  %.0f tokens/s  %.1f GiB",
			bar(u.Step, u.Total), u.Step, u.Total, u.Loss, u.TokensPerSecond, float64(u.Memory)/(1<<30)))
	}
	return lines
}

func percent(s *results.Score) string {
	if s == nil {
		return table.Missing
	}
	return fmt.Sprintf("%.1f", 100*s.Accuracy())
}

func percentOf(scores []results.Score) string {
	if len(scores) == 0 {
		return table.Missing
	}
	return percent(&scores[0])
}
