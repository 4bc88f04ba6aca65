package report

import (
	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// Reliability is how evenly an agent does its work: what a user gets who has one run.
type Reliability struct {
	Valid       results.Number `json:"valid"`       // share of the runs with a valid submission
	Consistency results.Number `json:"consistency"` // share of the items on which two runs agree, right or wrong; mean over pairs of runs, then domains
	Worst       results.Number `json:"worst"`       // the domains' lowest runs, averaged; in the unit of the ranking
	Best        results.Number `json:"best"`        // the domains' highest runs
	CostPoint   results.Number `json:"cost_point"`  // US dollars of one run over the average points that it gains; missing without a gain
}

// reliability fills in the rows.
func (g *Group) reliability(outcomes []results.Outcome, domains []results.Domain) {
	type key struct {
		rowKey
		domain results.Domain
	}
	_, byDomain := grouped(outcomes, func(o results.Outcome) key { return key{keyOfRow(o), o.Domain} })
	for i := range g.Rows {
		r := &g.Rows[i]
		rel := Reliability{Valid: results.Num(float64(r.ValidRuns)/float64(r.Runs), r.Runs > 0)}
		var consistency, worst, best []results.Number
		for _, d := range domains {
			runs := byDomain[key{r.rowKey(), d}]
			consistency = append(consistency, agreement(runs))
			low, high := extremes(runs, g.RankedBy)
			worst, best = append(worst, low), append(best, high)
		}
		rel.Consistency, rel.Worst, rel.Best = results.Mean(consistency), results.Mean(worst), results.Mean(best)
		points := r.Points.Mean
		rel.CostPoint = results.Num(r.Cost.Value/float64(r.Runs)/points.Value, r.Cost.Known && points.Known && points.Value > 0)
		r.Reliability = rel
	}
}

// agreement is the share of the items on which two runs have the same verdict, mean over
// all pairs of runs: of the students of the first training seed, the base student where
// a run has no valid submission. It takes two runs and the answers of all.
func agreement(runs []results.Outcome) results.Number {
	answers := make([]results.Items, len(runs))
	for k, o := range runs {
		answers[k] = o.BasePrivate.Items
		if o.Valid && len(o.Finals) > 0 {
			answers[k] = o.Finals[0].Items
		}
		if answers[k] == "" || unscored(o) {
			return results.Number{}
		}
	}
	same, of := 0, 0
	for k := range longest(answers) {
		right, wrong := 0, 0 // of the runs that have the item
		for _, a := range answers {
			switch {
			case k >= len(a):
			case a[k] == '1':
				right++
			default:
				wrong++
			}
		}
		same += right*(right-1)/2 + wrong*(wrong-1)/2
		of += (right + wrong) * (right + wrong - 1) / 2
	}
	return results.Num(float64(same)/float64(of), of > 0)
}

// longest is the number of items of the run that has the most.
func longest(answers []results.Items) (items int) {
	for _, a := range answers {
		items = max(items, len(a))
	}
	return items
}

// extremes are the lowest and the highest run.
func extremes(runs []results.Outcome, by stats.Metric) (low, high results.Number) {
	for i, o := range runs {
		run := o.Result()
		value := run.Gain()
		if by == stats.ByPoints {
			value = run.Points()
		}
		if !value.Known {
			return results.Number{}, results.Number{}
		}
		if i == 0 || value.Value < low.Value {
			low = value
		}
		if i == 0 || value.Value > high.Value {
			high = value
		}
	}
	return low, high
}

// reliable is the table of reliability.
func (g Group) reliable(common []Mark) table.Table {
	t, add := g.grid("Reliability", common, ">valid runs", ">consistency", ">worst run", ">best run", ">SD", ">US$ a point")
	for _, r := range g.Rows {
		sd := r.Gain.SD
		if g.RankedBy == stats.ByPoints {
			sd = r.Points.SD
		}
		rel := r.Reliability
		add(r, percentWhole(rel.Valid), percentWhole(rel.Consistency), table.Number(rel.Worst, 2), table.Number(rel.Best, 2), table.Number(sd, 2), table.Number(rel.CostPoint, 2))
	}
	t.Note("Consistency: share of the items on which two runs agree, right or wrong. Worst and best run: in each domain, then averaged, in %s, as is the SD from run to run. US$ a point: cost of a run over the percentage points that it gains.", g.RankedBy.Unit())
	return *t
}
