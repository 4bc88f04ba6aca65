package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/report/figure"
	"github.com/autodatabench/autodatabench/results"
)

// TrialLog is a trial as its log tells it, for figures over time.
type TrialLog struct {
	State   *results.Trial
	Used    []Used                // after each event
	Base    results.Score         // of the untrained student on the private set
	Finals  []results.Score       // of the chosen submission on the private set
	Private map[int]results.Score // on the private set by attempt, where it was measured
	Outcome results.Outcome       // by which rows are ordered as on the board
}

// Used is what a trial has used at some time.
type Used struct {
	Elapsed time.Duration
	Calls   int
}

// mostSeries is how many rows a figure over time shows: more cannot be told
// apart.
const mostSeries = 12

// series are the logs of one agent, workflow and setting.
type series struct {
	name figure.Name
	logs []TrialLog
}

type seriesKey struct {
	agent    string
	workflow results.Workflow
	setting  results.Setting
}

// split sorts the logs into series, at most mostSeries, and heads their figure.
func split(title, experiment string, logs []TrialLog, names map[string]string) ([]series, figure.Head) {
	byKey := map[seriesKey][]TrialLog{}
	var keys []seriesKey
	simulated, embedded := false, false
	agents := make([]string, len(logs))
	for i, l := range logs {
		s := l.State.Spec
		agents[i] = s.Agent
		k := seriesKey{s.Agent, s.Workflow, s.Setting}
		if byKey[k] == nil {
			keys = append(keys, k)
		}
		byKey[k] = append(byKey[k], l)
		simulated, embedded = simulated || s.Simulated, embedded || s.Embedded
	}
	board := boardOrder(logs)
	slices.SortFunc(keys, func(a, b seriesKey) int {
		return cmp.Or(cmp.Compare(board[a], board[b]), cmp.Compare(a.agent, b.agent), cmp.Compare(a.workflow, b.workflow), cmp.Compare(a.setting, b.setting))
	})
	head := figure.Head{Title: title, Subtitle: "Experiment " + experiment}
	if len(logs) > 0 {
		s := logs[0].State.Spec
		head.Subtitle += fmt.Sprintf(", suite %s, protocol %s", s.Suite, s.Protocol.Name)
		if s.Protocol.Modified {
			head.Subtitle += " (modified)"
		}
		var marks []Mark
		if simulated {
			marks = append(marks, Simulated)
		}
		if embedded {
			marks = append(marks, Embedded)
		}
		if len(marks) > 0 {
			head.Subtitle += " - " + joinMarks(marks)
		}
		head.Subtitle += fmt.Sprintf(". Teacher: %s. Student: %s.", orMissing(s.Teacher), s.Student)
	}
	if len(keys) > mostSeries {
		head.Notes = append(head.Notes, fmt.Sprintf("The first %d of %d rows in the order of the board; choose others with --agent.", mostSeries, len(keys)))
		keys = keys[:mostSeries]
	}
	names = displayNames(agents, names)
	var list []series
	for _, k := range keys {
		more := strings.Join([]string{"", string(k.workflow), string(k.setting)}, ", ")
		members := byKey[k]
		slices.SortFunc(members, func(a, b TrialLog) int { return cmp.Compare(a.State.Spec.Run, b.State.Spec.Run) })
		list = append(list, series{figure.Name{Text: names[k.agent] + more, ID: k.agent + more}, members})
	}
	return list, head
}

// boardOrder is the places of the rows on the leaderboard of the logs' outcomes. Rows
// of several groups are in the order of their groups.
func boardOrder(logs []TrialLog) map[seriesKey]int {
	var outcomes []results.Outcome
	for _, l := range logs {
		if l.Outcome.Kind == results.OfAgent {
			outcomes = append(outcomes, l.Outcome)
		}
	}
	order := map[seriesKey]int{}
	for _, g := range Leaderboard(outcomes, Options{Draws: 99}).Groups { // of the intervals, which do not order
		for _, r := range g.Rows {
			order[seriesKey{r.Agent, r.Workflow, r.Setting}] = len(order) + 1
		}
	}
	return order
}

// domainsOfLogs lists the logs' domains, the paper's first.
func domainsOfLogs(list []series) []results.Domain {
	var outcomes []results.Outcome
	for _, s := range list {
		for _, l := range s.logs {
			outcomes = append(outcomes, results.Outcome{TrialID: l.State.Spec.TrialID, Kind: results.OfAgent})
		}
	}
	return domainsOf(outcomes, nil)
}

func (s series) in(d results.Domain) (logs []TrialLog) {
	for _, l := range s.logs {
		if l.State.Spec.Domain == d {
			logs = append(logs, l)
		}
	}
	return logs
}

