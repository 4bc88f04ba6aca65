package cli

import (
	"fmt"
	"strings"
	"time"

	"autodatabench/report/table"
)

// mostShown is how many running trials fit on a terminal.
const mostShown = 20

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
	t.Note("Attempts, calls: used of the budget. Best public, private: accuracy in %%.")
	return t
}

// summary is how many trials are where, and how much is in use.
func (s experimentStatus) summary() string {
	var parts []string
	for _, state := range []string{scored, sealed, running, interrupted, waiting} {
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
// at most width columns.
func (s experimentStatus) screen(width int) []string {
	lines := []string{table.Cut(s.Experiment+": "+s.summary(), width), table.Cut(s.Work.String(), width), ""}
	shown := 0
	for _, x := range s.Trials {
		if x.State != running {
			continue
		}
		if shown++; shown > mostShown {
			continue
		}
		used := x.RunTime - x.Left
		lines = append(lines, table.Cut(x.TrialID.String(), width), table.Cut(fmt.Sprintf(
			"  attempt %s %d/%d  calls %s %s/%s  time %s %s left  best public %s %%",
			bar(x.Attempts, x.MaxAttempts), x.Attempts, x.MaxAttempts, bar(x.Calls, x.MaxCalls), table.Count(x.Calls), table.Count(x.MaxCalls),
			bar(int(used.Milliseconds()), int(x.RunTime.Milliseconds())), x.Left.Round(time.Second), percent(x.Best)), width))
		if u := x.Training; u != nil {
			lines = append(lines, table.Cut(fmt.Sprintf("  training %s %d/%d  loss %.3f  %.0f tokens/s  %.1f GiB",
				bar(u.Step, u.Total), u.Step, u.Total, u.Loss, u.TokensPerSecond, float64(u.Memory)/(1<<30)), width))
		}
	}
	if shown > mostShown {
		lines = append(lines, fmt.Sprintf("and %d more", shown-mostShown))
	}
	return lines
}

// bar shows a share in ten steps; it is full only when all is used.
func bar(n, of int) string {
	const steps = 10
	full := min(steps, steps*n/max(1, of))
	return "[" + strings.Repeat("#", full) + strings.Repeat("-", steps-full) + "]"
}
