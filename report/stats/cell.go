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

// Name is how the row is named in input and output: experiment:agent/workflow/setting.
func (e Entry) Name() string {
	name := strings.TrimRight(strings.Join([]string{e.Agent, string(e.Workflow), string(e.Setting)}, "/"), "/")
	if e.Experiment != "" {
		return e.Experiment + ":" + name
	}
	return name
}

// String is "agent workflow setting", and the experiment in brackets. Seeds are drawn by
// it, so another text would be other numbers.
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

// Answers are what the base student and the runs of a cell answered.
type Answers struct {
	Base    []bool
	Runs    []Run
	Groups  []int  // by item, the number of its group: items of a group belong together; nil: each is its own
	Invalid []bool // by run, whether it has no valid submission; nil: all have one
}

// Cell is what one entry came to in one domain, reduced to the moments of
// methods.md section 2. Accuracies are shares, 0 to 1.
type Cell struct {
	entry  Entry
	domain results.Domain
	items  int
	base   float64   // b
	runs   []float64 // accuracy by run, mean over training seeds
	mean   float64   // m

	valid     int     // runs with a valid submission
	validMean float64 // of their accuracies
	runVar    float64 // s_R2: variance of the valid runs' accuracies; 0 for one run
	allVar    float64 // that of all runs
	chance    float64 // s_E2/N: variance of a run's accuracy from chance answers; 0 for one run or counts only

	answers []float64 // B_i; nil where only counts are known
	xbar    []float64 // mean over runs by item; nil where only counts are known
	groupOf []int     // by item, from 0; nil where each item is its own group
	groups  int

	seeds      int     // training seeds of each run
	seedVar    float64 // variance of the accuracy from seed to seed within runs
	seedChance float64 // the part of it from chance answers
}

