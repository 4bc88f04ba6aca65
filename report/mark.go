package report

import (
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// Mark says of a row what a reader must know before comparing it.
type Mark string

// The marks, in the order in which they are shown.
const (
	Simulated   Mark = "simulated"
	Embedded    Mark = "embedded student"
	Modified    Mark = "modified protocol"
	Unsandboxed Mark = "unsandboxed"
	Unpacked    Mark = "unpacked"
	Given       Mark = "given"
	Published   Mark = "published"
	Flagged     Mark = "violation"
	Incomplete  Mark = "incomplete"
)

// meanings explains the marks below a table.
var meanings = []struct {
	mark    Mark
	meaning string
}{
	{Simulated, "the teacher or the agent is a program and no LLM"},
	{Embedded, "the student is the small embedded one"},
	{Modified, "budgets or recipe differ from the named protocol's"},
	{Unsandboxed, "the agent's code ran without a sandbox"},
	{Unpacked, "unpacked from a bundle, not verified"},
	{Given, "a submission made by no agent of the benchmark; not ranked"},
	{Published, "computed from the figures the paper prints"},
	{Flagged, "an audit found a breach of the rules; the table of audits has the row with and without the flagged runs"},
	{Incomplete, "a domain or a score is missing, so there is no average"},
}

// Standing says how far a row can be trusted.
type Standing string

// The standings. Results are self-reported until somebody else, whose receipt counts,
// has scored the bundle that they came in again.
const (
	SimulatedResult Standing = "simulated"
	SelfReported    Standing = "self-reported"
	FromPaper       Standing = "paper"
)

// standingOf is the standing of a single outcome. What is simulated stays so, whoever
// has scored it again.
func standingOf(o results.Outcome) Standing {
	switch {
	case o.Kind == results.OfPaper:
		return FromPaper
	case o.Simulated:
		return SimulatedResult
	}
	return Standing(o.Assured())
}

// order is the order of standings on a board, the most trusted first.
func (s Standing) order() int {
	return slices.Index([]Standing{Standing(results.Reproduced), Standing(results.Verified), SelfReported, FromPaper, SimulatedResult}, s)
}

// assure sums up who has computed the row's outcomes again: the weakest says.
func (r *Row) assure(outcomes []results.Outcome) {
	r.Made, r.Source, r.Assurance = results.ByModels, results.FromTrials, results.Reproduced
	var by []string
	for _, o := range outcomes {
		if o.Simulated {
			r.Made = o.Made()
		}
		r.Source = o.Source()
		if r.Assurance.Stronger(o.Assured()) {
			r.Assurance = o.Assured()
		}
		if o.Assured() != results.SelfReported && o.AssuredBy != "" && !slices.Contains(by, o.AssuredBy) {
			by = append(by, o.AssuredBy)
		}
	}
	if r.Assurance == results.SelfReported { // of one outcome at least nobody has said more
		by = nil
	}
	slices.Sort(by)
	r.AssuredBy = strings.Join(by, ", ")
}

// StandingBy is the row's standing, with whose receipts say so.
func (r Row) StandingBy() string {
	if r.AssuredBy == "" || r.Standing != Standing(r.Assurance) {
		return string(r.Standing)
	}
	return string(r.Standing) + " by " + r.AssuredBy
}

func (r Row) standing() Standing {
	switch {
	case r.Kind == results.OfPaper:
		return FromPaper
	case slices.Contains(r.Marks, Simulated):
		return SimulatedResult
	}
	return Standing(r.Assurance)
}

func (r *Row) mark(outcomes []results.Outcome) {
	has := map[Mark]bool{Given: r.Kind == results.OfGiven, Published: r.Kind == results.OfPaper}
	for _, o := range outcomes {
		has[Simulated] = has[Simulated] || o.Simulated
		has[Embedded] = has[Embedded] || o.Embedded
		has[Modified] = has[Modified] || o.Modified
		has[Unsandboxed] = has[Unsandboxed] || o.Unsandboxed
		has[Unpacked] = has[Unpacked] || o.Unpacked
		has[Flagged] = has[Flagged] || o.Flagged()
	}
	has[Incomplete] = !r.Points.Mean.Known
	for _, m := range meanings {
		if has[m.mark] {
			r.Marks = append(r.Marks, m.mark)
		}
	}
}

func joinMarks(marks []Mark) string {
	words := make([]string, len(marks))
	for i, m := range marks {
		words[i] = string(m)
	}
	return strings.Join(words, ", ")
}