// BudgetFigure is how the trials used up teacher calls and run time.
func BudgetFigure(experiment string, logs []TrialLog, names map[string]string) figure.Budget {
	list, head := split("Budget used over time", experiment, logs, names)
	f := figure.Budget{Head: head, Domains: []figure.BudgetDomain{}, Names: []figure.Name{}}
	f.Notes = append(f.Notes, "One line a trial, from its first prompt to the mark at its end. Run time is that which counts against the budget.")
	f.RunTime, f.TeacherCalls = sameBudget(list)
	for _, s := range list {
		f.Names = append(f.Names, s.name)
	}
	for _, d := range domainsOfLogs(list) {
		panel := figure.BudgetDomain{Domain: d}
		for i, s := range list {
			for _, l := range s.in(d) {
				budget := l.State.Spec.Protocol.Budget
				line := figure.BudgetLine{Series: i, Run: l.State.Spec.Run, Points: []figure.BudgetPoint{{}}}
				for _, u := range l.Used {
					p := figure.BudgetPoint{Time: 100 * u.Elapsed.Seconds() / budget.RunTime.Seconds(), Calls: 100 * float64(u.Calls) / float64(budget.TeacherCalls)}
					if p != line.Points[len(line.Points)-1] {
						line.Points = append(line.Points, p)
					}
				}
				panel.Lines = append(panel.Lines, line)
			}
		}
		f.Domains = append(f.Domains, panel)
	}
	return f
}

// sameBudget is the run time in seconds and the teacher calls of all logs, each 0 where
// they differ.
func sameBudget(list []series) (seconds float64, calls int) {
	times, counts := map[time.Duration]bool{}, map[int]bool{}
	for _, s := range list {
		for _, l := range s.logs {
			budget := l.State.Spec.Protocol.Budget
			times[budget.RunTime], counts[budget.TeacherCalls] = true, true
			seconds, calls = budget.RunTime.Seconds(), budget.TeacherCalls
		}
	}
	if len(times) > 1 {
		seconds = 0
	}
	if len(counts) > 1 {
		calls = 0
	}
	return seconds, calls
}

// RoundsFigure is the accuracy after each valid submission of the iterative
// trials (the paper's figure 3), means over runs.
func RoundsFigure(experiment string, logs []TrialLog, names map[string]string) figure.Rounds {
	iterative := slices.DeleteFunc(slices.Clone(logs), func(l TrialLog) bool { return l.State.Spec.Workflow != results.Iterative })
	list, head := split("Accuracy by submission round", experiment, iterative, names)
	f := figure.Rounds{Head: head, Domains: domainsOfLogs(list), Rows: []figure.RoundsRow{}}
	measured := false
	for _, s := range list {
		row := figure.RoundsRow{Name: s.name}
		for _, d := range f.Domains {
			row.Panels = append(row.Panels, roundsPanel(s.in(d)))
		}
		f.Rows = append(f.Rows, row)
		measured = measured || slices.ContainsFunc(s.logs, func(l TrialLog) bool { return len(l.Private) > 0 })
	}
	f.Notes = append(f.Notes, "Iterative trials. Public and private: means over the runs that have the round. Final: mean over all runs; one that has ended keeps its value, one without a valid submission counts as the base.")
	if !measured && len(list) > 0 {
		f.Notes = append(f.Notes, "The private accuracy of submissions that were not chosen is not measured; score --rounds does that.")
	}
	return f
}

// percentage is a score in %.
func percentage(s results.Score) results.Number {
	return results.Num(100*s.Accuracy(), s.Total > 0)
}

func roundsPanel(logs []TrialLog) figure.RoundsPanel {
	p := figure.RoundsPanel{Runs: len(logs), Rounds: []figure.Round{}}
	var runs [][]figure.Round
	last := 0
	for _, l := range logs {
		if b := percentage(l.Base); b.Known {
			p.Base = b
		}
		run := l.rounds()
		runs, last = append(runs, run), max(last, len(run))
	}
	for n := range last {
		var public, private, final []results.Number
		for _, run := range runs {
			if len(run) == 0 {
				final = append(final, p.Base) // its student stayed the base
				continue
			}
			final = append(final, run[min(n, len(run)-1)].Final)
			if n < len(run) {
				public, private = append(public, run[n].Public), append(private, run[n].Private)
			}
		}
		p.Rounds = append(p.Rounds, figure.Round{N: n + 1, Public: results.Mean(public), Private: results.Mean(private), Final: results.Mean(final), Runs: len(public)})
	}
	return p
}

// rounds are the run's valid submissions with a public score. Where single
// submissions were not scored on the private set, the final score stands in for
// the chosen one.
func (l TrialLog) rounds() []figure.Round {
	var rounds []figure.Round
	best := 0.0
	var final results.Number
	for _, a := range l.State.Attempts {
		if !a.Valid() || a.Public == nil {
			continue
		}
		private := percentage(l.Private[a.N])
		if !private.Known && a.N == l.State.Best {
			private = l.final()
		}
		if len(rounds) == 0 || a.Public.Accuracy() > best {
			best, final = a.Public.Accuracy(), private
		}
		rounds = append(rounds, figure.Round{N: len(rounds) + 1, Public: percentage(*a.Public), Private: private, Final: final, Runs: 1})
	}
	return rounds
}

// final is the mean final score in %.
func (l TrialLog) final() results.Number {
	var scores []results.Number
	for _, s := range l.Finals {
		scores = append(scores, percentage(s))
	}
	return results.Mean(scores)
}
