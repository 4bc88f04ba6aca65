package report

import (
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/report/figure"
	"github.com/autodatabench/autodatabench/results"
)

// price is a way to count what a row cost in all of its runs.
type price struct {
	unit string
	note string // why it is not a fuller one
	of   func(Row) results.Number
}

// prices are from the fullest, which is the leaderboard's USD, down to the one
// that is always known.
var prices = []price{
	{"cost per run in USD, agent's model and GPUs, mean", "", func(r Row) results.Number { return r.Cost }},
	{"cost per run in USD, agent's model alone, mean", "What the GPUs cost is unknown for some row: USD are of the agent's model alone.",
		func(r Row) results.Number { return r.Usage.AgentCost }},
	{"teacher calls per run, mean", "Money is unknown for some row, or none was spent: cost is counted in teacher calls.",
		func(r Row) results.Number { return results.Num(float64(r.Usage.TeacherCalls), true) }},
}

// price is the first that is known of every agent's row and is not 0 for all.
func (g Group) price() price {
	for _, p := range prices {
		known, spent := true, false
		for _, r := range g.Rows {
			if r.Kind == results.OfAgent {
				n := p.of(r)
				known, spent = known && n.Known, spent || n.Value > 0
			}
		}
		if known && spent {
			return p
		}
	}
	return prices[len(prices)-1]
}

// CostFigure is the rows' average gains against what a run costs: in USD where
// it is priced, else in teacher calls.
func (b Board) CostFigure() (figure.Cost, error) {
	g, err := b.single()
	if err != nil {
		return figure.Cost{}, err
	}
	f := figure.Cost{Head: g.head("Gain against cost"), XUnit: prices[len(prices)-1].unit, YUnit: g.unit(), Kinds: []string{}, Points: []figure.CostPoint{}}
	if g == nil {
		return f, nil
	}
	price := g.price()
	f.XUnit = price.unit
	if price.note != "" {
		f.Notes = append(f.Notes, price.note)
	}
	f.Notes = append(f.Notes, "Pareto front: rows that no other reaches at the same or a lower cost; it takes no account of intervals.")
	for _, r := range g.Rows {
		p := figure.CostPoint{Name: g.label(r), Gain: g.value(r)}
		if r.Kind == results.OfAgent {
			p.Cost = over(price.of(r), float64(r.Runs))
		}
		kind := strings.TrimSpace(string(r.Workflow) + " " + string(r.Setting))
		if kind == "" {
			kind = string(Given)
		}
		if p.Kind = slices.Index(f.Kinds, kind); p.Kind < 0 {
			p.Kind, f.Kinds = len(f.Kinds), append(f.Kinds, kind)
		}
		f.Points = append(f.Points, p)
	}
	return f, nil
}
