package stats

import (
	"gonum.org/v1/gonum/floats"

	"github.com/autodatabench/autodatabench/results"
)

// Draws is the usual number of bootstrap draws: with it the limits are the
// 250th draw from either end.
const Draws = 9_999

// Headline is an entry's average of the study's metric, usually the gain in %.
type Headline struct {
	Entry
	Gain    Estimate     `json:"gain"`   // average over domains; uncertain in runs, items and base
	Frozen  Estimate     `json:"frozen"` // the same with the base student's accuracy as it was
	Domains []DomainGain `json:"domains"`

	// Best is the share of draws with the base frozen in which the entry has the
	// highest average of all that have one. It describes; it is no test.
	Best results.Number `json:"best"`
}

// DomainGain is a headline's gain in one domain, in the study's order.
type DomainGain struct {
	Domain results.Domain `json:"domain"`
	Gain   Estimate       `json:"gain"`
	Frozen Estimate       `json:"frozen"`
}

// Headlines computes the gain of every entry with its interval (BB-mod, methods.md
// section 3) from the given number of draws, usually [Draws]. The same seed and
// cells give the same draws, and those of an entry depend on no other entry but
// through the prior. A base of 0 leaves the gain undefined, and so its average.
func (s *Study) Headlines(seed uint64, draws int) []Headline {
	all := s.draw(seed, draws)
	headlines := make([]Headline, len(s.entries))
	frozen := make([][]float64, len(s.entries))
	parallel(len(s.entries), func(i int) {
		h := Headline{Entry: s.entries[i], Gain: s.gain(i)}
		h.Gain.Method = BBMod
		h.Frozen = h.Gain
		var average gains
		if s.bounded(i) {
			average = s.mean(all[i], draws)
			frozen[i] = append(frozen[i], average.frozen...)
		}
		h.Gain.among(average.live)
		h.Frozen.among(average.frozen)
		for d, c := range s.cells[i] {
			h.Domains = append(h.Domains, s.domainGain(s.domains[d], c, all[i][d]))
		}
		headlines[i] = h
	})
	for i, share := range onTop(frozen) {
		headlines[i].Best = share
	}
	return headlines
}

func (s *Study) domainGain(d results.Domain, c *Cell, drawn gains) DomainGain {
	if c == nil {
		e := Estimate{Method: BBMod, Warnings: []string{"no run in " + string(d)}}
		return DomainGain{d, e, e}
	}
	live := Estimate{Interval: Interval{Value: s.metric.figure(c)}, N: len(c.runs), Method: BBMod}
	live.Value.Value = s.metric.shown(live.Value.Value)
	if why := s.metric.undefined(c); why != "" {
		live.warn("%s", why)
	}
	c.caution(&live, s.prior)
	if c.valid == 0 {
		live.warn(warnNeverValid)
	}
	frozen := live
	if live.Value.Known && c.valid > 0 && len(drawn.live) > 0 {
		one := s.mean([]gains{drawn}, len(drawn.live))
		live.among(one.live)
		frozen.among(one.frozen)
	}
	return DomainGain{d, live, frozen}
}

// among sets the limits from draws, whose order it changes; without any there are none.
func (e *Estimate) among(draws []float64) {
	if len(draws) > 0 {
		e.between(limits(draws))
	}
}

// mean averages the domains inside every draw.
func (s *Study) mean(domains []gains, draws int) gains {
	g := gains{make([]float64, draws), make([]float64, draws)}
	for _, d := range domains {
		floats.AddScaled(g.live, 1/float64(len(domains)), d.live)
		floats.AddScaled(g.frozen, 1/float64(len(domains)), d.frozen)
	}
	if s.metric == ByGeometric {
		for k := range g.live {
			g.live[k], g.frozen[k] = s.metric.shown(g.live[k]), s.metric.shown(g.frozen[k])
		}
	}
	return g
}

// onTop is the share of draws in which each has the highest value, those that
// are equal sharing the draw. Entries without draws have none.
func onTop(draws [][]float64) []results.Number {
	shares := make([]results.Number, len(draws))
	n := 0
	for _, d := range draws {
		n = max(n, len(d))
	}
	for k := range n {
		var top []int
		for i, d := range draws {
			switch {
			case d == nil || len(top) > 0 && d[k] < draws[top[0]][k]:
			case len(top) > 0 && d[k] == draws[top[0]][k]:
				top = append(top, i)
			default:
				top = append(top[:0], i)
			}
		}
		for _, i := range top {
			shares[i].Value += 1 / float64(len(top))
		}
	}
	for i, d := range draws {
		shares[i] = results.Num(shares[i].Value/float64(n), d != nil)
	}
	return shares
}