// NewCell makes a cell of item-level answers. All runs have the same training seeds
// and the base student's items in its order. It reports an error for fewer than two
// items or groups, no run, or uneven shapes.
func NewCell(e Entry, d results.Domain, a Answers) (*Cell, error) {
	if len(a.Base) < 2 || len(a.Runs) == 0 || len(a.Runs[0]) == 0 {
		return nil, fmt.Errorf("%s %s: %d items and %d runs, of which the first has a training seed or none; want two items, one run, one seed",
			e, d, len(a.Base), len(a.Runs))
	}
	if a.Groups != nil && len(a.Groups) != len(a.Base) || a.Invalid != nil && len(a.Invalid) != len(a.Runs) {
		return nil, fmt.Errorf("%s %s: groups of %d items and validity of %d runs, for %d items and %d runs", e, d, len(a.Groups), len(a.Invalid), len(a.Base), len(a.Runs))
	}
	c := &Cell{entry: e, domain: d, items: len(a.Base), answers: make([]float64, len(a.Base)), seeds: len(a.Runs[0])}
	if c.setGroups(a.Groups); c.groups < 2 {
		return nil, fmt.Errorf("%s %s: all items are of one group; want two groups", e, d)
	}
	for i, correct := range a.Base {
		c.answers[i] = zeroOne(correct)
	}
	c.base = stat.Mean(c.answers, nil)
	byRun := make([][]float64, len(a.Runs))
	for r, run := range a.Runs {
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
	c.between(a.Invalid)
	return c, nil
}

// setGroups numbers the groups from 0 in the order of the items.
func (c *Cell) setGroups(groups []int) {
	if c.groups = c.items; groups == nil {
		return
	}
	number := map[int]int{}
	c.groupOf = make([]int, c.items)
	for i, g := range groups {
		if _, seen := number[g]; !seen {
			number[g] = len(number)
		}
		c.groupOf[i] = number[g]
	}
	if c.groups = len(number); c.groups == c.items {
		c.groupOf = nil
	}
}

// group is the number of an item's group.
func (c *Cell) group(item int) int {
	if c.groupOf == nil {
		return item
	}
	return c.groupOf[item]
}

// addRun notes a run's accuracy and what its seeds show, and returns the mean
// over the seeds by item.
func (c *Cell) addRun(run Run) []float64 {
	bySeed := make([][]float64, len(run))
	for s, answers := range run {
		bySeed[s] = make([]float64, c.items)
		for i, correct := range answers {
			bySeed[s][i] = zeroOne(correct)
		}
	}
	mean := bySeed[0]
	if len(run) > 1 {
		mean = make([]float64, c.items)
		for _, answers := range bySeed {
			floats.Add(mean, answers)
		}
		floats.Scale(1/float64(len(run)), mean)
	}
	c.runs = append(c.runs, stat.Mean(mean, nil))
	if len(run) > 1 {
		between, chance := c.twoWay(bySeed)
		c.seedVar += between
		c.seedChance += chance
	}
	return mean
}

func (c *Cell) moments(byRun [][]float64) {
	r := float64(len(byRun))
	c.seedVar /= r
	c.seedChance /= r
	c.xbar = make([]float64, c.items)
	for _, x := range byRun {
		floats.Add(c.xbar, x)
	}
	floats.Scale(1/r, c.xbar)
	c.mean = stat.Mean(c.xbar, nil)
	if len(byRun) > 1 {
		_, c.chance = c.twoWay(byRun)
	}
}

// between sets the moments of the valid runs, all of them for nil.
func (c *Cell) between(invalid []bool) {
	var valid []float64
	for r, accuracy := range c.runs {
		if invalid == nil || !invalid[r] {
			valid = append(valid, accuracy)
		}
	}
	if c.valid = len(valid); c.valid > 0 {
		c.validMean = stat.Mean(valid, nil)
	}
	if c.valid > 1 {
		c.runVar = stat.Variance(valid, nil)
	}
	if len(c.runs) > 1 {
		c.allVar = stat.Variance(c.runs, nil)
	}
}

// chanceDF is the degrees of freedom of chance.
func (c *Cell) chanceDF() float64 { return float64(len(c.runs)-1) * float64(c.groups-1) }

// twoWay splits a table of at least two rows, by item: the variance of the rows' means,
// and the part of it that comes from answers that are left when row and column means
// are taken out (s_R2 and s_E2/N of methods.md section 2). Groups of items vary together.
func (c *Cell) twoWay(rows [][]float64) (between, chance float64) {
	r, n := float64(len(rows)), float64(len(rows[0]))
	means := make([]float64, len(rows))
	for k, row := range rows {
		means[k] = stat.Mean(row, nil)
	}
	between = stat.Variance(means, nil)
	mean, columns := stat.Mean(means, nil), make([]float64, len(rows[0]))
	for _, row := range rows {
		floats.AddScaled(columns, 1/r, row)
	}
	squares, groups := 0.0, float64(c.groups)
	for k, row := range rows {
		rest := make([]float64, c.groups)
		for i, x := range row {
			rest[c.group(i)] += x - columns[i] - means[k] + mean
		}
		squares += floats.Dot(rest, rest)
	}
	return between, groups / (groups - 1) * squares / ((r - 1) * n * n)
}

// NewCountCell makes a cell of which only accuracies are known, as a paper
// prints them: shares of items, for the base student and for every run. Point
// values are of these; invalid is as in [Answers]. Intervals take the items' variance to be binomial and
// unpaired with the base, which is wider than needed and said in a warning. It
// reports an error for fewer than two items, no run, or a share outside 0 to 1.
func NewCountCell(e Entry, d results.Domain, items int, base float64, runs []float64, invalid []bool) (*Cell, error) {
	if items < 2 || len(runs) == 0 {
		return nil, fmt.Errorf("%s %s: %d items and %d runs; want two items and one run", e, d, items, len(runs))
	}
	for _, share := range append([]float64{base}, runs...) {
		if !(share >= 0 && share <= 1) {
			return nil, fmt.Errorf("%s %s: an accuracy of %v; want a share between 0 and 1", e, d, share)
		}
	}
	c := &Cell{entry: e, domain: d, items: items, base: base, runs: slices.Clone(runs), mean: stat.Mean(runs, nil), seeds: 1, groups: items}
	c.between(invalid)
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
