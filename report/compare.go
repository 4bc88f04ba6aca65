package report

import (
	"fmt"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// Comparison sets two rows of a group side by side.
type Comparison struct {
	Title       string            `json:"title"`
	Pair        stats.Pair        `json:"pair"`
	Pairs       int               `json:"pairs"` // of the group, that Holm's adjustment is over
	Permutation stats.Permutation `json:"permutation"`
	Domains     []DomainPair      `json:"domains"`
	Verdict     string            `json:"verdict"`

	// Needed is what would find a difference of this size with the chance stats.Power:
	// in a test of this pair alone, and in the first step of Holm's over all pairs.
	Needed     stats.Needed `json:"needed"`
	NeededHolm stats.Needed `json:"needed_holm"`

	Others []stats.Pair `json:"others"` // the pair by the other averages, adjusted over all pairs
}

// DomainPair is the accuracies, shares, of the two in one domain.
type DomainPair struct {
	Domain results.Domain `json:"domain"`
	Base   results.Number `json:"base"`
	A      results.Number `json:"a"`
	B      results.Number `json:"b"`
	RunsA  int            `json:"runs_a"`
	RunsB  int            `json:"runs_b"`
}

// Compare compares two rows of the board, each named as [Board.RowNames] has it or by a
// part of that which fits no other row. It reports results.Bad for names of no row, of
// several, or of rows that do not compare.
func (b Board) Compare(nameA, nameB string) (Comparison, error) {
	g, rows, err := b.pick(nameA, nameB)
	if err != nil {
		return Comparison{}, err
	}
	return g.Compare(*rows[0], *rows[1])
}

// Compare compares two rows of the group.
func (g Group) Compare(a, b Row) (Comparison, error) {
	c := Comparison{Title: g.title("Comparison", g.commonMarks())}
	if a.rowKey() == b.rowKey() {
		return c, results.Bad(fmt.Errorf("%s cannot be compared with itself", a.fullName()), "name two rows")
	}
	if g.study == nil {
		return c, results.Bad(fmt.Errorf("%s and %s: %s", a.fullName(), b.fullName(), g.noInterval()), "see autodatabench leaderboard for what is scored")
	}
	x, y := a.rowKey().entry(), b.rowKey().entry()
	c.Pairs = g.study.PairCount()
	var err error
	if c.Pair, err = g.study.Adjusted(x, y); err != nil {
		return c, results.Bad(err, "score the trials first")
	}
	if g.Looks != nil {
		c.Pair.Gain.Warnings = append(c.Pair.Gain.Warnings, "a rule that looked more than once gave the runs, which this test does not count: the rule's own decisions are on the leaderboard")
	}
	if c.Permutation, err = g.study.Permute(x, y, headlineSeed); err != nil {
		return c, err
	}
	for i, d := range g.Domains {
		c.Domains = append(c.Domains, DomainPair{d.Domain, d.Base, a.Domains[i].Accuracy, b.Domains[i].Accuracy, a.Domains[i].Runs, b.Domains[i].Runs})
	}
	if design, ok := g.study.PairDesign(x, y); ok && c.Pair.Gain.Value.Known {
		c.Needed = design.Needed(c.Pair.Gain.Value.Value, stats.Level)
		c.NeededHolm = design.Needed(c.Pair.Gain.Value.Value, stats.Level/float64(c.Pairs))
	}
	for _, m := range stats.Metrics() {
		if m != g.RankedBy {
			other, _ := g.study.By(m).Adjusted(x, y) // both are in the study
			c.Others = append(c.Others, other)
		}
	}
	c.Verdict = c.verdict(x.Name(), y.Name())
	return c, nil
}

// verdict says in a sentence what the test decides.
func (c Comparison) verdict(a, b string) string {
	p := c.Pair
	switch {
	case !p.Holm.Known:
		return fmt.Sprintf("%s and %s cannot be tested against each other: %s.", a, b, p.Why)
	case p.Holm.Value < stats.Level && p.Gain.Value.Value > 0:
		return fmt.Sprintf("%s is better than %s.", a, b)
	case p.Holm.Value < stats.Level:
		return fmt.Sprintf("%s is worse than %s.", a, b)
	case p.P.Value < stats.Level:
		return fmt.Sprintf("Not decided: %s and %s differ if this is the only pair looked at, but not among %d.", a, b, c.Pairs)
	}
	return fmt.Sprintf("Not decided: %s and %s may be equal.", a, b)
}

// Tables returns the accuracies and the test.
func (c Comparison) Tables() []table.Table {
	accuracy := table.New(c.Title, 1, "domain", ">base", ">A", ">B", ">A - B", ">runs")
	for _, d := range c.Domains {
		difference := results.Num(d.A.Value-d.B.Value, d.A.Known && d.B.Known)
		difference.Value *= 100
		accuracy.Add(string(d.Domain), percent(d.Base), percent(d.A), percent(d.B), signed(difference), fmt.Sprintf("%d, %d", d.RunsA, d.RunsB))
	}
	accuracy.Note("A: %s. B: %s. Accuracy on the private set in %%, mean over runs; A - B in percentage points.", c.Pair.A.Name(), c.Pair.B.Name())
	p := c.Pair
	test := table.New("Test", 1, "figure", ">value")
	test.Add(fmt.Sprintf("difference of average %s, %s", p.By, p.By.Unit()), signed(p.Gain.Value))
	test.Add("its 95 % interval", between(p.Gain.Interval))
	test.Add("difference of average accuracy, percentage points", signed(p.Points))
	test.Add("the same in standard deviations between runs", signed(p.Standard))
	test.Add("pairs of a run of A and one of B in which A's is better", percentWhole(p.Improvement))
	test.Add("p, this pair alone", probability(p.P))
	test.Add(fmt.Sprintf("p, Holm over all pairs, of which there are %d (decides)", c.Pairs), probability(p.Holm))
	test.Add(fmt.Sprintf("p, permutation of runs (smallest possible %s)", probability(c.Permutation.Least)), probability(c.Permutation.P))
	test.Add("runs of both to decide a difference of this size: pair alone", runsNeeded(c.Needed))
	test.Add("the same, first of all pairs (Holm)", runsNeeded(c.NeededHolm))
	test.Note("%s", c.Verdict)
	test.Note("Interval and p: %s. Runs to decide: with a chance of %.0f %%, if all rows have as many runs.", p.Gain.Method, 100*stats.Power)
	for _, n := range []stats.Needed{c.Needed, c.NeededHolm} {
		if n.Items.Known {
			test.Note("%s", itemsNeeded(n))
			break
		}
	}
	switch {
	case !p.P.Known:
	case !p.Improvement.Known:
		test.Note("A comparison with the spread of runs takes two runs of either in every domain.")
	case !p.Standard.Known:
		test.Note("Runs differ by no more than chance answers do, so that nothing can be said in standard deviations between runs.")
	}
	for _, w := range p.Gain.Warnings {
		test.Note("%s.", w)
	}
	return []table.Table{*accuracy, *test, c.byOthers()}
}

// byOthers is the table of the pair's difference by the other averages.
func (c Comparison) byOthers() table.Table {
	t := table.New("The same by other averages", 1, "average", "unit", ">A - B", ">95 % interval", ">p", ">p, Holm")
	for _, p := range c.Others {
		t.Add(string(p.By), p.By.Unit(), signed(p.Gain.Value), between(p.Gain.Interval), probability(p.P), probability(p.Holm))
	}
	return *t
}

// runsNeeded is the cell of what decides.
func runsNeeded(n stats.Needed) string {
	if n.Items.Known {
		return "no number"
	}
	return table.Number(n.Runs, 0)
}

// itemsNeeded says what decides where no number of runs does.
func itemsNeeded(n stats.Needed) string {
	return fmt.Sprintf("Not decided by any number of runs of this suite; %s items a domain with %s runs would.", table.Number(n.Items, 0), table.Number(n.ItemsRuns, 0))
}

// probability is the cell of a p-value.
func probability(p results.Number) string {
	if p.Known && p.Value < 0.0001 {
		return "< 0.0001"
	}
	return table.Number(p, 4)
}

func percentWhole(n results.Number) string {
	n.Value *= 100
	if !n.Known {
		return table.Missing
	}
	return table.Number(n, 0) + " %"
}
