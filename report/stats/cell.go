package stats

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/autodatabench/autodatabench/results"
)

// Entry names what is ranked: an agent in one workflow and setting, of one
// experiment where there are several.
type Entry struct {
	Agent      string           `json:"agent"`
	Workflow   results.Workflow `json:"workflow"`
	Setting    results.Setting  `json:"setting"`
	Experiment string           `json:"experiment,omitempty"`
}

func (e Entry) compare(other Entry) int {
	return cmp.Or(cmp.Compare(e.Agent, other.Agent), cmp.Compare(e.Workflow, other.Workflow), cmp.Compare(e.Setting, other.Setting),
		cmp.Compare(e.Experiment, other.Experiment))
}

// String is "agent workflow setting", and the experiment in brackets.
func (e Entry) String() string {
	s := strings.Join(strings.Fields(fmt.Sprintf("%s %s %s", e.Agent, e.Workflow, e.Setting)), " ")
	if e.Experiment != "" {
		s += " (" + e.Experiment + ")"
	}
	return s
}

// Run is the trained student of one run on the private items of a domain: by
// training seed and item, whether the answer was correct. A run without a valid
// submission is the base student's answers (its gain counts as 0), or is left
// out for the gain given success.
type Run [][]bool

// Cell is what one entry came to in one domain, reduced to the moments of
// methods.md section 2. Accuracies are shares, 0 to 1.
type Cell struct {
	entry  Entry
	domain results.Domain
	items  int
	base   float64   // b
	runs   []float64 // accuracy by run, mean over training seeds
	mean   float64   // m
	runVar float64   // s_R2: variance of the runs' accuracies; 0 for one run
	noise  float64   // s_E2: variance of an item's answer from run to run; 0 for one run or counts only

	answers []float64 // B_i; nil where only counts are known
	xbar    []float64 // mean over runs by item; nil where only counts are known

	seeds    int     // training seeds of each run
	seedVar  float64 // variance of the accuracy from seed to seed within runs
	seedItem float64 // variance of an item's answer from seed to seed within runs
}

// NewCell makes a cell of item-level answers. base holds the base student's,
// and all runs have the same training seeds and its items in its order. It
// reports an error for fewer than two items, no run, or uneven shapes.
func NewCell(e Entry, d results.Domain, base []bool, runs []Run) (*Cell, error) {
	if len(base) < 2 || len(runs) == 0 || len(runs[0]) == 0 {
		return nil, fmt.Errorf("%s %s: %d items and %d runs, of which the first has a training seed or none; want two items, one run, one seed",
			e, d, len(base), len(runs))
	}
	c := &Cell{entry: e, domain: d, items: len(base), answers: make([]float64, len(base)), seeds: len(runs[0])}
	for i, correct := range base {
		c.answers[i] = zeroOne(correct)
	}
	c.base = stat.Mean(c.answers, nil)
	byRun := make([][]float64, len(runs))
	for r, run := range runs {
		if len(run) != c.seeds {
			return nil, fmt.Errorf("%s %s run %d: %d training seeds, the first run has %d", e, d, r+1, len(run), c.seeds)
		}
		for _, answers := range run {
			if len(answers) != c.items {
				return nil, fmt.Errorf("%s %s run %d: %d items, the base student has %d", e, d, r+1, len(answers), c.items)
			}
		}
		byRun[r] = c.addRun(run)
	}
	c.moments(byRun)
	return c, nil
}

// addRun notes a run's accuracy and what its seeds show, and returns the mean
// over the seeds by item.
func (c *Cell) addRun(run Run) []float64 {
	bySeed := make([][]float64, len(run))
	mean := make([]float64, c.items)
	for s, answers := range run {
		bySeed[s] = make([]float64, c.items)
		for i, correct := range answers {
			bySeed[s][i] = zeroOne(correct)
		}
		floats.Add(mean, bySeed[s])
	}
	floats.Scale(1/float64(len(run)), mean)
	c.runs = append(c.runs, stat.Mean(mean, nil))
	if len(run) > 1 {
		between, within := twoWay(bySeed)
		c.seedVar += between
		c.seedItem += within
	}
	return mean
}

func (c *Cell) moments(byRun [][]float64) {
	r := float64(len(byRun))
	c.seedVar /= r
	c.seedItem /= r
	c.xbar = make([]float64, c.items)
	for _, x := range byRun {
		floats.Add(c.xbar, x)
	}
	floats.Scale(1/r, c.xbar)
	c.mean = stat.Mean(c.xbar, nil)
	if len(byRun) > 1 {
		c.runVar, c.noise = twoWay(byRun)
	}
}

// twoWay splits a table of at least two rows and two columns: the variance of
// the rows' means, and the variance left when row and column means are taken
// out (s_R2 and s_E2 of methods.md section 2).
func twoWay(rows [][]float64) (between, within float64) {
	r, n := float64(len(rows)), float64(len(rows[0]))
	means := make([]float64, len(rows))
	for k, row := range rows {
		means[k] = stat.Mean(row, nil)
	}
	between = stat.Variance(means, nil)
	squares := 0.0
	for i := range rows[0] {
		column := 0.0
		for _, row := range rows {
			column += row[i] / r
		}
		for _, row := range rows {
			squares += (row[i] - column) * (row[i] - column)
		}
	}
	return between, max((squares-n*(r-1)*between)/((r-1)*(n-1)), 0)
}

// NewCountCell makes a cell of which only accuracies are known, as a paper
// prints them: shares of items, for the base student and for every run. Point
// values are of these; intervals take the items' variance to be binomial and
// unpaired with the base, which is wider than needed and said in a warning. It
// reports an error for fewer than two items, no run, or a share outside 0 to 1.
func NewCountCell(e Entry, d results.Domain, items int, base float64, runs []float64) (*Cell, error) {
	if items < 2 || len(runs) == 0 {
		return nil, fmt.Errorf("%s %s: %d items and %d runs; want two items and one run", e, d, items, len(runs))
	}
	for _, share := range append([]float64{base}, runs...) {
		if !(share >= 0 && share <= 1) {
			return nil, fmt.Errorf("%s %s: an accuracy of %v; want a share between 0 and 1", e, d, share)
		}
	}
	c := &Cell{entry: e, domain: d, items: items, base: base, runs: slices.Clone(runs), mean: stat.Mean(runs, nil), seeds: 1}
	if len(runs) > 1 {
		c.runVar = stat.Variance(runs, nil)
	}
	return c, nil
}

func (c *Cell) paired() bool { return c.xbar != nil }

// gain is the mean over runs of the relative gain in % (section 1), missing for
// a base accuracy of 0.
func (c *Cell) gain() results.Number {
	gains := make([]results.Number, len(c.runs))
	for r, accuracy := range c.runs {
		gains[r] = results.Num(results.Gain(accuracy, c.base))
	}
	return results.Mean(gains)
}

// points is the absolute gain in percentage points of accuracy.
func (c *Cell) points() float64 { return 100 * (c.mean - c.base) }

func zeroOne(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
