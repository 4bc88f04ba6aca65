package stats

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/autodatabench/autodatabench/results"
)

// Power is the chance of finding a difference that is as large as [Design.Detectable].
const Power = 0.8

// runsAtMost bounds the search of [Design.Needed].
const runsAtMost = 10_000

// Design is what the precision of a comparison of two entries depends on besides
// their runs. What is compared is a sum over domains, in the unit of By.
type Design struct {
	By       Metric         `json:"by"`
	Entries  int            `json:"entries"` // of the planned study, which all have as many runs
	Domains  []DesignDomain `json:"domains"`
	Cells    int            `json:"cells"` // with two runs, that this rests on
	Warnings []string       `json:"warnings,omitempty"`
}

// DesignDomain is what precision depends on in one domain. SDs are in percentage points
// of accuracy.
type DesignDomain struct {
	Domain   results.Domain `json:"domain"`
	Weight   float64        `json:"weight"`    // of a percentage point, in the unit of the design
	Items    float64        `json:"items"`     // of the private set
	RunSD    float64        `json:"run_sd"`    // between runs, chance answers taken out
	AnswerSD float64        `json:"answer_sd"` // of one item's answer from run to run, by chance
	ItemSD   float64        `json:"item_sd"`   // over items, of the difference of the two entries that stays whatever the runs
	BaseCV   float64        `json:"base_cv"`   // relative standard error of what differences are divided by; 0 in one domain
}

// Design is the plan of a comparison of any two entries, from the mean over them of what
// the study measured. Without a cell with two runs, or where no two runs differ, it
// reports false.
func (s *Study) Design() (Design, bool) {
	var all []int
	for i := range s.entries {
		if s.value(i).Known {
			all = append(all, i)
		}
	}
	return s.design(all)
}

// PairDesign is the plan of a comparison of these two entries.
func (s *Study) PairDesign(a, b Entry) (Design, bool) {
	i, j, err := s.find(a, b)
	if err != nil || !s.value(i).Known || !s.value(j).Known {
		return Design{}, false
	}
	return s.design([]int{i, j})
}

func (s *Study) design(entries []int) (Design, bool) {
	design := Design{By: s.metric, Entries: len(s.entries), Cells: s.prior.Cells, Warnings: s.prior.Warnings}
	if !s.prior.Scale.Known || len(entries) == 0 {
		return design, false
	}
	moves := false
	for d := range s.domains {
		plan := s.designDomain(d, entries)
		moves = moves || plan.RunSD > 0 || plan.AnswerSD > 0
		design.Domains = append(design.Domains, plan)
	}
	return design, moves
}

// designDomain averages over the entries what runs add, and over their pairs what items add.
func (s *Study) designDomain(d int, entries []int) DesignDomain {
	var run, chance, persist, slope tally
	plan := DesignDomain{Domain: s.domains[d]}
	for k, i := range entries {
		c := s.cells[i][d]
		plan.Items = float64(c.items)
		slope.add(s.metric.slope(c.mean, c.base), 1)
		runs, delivery := s.prior.between(c)
		run.add(runs+delivery, 1)
		if len(c.runs) > 1 {
			chance.add(c.chance, 1)
		}
		for _, j := range entries[k+1:] {
			other := s.cells[j][d]
			persist.add(differenceOverItems(c, other, 1, 1, 0).value-c.chance/float64(len(c.runs))-other.chance/float64(len(other.runs)), 1)
		}
	}
	noise := 0.0
	if chance.df > 0 {
		noise = chance.mean()
	}
	if b := s.base(d).Value; len(s.domains) > 1 {
		switch s.metric {
		case ByGain:
			plan.BaseCV = math.Sqrt((1 - b) / (b * plan.Items))
		case ByHeadroom:
			plan.BaseCV = math.Sqrt(b / ((1 - b) * plan.Items))
		}
	}
	plan.Weight = slope.mean() / 100 / float64(len(s.domains))
	plan.RunSD = 100 * math.Sqrt(max(run.mean()-noise, 0))
	plan.AnswerSD = 100 * math.Sqrt(noise*plan.Items)
	if persist.df > 0 {
		plan.ItemSD = 100 * math.Sqrt(max(persist.mean(), 0)*plan.Items)
	}
	return plan
}

