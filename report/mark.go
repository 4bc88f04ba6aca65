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
	{Given, "a submission made by no agent of the benchmark; not ranked"},
	{Published, "computed from the figures the paper prints"},
	{Flagged, "an audit found a breach of the rules; the table of audits has the row with and without the flagged runs"},
	{Incomplete, "a domain or a score is missing, so there is no average"},
}

// Standing says how far a row can be trusted.
type Standing string

// The standings. Results are self-reported until somebody else has scored the
// bundle that they came in again; no row is there yet.
const (
	SimulatedResult Standing = "simulated"
	SelfReported    Standing = "self-reported"
	FromPaper       Standing = "paper"
)

func (r Row) standing() Standing {
	switch {
	case r.Kind == results.OfPaper:
		return FromPaper
	case slices.Contains(r.Marks, Simulated):
		return SimulatedResult
	}
	return SelfReported
}

func (r *Row) mark(outcomes []results.Outcome) {
	has := map[Mark]bool{Given: r.Kind == results.OfGiven, Published: r.Kind == results.OfPaper}
	for _, o := range outcomes {
		has[Simulated] = has[Simulated] || o.Simulated
		has[Embedded] = has[Embedded] || o.Embedded
		has[Modified] = has[Modified] || o.Modified
		has[Unsandboxed] = has[Unsandboxed] || o.Unsandboxed
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
