package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// statusTable is the status of every trial.
func statusTable(s experiment.Status) *table.Table {
	t := table.New(s.Experiment, 5, "domain", "workflow", "setting", "agent", ">run", "!state", ">attempts", ">valid", ">public", ">private", ">calls", ">left")
	most := 0
	for _, x := range s.Trials {
		t.Add(string(x.Domain), string(x.Workflow), string(x.Setting), x.Agent, fmt.Sprint(x.Run), string(x.State),
			fmt.Sprintf("%d/%d", x.Attempts, x.MaxAttempts), fmt.Sprint(x.Valid), percent(x.Best), percentOf(x.Private),
			table.Count(x.Calls), x.Left.Round(time.Second).String())
		most = max(most, x.MaxCalls)
	}
	t.Note("%s.", statusSummary(s))
	t.Note("%s. Final scores, and times in which nothing ran, are counted as idle.", s.Work)
	for _, l := range s.Limits {
		for _, c := range l.Changes {
			t.Note("%s: %s went from %s to %s.", l.Time.Format(time.DateTime), c.Name, cmp.Or(c.Was, "nothing"), cmp.Or(c.Now, "nothing"))
		}
	}
	for _, x := range s.Trials {
		if x.Problem != "" {
			t.Note("%s: %s.", x.TrialID, x.Problem)
		}
	}
	if slices.ContainsFunc(s.Trials, func(x experiment.TrialStatus) bool { return x.Unproven }) {
		t.Note("Nothing proves that no score was changed: the folder is of format 1.")
	}
	t.Note("Attempts: used of those allowed. Public: best accuracy on the public set, private: the score, in %%. Calls: to the teacher, of at most %s a trial. Left: of the trial's run time.", table.Count(most))
	return t
}

// stateWords count trials by state.
func stateWords(states map[experiment.State]int) string {
	var parts []string
	for _, state := range experiment.States() {
		if n := states[state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, state))
		}
	}
	return strings.Join(parts, ", ")
}

// statusSummary is how many trials are where, and how much is in use.
func statusSummary(s experiment.Status) string {
	calls, most := 0, 0
	for _, x := range s.Trials {
		calls += x.Calls
		if x.State != experiment.Waiting {
			most += x.MaxCalls
		}
	}
	return fmt.Sprintf("%d trials: %s; %d of %d places busy (%.0f %%); %s of %s teacher calls of the trials begun",
		len(s.Trials), stateWords(s.States), s.States[experiment.Running], s.Places, 100*float64(s.States[experiment.Running])/float64(max(1, s.Places)),
		table.Count(calls), table.Count(most))
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