// precision is the squared standard error of a difference when all entries have that
// many runs in every domain and scale times the items, and its degrees of freedom. A
// difference over several bases adds what these bases are uncertain.
func (d Design) precision(runs, scale, difference float64) (squared, df float64) {
	var sum variance
	between, chance, byDomain, bases := 0.0, 0.0, 0.0, 0.0
	for _, x := range d.Domains {
		// A base that is measured too low counts more than one too high counts less.
		w, n := x.Weight*x.Weight*(1+x.BaseCV*x.BaseCV/scale), scale*x.Items
		noise := 2 * x.AnswerSD * x.AnswerSD / (runs * n)
		items := w * (x.ItemSD*x.ItemSD/n + noise)
		sum = sum.plus(estimated(items, n-1))
		part := w * (2*x.RunSD*x.RunSD/runs + noise)
		between += part
		byDomain += part * part
		chance += w * noise
		share := difference / float64(len(d.Domains))
		bases += x.BaseCV * x.BaseCV / scale * max(share*share-items-part+w*noise, 0)
	}
	sum.value += between - chance + bases
	if between > 0 {
		entries, domains := float64(d.Entries), float64(len(d.Domains))
		all := entries * domains * (runs - 1)
		own := domains*(runs-1) + releaseMean*max(entries-2, 0)/poolPerEntry
		inverse := 1/(2*own) + byDomain/(between*between)/(entries*(runs-1)) - 1/all
		sum.spread += uncertainRuns(between, sum.value, 1/max(inverse, 1/all))
	}
	return sum.value, max(sum.value*sum.value/sum.spread, runs-1)
}

// releaseMean is how much of what an entry may take of the others it takes on average,
// where all runs vary equally.
const releaseMean = 0.85

// SE is the standard error of a difference when both entries have that many runs
// in every domain.
func (d Design) SE(runs int) float64 {
	squared, _ := d.precision(float64(runs), 1, 0)
	return math.Sqrt(squared)
}

// Detectable is the smallest difference that a test at level alpha finds with
// probability [Power] (methods.md section 4). For the first step of Holm, alpha is Level
// over the number of pairs. It takes two runs.
func (d Design) Detectable(runs int, alpha float64) float64 {
	return d.detectable(float64(runs), 1, alpha)
}

func (d Design) detectable(runs, scale, alpha float64) float64 {
	difference, of, t := 0.0, math.NaN(), 0.0
	for range 4 { // the standard error grows a little with the difference
		squared, df := d.precision(runs, scale, difference)
		if df != of { // it takes a hundred quantiles
			t, of = detectableT(alpha, df), df
		}
		difference = math.Sqrt(squared) * t
	}
	return difference
}

// detectableT is the difference, in standard errors, that a t test finds with
// probability [Power]. The standard error of the test is estimated itself: the chance is
// averaged over what it may be.
func detectableT(alpha, df float64) float64 {
	critical := tQuantile(1-alpha/2, df)
	if math.IsInf(df, 1) {
		return critical + distuv.UnitNormal.Quantile(Power)
	}
	const points = 101
	var roots [points]float64
	chi := distuv.ChiSquared{K: df}
	for k := range roots {
		roots[k] = math.Sqrt(chi.Quantile((float64(k)+0.5)/points) / df)
	}
	low, high := 0.0, 10*critical+10
	for range 60 {
		mid, sum := (low+high)/2, 0.0
		for _, root := range roots {
			sum += distuv.UnitNormal.CDF(mid - critical*root)
		}
		if sum/points < Power {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}

// Needed is what finds a difference with the chance [Power]: so many runs of each entry
// in every domain, or, where no number of runs of this suite does, so many items a domain
// with so many runs.
type Needed struct {
	Runs      results.Number `json:"runs"`
	Items     results.Number `json:"items"`           // a domain; missing where runs are enough
	ItemsRuns results.Number `json:"runs_with_items"` // that these items take
}

// Needed is missing for a difference of 0.
func (d Design) Needed(difference, alpha float64) Needed {
	difference = math.Abs(difference)
	if difference == 0 {
		return Needed{}
	}
	if runs, ok := fewest(func(runs float64) bool { return d.detectable(runs, 1, alpha) <= difference }); ok {
		return Needed{Runs: results.Num(runs, true)}
	}
	// Half of the variance for the runs, half for the items.
	const endless = 1e9
	runs, ok := fewest(func(runs float64) bool { return d.detectable(runs, endless, alpha) <= difference/math.Sqrt2 })
	if !ok {
		return Needed{}
	}
	const step, steps = 1.01, 2_000
	grown := sort.Search(steps, func(k int) bool { return d.detectable(runs, math.Pow(step, float64(k)), alpha) <= difference })
	scale, items := math.Pow(step, float64(grown)), 0.0
	for _, x := range d.Domains {
		items += scale * x.Items / float64(len(d.Domains))
	}
	return Needed{Items: results.Num(math.Ceil(items), grown < steps), ItemsRuns: results.Num(runs, grown < steps)}
}

// fewest is the smallest number of runs, two or more, that is enough.
func fewest(enough func(runs float64) bool) (float64, bool) {
	k := sort.Search(runsAtMost-1, func(k int) bool { return enough(float64(k + 2)) })
	return float64(k + 2), k < runsAtMost-1
}
