package inspect

import (
	"fmt"

	"github.com/autodatabench/autodatabench/results"
)

// reducer is how scores of runs, and of domains, become one.
const reducer = "mean"

// A figure is a score of each trial.
type figure struct {
	name  string
	value func(o results.Outcome) results.Number
	about func(o results.Outcome) string
}

// figures are the scores of a trial, the first one foremost.
func figures() []figure {
	return []figure{
		{"gain", func(o results.Outcome) results.Number { return o.Result().Gain() }, func(o results.Outcome) string {
			return fmt.Sprintf("gain over the untrained student in %%, whose accuracy is %.4f", o.Result().Base.Value)
		}},
		{"private_accuracy", func(o results.Outcome) results.Number { return o.Result().Accuracy }, func(o results.Outcome) string {
			if !o.Valid {
				return "no submission was valid: the untrained student's accuracy"
			}
			return fmt.Sprintf("share of the %d private items that the trained student answers rightly, mean over %d trainings", o.BasePrivate.Total, len(o.Finals))
		}},
		{"public_accuracy", publicAccuracy, func(o results.Outcome) string {
			return fmt.Sprintf("share of the %d public items, on which the agent had feedback", o.Public.Total)
		}},
	}
}

func publicAccuracy(o results.Outcome) results.Number {
	if o.Public == nil {
		return results.Number{}
	}
	return results.Num(o.Public.Accuracy(), o.Public.Total > 0)
}

// scored are the known figures of the trial.
func scored(o results.Outcome) map[string]score {
	all := map[string]score{}
	for _, f := range figures() {
		if n := f.value(o); n.Known {
			all[f.name] = score{n.Value, f.about(o)}
		}
	}
	return all
}

// scores sums the samples' scores up: over the runs of each domain, then over the
// domains.
func (l *log) scores(samples []sampleSummary) (list []evalScore, over []reduction) {
	for _, f := range figures() {
		s := evalScore{Name: f.name, Scorer: f.name, Reducer: reducer}
		r := reduction{Scorer: f.name, Reducer: reducer, Samples: []reduced{}}
		var means []results.Number
		for _, domain := range l.domains() {
			var values []results.Number
			for _, one := range samples {
				if one.ID != domain {
					continue
				}
				if v, ok := one.Scores[f.name]; ok {
					values = append(values, results.Num(v.Value, true))
					s.Scored++
				} else {
					s.Unscored++
				}
			}
			if mean := results.Mean(values); mean.Known {
				means = append(means, mean)
				r.Samples = append(r.Samples, reduced{mean.Value, domain})
			}
		}
		mean := results.Mean(means)
		if !mean.Known {
			continue
		}
		s.Metrics = map[string]metric{reducer: {reducer, mean.Value}}
		list, over = append(list, s), append(over, r)
	}
	return list, over
}
