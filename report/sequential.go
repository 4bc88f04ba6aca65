package report

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

// Sequential is the rule by which an experiment gives runs only to entries whose order
// is open (methods.md section 10).
type Sequential struct {
	Domains []results.Domain // of the experiment
	Rule    stats.Sequential
}

// Looks are those that the outcomes of one experiment allow: one after each round of
// which all trials are scored. The same outcomes always give the same looks.
func (q Sequential) Looks(outcomes []results.Outcome) ([]results.Look, error) {
	granted := map[results.Entry]int{}
	for _, o := range outcomes {
		granted[o.Entry()] = q.Rule.First
	}
	var looks []results.Look
	var state stats.Rounds
	for {
		var far []results.Outcome // as the experiment was at this look
		for _, o := range outcomes {
			if o.Run <= granted[o.Entry()] {
				far = append(far, o)
			}
		}
		for e, runs := range granted {
			if missing := runs*len(q.Domains) - scoredOf(far, e); missing > 0 {
				return looks, nil
			}
		}
		study, err := newStudy(far, q.Domains)
		if err != nil {
			return nil, err
		}
		study = study.Ranked()
		if len(looks) == 0 {
			state = q.Rule.Start(study.Entries())
		}
		before := state
		state = q.Rule.Look(study, before)
		looks = append(looks, lookOf(len(looks)+1, before, state))
		if len(state.GoOn) == 0 {
			return looks, nil
		}
		for _, e := range state.GoOn {
			granted[entryOf(e)] = state.Runs
		}
	}
}

// scoredOf counts the entry's outcomes that have a score.
func scoredOf(outcomes []results.Outcome, e results.Entry) (n int) {
	for _, o := range outcomes {
		if o.Entry() == e && !unscored(o) {
			n++
		}
	}
	return n
}

func entryOf(e stats.Entry) results.Entry {
	return results.Entry{Agent: e.Agent, Workflow: e.Workflow, Setting: e.Setting}
}

// lookOf says what a look made of the state before it.
func lookOf(number int, before, after stats.Rounds) results.Look {
	l := results.Look{Number: number, Runs: before.Runs, Open: after.Open()}
	for _, d := range after.Decided[len(before.Decided):] {
		l.Decided = append(l.Decided, results.Decision{
			Better: entryOf(d.Better()), Worse: entryOf(d.Worse()),
			Difference: rounded(math.Abs(d.Gain.Value.Value)), P: rounded(d.P.Value), Level: rounded(d.Level),
		})
	}
	l.Closed = before.Open() - l.Open - len(l.Decided)
	for _, e := range after.GoOn {
		l.GoOn = append(l.GoOn, entryOf(e))
	}
	return l
}

// rounded leaves six decimals, so that the record does not hang on a processor's last digit.
func rounded(x float64) float64 { return math.Round(x*1e6) / 1e6 }

// looksOf are the looks of the outcomes' experiments; nil for none.
func looksOf(outcomes []results.Outcome, known map[string][]results.Look) map[string][]results.Look {
	var looks map[string][]results.Look
	for _, o := range outcomes {
		if of := known[o.Experiment]; len(of) > 0 && o.Kind == results.OfAgent {
			if looks == nil {
				looks = map[string][]results.Look{}
			}
			looks[o.Experiment] = of
		}
	}
	return looks
}

// stops says how the rule of each experiment came to its end, and what it decided.
func (g Group) stops() (lines []string) {
	for _, experiment := range slices.Sorted(maps.Keys(g.Looks)) {
		looks := g.Looks[experiment]
		last := looks[len(looks)-1]
		var decided []string
		for _, l := range looks {
			for _, d := range l.Decided {
				decided = append(decided, fmt.Sprintf("%s over %s after %d runs", g.nameOf(d.Better), g.nameOf(d.Worse), l.Runs))
			}
		}
		if decided == nil {
			decided = []string{"no pair"}
		}
		end := fmt.Sprintf("it goes on: %d entries get run %d", len(last.GoOn), last.Runs+1)
		switch {
		case len(last.GoOn) > 0:
		case last.Closed == 0 && last.Open == 0:
			end = fmt.Sprintf("it stopped after look %d: all pairs that it was about are decided", last.Number)
		default:
			end = fmt.Sprintf("it stopped after look %d: pairs that are not decided were not likely to be by the last run, or that was reached", last.Number)
		}
		lines = append(lines, fmt.Sprintf("%s gave runs only where the order was open; %s. Decided by its rule: %s", experiment, end, strings.Join(decided, ", ")))
	}
	if lines != nil {
		lines = append(lines, "intervals, rank sets and other tests of this board do not count that the rule looked more than once; its own decisions do")
	}
	return lines
}

// nameOf is how the board shows the entry.
func (g Group) nameOf(e results.Entry) string {
	name := e.Agent
	for _, r := range g.Rows {
		if r.Agent == e.Agent {
			name = r.Name
		}
	}
	return fmt.Sprintf("%s %s %s", name, e.Workflow, e.Setting)
}
