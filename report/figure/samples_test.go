package figure_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/report/figure"
	"github.com/autodatabench/autodatabench/results"
)

func num(v float64) results.Number { return results.Num(v, true) }

func name(text string) figure.Name { return figure.Name{Text: text, ID: "an-id"} }

var head = figure.Head{
	Title: "Average gain with 95 % intervals", Subtitle: "Suite mini, protocol mini - simulated, embedded student. A made-up example that is long enough to be wrapped over more than one line of the page, as subtitles may be.",
	Notes: []string{"Interval: Bayesian bootstrap over items, moderated t over runs."},
}

// hostile names must come out as the text they are.
var hostile = []string{
	"adaptive, iterative", "a|b <script>alert(1)</script> & \"c\"", "数据工程师, iterative", "pipeline\n\x1b[31m, one-shot",
	strings.Repeat("a name without an end ", 8), "direct, one-shot",
}

func forest(rows int) figure.Forest {
	f := figure.Forest{Head: head, Unit: "average gain, % of the base accuracy"}
	for i := range rows {
		v := 180 - 260*float64(i)/float64(max(1, rows))
		r := figure.ForestRow{Name: name(fmt.Sprintf("%d  %s", i+1, hostile[i%len(hostile)])), Value: num(v), Low: num(v - 20), High: num(v + 35), Ranked: i%5 != 3}
		switch {
		case i%7 == 5:
			r.Low, r.High = results.Number{}, results.Number{}
		case i%7 == 6:
			r.Value, r.Low, r.High = results.Number{}, results.Number{}, results.Number{}
		}
		f.Rows = append(f.Rows, r)
	}
	return f
}

func costs(points int) figure.Cost {
	c := figure.Cost{Head: head, XUnit: "teacher calls per run, mean", YUnit: "average gain, %", Kinds: []string{"one-shot, scratch", "iterative, scratch"}}
	c.Title = "Gain against cost"
	for i := range points {
		c.Points = append(c.Points, figure.CostPoint{
			Name: name(hostile[i%len(hostile)]), Kind: i % 2, Cost: results.Num(500+900*float64(i*7%11)+13*float64(i), i%9 != 8), Gain: num(150 - 220*float64(i*5%9)/9),
		})
	}
	return c
}

func bars(agents int) figure.Errors {
	e := figure.Errors{Head: head}
	e.Title = "Failed attempts by agent and domain"
	for k, d := range results.Domains() {
		panel := figure.ErrorDomain{Domain: d}
		for i := range agents {
			b := figure.ErrorBar{Name: name(hostile[i%len(hostile)]), Attempts: 18, Failures: map[results.Failure]int{}}
			for j, f := range results.Failures() {
				b.Failures[f] = (i + j + k) % 4
			}
			switch {
			case i%5 == 3:
				b.Failures = nil
			case i%5 == 4:
				b.Attempts, b.Failures = 18, map[results.Failure]int{results.InsufficientSamples: 18}
			}
			panel.Bars = append(panel.Bars, b)
		}
		e.Domains = append(e.Domains, panel)
	}
	return e
}

func rounds(agents, last int) figure.Rounds {
	r := figure.Rounds{Head: head, Domains: results.Domains()}
	r.Title = "Accuracy by submission round"
	for i := range agents {
		row := figure.RoundsRow{Name: name(hostile[i%len(hostile)])}
		for k := range r.Domains {
			p := figure.RoundsPanel{Runs: 3, Base: num(17)}
			best, final := 0.0, 0.0
			for n := 1; n <= last && (i+k)%4 != 3; n++ {
				public := 30 + float64((n*7+i*3+k)%13) + 1.2*float64(n)
				private := public - 4 + float64(n%3)
				if public > best {
					best, final = public, private
				}
				p.Rounds = append(p.Rounds, figure.Round{N: n, Public: num(public), Private: results.Num(private, n != 2), Final: num(final), Runs: 3})
			}
			row.Panels = append(row.Panels, p)
		}
		r.Rows = append(r.Rows, row)
	}
	return r
}

func budget(agents int) figure.Budget {
	b := figure.Budget{Head: head, RunTime: 36_000, TeacherCalls: 50_000}
	b.Title = "Budget used over time"
	for i := range agents {
		b.Names = append(b.Names, name(hostile[i%len(hostile)]))
	}
	for k, d := range results.Domains() {
		panel := figure.BudgetDomain{Domain: d}
		for i := range agents {
			l := figure.BudgetLine{Series: i, Run: 1}
			for n := range 7 - i%3 {
				l.Points = append(l.Points, figure.BudgetPoint{Time: float64(n*(4+i)) + float64(k), Calls: float64(n * (3 + (i+k)%5))})
			}
			panel.Lines = append(panel.Lines, l)
		}
		b.Domains = append(b.Domains, panel)
	}
	return b
}

func radar(sets int) figure.Radar {
	r := figure.Radar{Head: head}
	r.Title = "Quality of the training sets"
	for i, m := range []string{"instruction difficulty", "instruction diversity", "response quality, judge", "response quality, reward model", "response diversity", "response perplexity"} {
		measure := figure.Measure{Name: m}
		if i == 5 {
			measure.Better = "lower"
		}
		r.Measures = append(r.Measures, measure)
	}
	for i := range sets {
		s := figure.Set{Name: hostile[i%len(hostile)], Simulated: i%2 == 0}
		for m := range r.Measures {
			s.Values = append(s.Values, results.Num(float64((i*3+m*2)%7)+0.5, i != 1 || m != 3))
		}
		r.Sets = append(r.Sets, s)
	}
	return r
}

// figures are every figure with much, with little and with nothing to show.
func figures() map[string]figure.Figure {
	return map[string]figure.Figure{
		"forest": forest(9), "forest-one": forest(1), "forest-empty": forest(0), "forest-60": forest(60),
		"cost": costs(8), "cost-one": costs(1), "cost-empty": costs(0), "cost-60": costs(60),
		"errors": bars(6), "errors-one": bars(1), "errors-empty": figure.Errors{Head: head}, "errors-60": bars(60),
		"rounds": rounds(3, 8), "rounds-one": rounds(1, 1), "rounds-empty": figure.Rounds{Head: head, Domains: results.Domains()}, "rounds-30": rounds(12, 30),
		"budget": budget(4), "budget-one": budget(1), "budget-empty": figure.Budget{Head: head}, "budget-12": budget(12),
		"radar": radar(4), "radar-one": radar(1), "radar-60": radar(60),
	}
}

func drawn(t *testing.T, f figure.Format, fig figure.Figure) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := figure.Write(&b, f, fig); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
