package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/report/table"
)

// agentWidth is the columns of an agent's name in the table, which names a trial
// in one column.
const agentWidth = 30

// table is the status of every trial.
func (s experimentStatus) table() *table.Table {
	t := table.New(s.Experiment, 1, "!trial", "!state", ">attempts", ">valid", ">best public", ">private", ">calls", ">time left")
	for _, x := range s.Trials {
		trial := x.TrialID
		trial.Agent = table.Cut(trial.Agent, agentWidth)
		t.Add(trial.String(), x.State, fmt.Sprintf("%d/%d", x.Attempts, x.MaxAttempts), fmt.Sprint(x.Valid), percent(x.Best), percentOf(x.Private),
			table.Count(x.Calls)+"/"+table.Count(x.MaxCalls), x.Left.Round(time.Second).String())
	}
	t.Note("%s.", s.summary())
	t.Note("%s. Final scores, and times in which nothing ran, are counted as idle.", s.Work)
	for _, x := range s.Trials {
		if x.Problem != "" {
			t.Note("%s: %s.", x.TrialID, x.Problem)
		}
	}
	if slices.ContainsFunc(s.Trials, func(x trialStatus) bool { return x.Unproven }) {
		t.Note("Nothing proves that no score was changed: the folder is of format 1.")
	}
	t.Note("Attempts, calls: used of the budget. Best public, private: accuracy in %%.")
	return t
}

// summary is how many trials are where, and how much is in use.
func (s experimentStatus) summary() string {
	var parts []string
	for _, state := range []string{scored, sealed, running, interrupted, waiting, changed, unreadable} {
		if n := s.States[state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, state))
		}
	}
	calls, most := 0, 0
	for _, x := range s.Trials {
		calls += x.Calls
		if x.State != waiting {
			most += x.MaxCalls
		}
	}
	return fmt.Sprintf("%d trials: %s; %d of %d places busy (%.0f %%); %s of %s teacher calls of the trials begun",
		len(s.Trials), strings.Join(parts, ", "), s.States[running], s.Places, 100*float64(s.States[running])/float64(max(1, s.Places)),
		table.Count(calls), table.Count(most))
}

// screen is the running trials, each with bars of what it has used, in lines of
// at most width columns. With the line that the cursor is left on there are at
// most height: the cursor cannot go back to a line above the top.
func (s experimentStatus) screen(width, height int) []string {
	lines := []string{s.Experiment + ": " + s.summary(), s.Work.String(), ""}
	room, left := height-1-len(lines), s.States[running]
	for _, x := range s.Trials {
		if x.State != running {
			continue
		}
		own, more := x.lines(), 0
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

// lines show a running trial.
func (x trialStatus) lines() []string {
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

// bar shows a share in ten steps; it is full only when all is used.
func bar(n, of int) string {
	const steps = 10
	full := min(steps, steps*n/max(1, of))
	return "[" + strings.Repeat("#", full) + strings.Repeat("-", steps-full) + "]"
}
