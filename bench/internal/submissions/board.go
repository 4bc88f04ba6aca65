package submissions

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// Outcomes are the outcomes of all submissions without a problem, as a board counts them.
// A trial that lies in several counts once: with equal scores in the one that was there
// first, with other scores in the one that is better assured, and in none where nobody
// has settled it. Warnings say so, and name the submissions that are left out.
func Outcomes(list []Checked) (outcomes []results.Outcome, warnings []string) {
	list = slices.Clone(list)
	slices.SortStableFunc(list, first)
	var entries []*entry
	for i := range list {
		c := &list[i]
		switch {
		case len(c.Problems) > 0:
			warnings = append(warnings, fmt.Sprintf("%s is left out: %s", c.Name, c.Problems[0]))
		case c.away:
			warnings = append(warnings, fmt.Sprintf("%s is left out: its bundle is not at hand, name the folder that has it with --bundles", c.Name))
		default:
			for _, o := range c.Report.Outcomes {
				entries = append(entries, newEntry(i, c, o))
			}
		}
	}
	said := map[string]int{}
	for _, same := range sameTrials(entries) {
		settle(same, said)
	}
	for text, n := range said {
		warnings = append(warnings, fmt.Sprintf(text, n))
	}
	slices.Sort(warnings)
	return counted(entries), warnings
}

// first orders submissions by the day on which they came, those without one last, then by
// name.
func first(a, b Checked) int {
	day := func(c Checked) string { return cmp.Or(c.date, "9999") }
	return cmp.Or(strings.Compare(day(a), day(b)), strings.Compare(a.Name, b.Name))
}

// entry is an outcome of a submission.
type entry struct {
	place int // of the submission, in the order in which they came
	of    *Checked
	o     results.Outcome
	keys  []string // each identifies the trial

	copied string // the submission as whose it counts; empty for its own
	doubt  string // why it counts nowhere
}

func newEntry(place int, c *Checked, o results.Outcome) *entry {
	e := &entry{place: place, of: c, o: o}
	for kind, key := range map[string]string{"seal": c.Report.Seals[o.Path()], "trained": c.Report.Trained[o.Path()], "rows": rowsKey(o), "given": givenKey(o)} {
		if key != "" {
			e.keys = append(e.keys, kind+" "+key)
		}
	}
	o.Experiment, o.Assurance, o.AssuredBy = c.Name, c.Assurance, c.AssuredBy
	o.Modified = o.Modified || !named(o.Protocol)
	o.Terms = "" // each submission is a row of its own, whoever else ran the same agent
	e.o = o
	return e
}

// rowsKey identifies a training by what decides it, whatever the agent's definition.
func rowsKey(o results.Outcome) string {
	if o.Kind != results.OfAgent || o.Rows == "" {
		return ""
	}
	return fmt.Sprint(o.Domain, " ", o.TaskDigest, " ", o.StudentDigest, " ", o.ProtocolDigest, " ", o.Seed, " ", o.Rows)
}

// givenKey identifies a run of a submission that no agent made by its answers; its rows
// are in no log.
func givenKey(o results.Outcome) string {
	if o.Kind != results.OfGiven || len(o.Finals) == 0 {
		return ""
	}
	by := o.Agent
	if o.Finals[0].Items != "" {
		by = "" // the bits tell it from others, whatever it is called
	}
	return fmt.Sprint(by, " ", o.Domain, " ", o.TaskDigest, " ", o.StudentDigest, " ", o.ProtocolDigest, " ", o.Finals)
}

// sameTrials groups the entries that share a key, each group in the order in which the
// submissions came.
func sameTrials(entries []*entry) (groups [][]*entry) {
	of := map[string]int{} // group by key
	for _, e := range entries {
		at := len(groups)
		groups = append(groups, []*entry{e})
		for _, key := range e.keys {
			if other, known := of[key]; known && other != at {
				for _, member := range groups[other] {
					for _, k := range member.keys {
						of[k] = at
					}
				}
				groups[at], groups[other] = append(groups[at], groups[other]...), nil
			}
			of[key] = at
		}
	}
	for _, g := range groups {
		slices.SortStableFunc(g, func(a, b *entry) int { return cmp.Compare(a.place, b.place) })
	}
	return groups
}

// settle decides which of the entries of one trial counts, and counts what it says.
func settle(same []*entry, said map[string]int) {
	if len(same) == 0 || !slices.ContainsFunc(same, func(e *entry) bool { return e.of != same[0].of }) {
		return
	}
	strong := same[:1:1]
	for _, e := range same[1:] {
		switch now, best := e.of.Assurance, strong[0].of.Assurance; {
		case now.Stronger(best):
			strong = []*entry{e}
		case !best.Stronger(now):
			strong = append(strong, e)
		}
	}
	differs := func(e *entry) bool { return e.figures() != strong[0].figures() }
	if slices.ContainsFunc(strong, differs) {
		doubt(same, said)
		return
	}
	winner := same[slices.IndexFunc(same, func(e *entry) bool { return !differs(e) })].of
	for _, e := range same {
		if e.of == winner {
			continue
		}
		e.copied = winner.Name
		if differs(e) {
			said[fmt.Sprintf("%%d trials of %s have other scores in %s, and count as those of %s, whose scores are better assured", e.of.Name, winner.Name, winner.Name)]++
			continue
		}
		said[fmt.Sprintf("%%d trials of %s are those of %s, and count once, as those of %s", e.of.Name, winner.Name, winner.Name)]++
	}
}

// doubt notes that the trial counts in none of its submissions.
func doubt(same []*entry, said map[string]int) {
	names := map[string]bool{}
	for _, e := range same {
		names[e.of.Name] = true
	}
	list := strings.Join(slices.Sorted(maps.Keys(names)), ", ")
	for _, e := range same {
		e.doubt = "the same trial has other scores in these submissions: " + list
	}
	said[fmt.Sprintf("%%d trials have other scores in each of these submissions, and count in none until that is settled: %s", list)]++
}

// figures are what a copy could better: scores and attempts.
func (e *entry) figures() string {
	o := e.o
	return fmt.Sprint(o.Valid, o.BasePrivate, o.Finals, o.Attempts, o.ValidAttempts)
}

// row is what the entry's row on the board is of.
func (e *entry) row() string {
	return strings.Join([]string{e.of.Name, string(e.o.Kind), e.o.Agent, string(e.o.Workflow), string(e.o.Setting)}, " ")
}

// counted are the outcomes of the entries. A row of which every trial counts elsewhere is
// left out; one of which some do has no rank, or else a submitter could choose the runs
// that make up a row. It stays one row, which nobody has vouched for as a whole.
func counted(entries []*entry) (outcomes []results.Outcome) {
	own, whole := map[string]bool{}, map[string]bool{}
	for _, e := range entries {
		row := e.row()
		if _, known := whole[row]; !known {
			whole[row] = true
		}
		own[row] = own[row] || e.copied == ""
		whole[row] = whole[row] && e.copied == "" && e.doubt == ""
	}
	for _, e := range entries {
		if !whole[e.row()] {
			e.o.Assurance, e.o.AssuredBy = results.SelfReported, ""
		}
		switch {
		case !own[e.row()]:
		case e.doubt != "":
			outcomes = append(outcomes, e.o.AsChanged(e.doubt))
		case e.copied != "":
			outcomes = append(outcomes, e.o.AsChanged("the trial counts as that of "+e.copied))
		default:
			outcomes = append(outcomes, e.o)
		}
	}
	return outcomes
}
