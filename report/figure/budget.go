package figure

import (
	"gonum.org/v1/plot/vg"

	"github.com/autodatabench/autodatabench/results"
)

// Budget is how trials use up their budgets: teacher calls against run time.
type Budget struct {
	Head
	Domains []BudgetDomain `json:"domains"`
	Names   []Name         `json:"names"` // of the lines' series
}

// BudgetDomain is a panel of lines.
type BudgetDomain struct {
	Domain results.Domain `json:"domain"`
	Lines  []BudgetLine   `json:"lines"`
}

// BudgetLine is one trial.
type BudgetLine struct {
	Series int           `json:"series"` // index into Names
	Run    int           `json:"run"`
	Points []BudgetPoint `json:"points"` // in the order of time
}

// BudgetPoint is what was used at a time, in % of the budgets.
type BudgetPoint struct {
	Time  float64 `json:"time"`
	Calls float64 `json:"calls"`
}

func (b Budget) sheet(t *typesetter) *sheet {
	page := &sheet{head: b.Head, columns: min(3, max(1, len(b.Domains)))}
	x, y := axis{label: "run time, % of the budget"}, axis{label: "teacher calls, % of the budget"}
	for _, d := range b.Domains {
		for _, l := range d.Lines {
			for _, p := range l.Points {
				x.high, y.high = max(x.high, p.Time), max(y.high, p.Calls)
			}
		}
	}
	_, x.high = span(0.04, []float64{0, x.high})
	_, y.high = span(0.04, []float64{0, y.high})
	for _, d := range b.Domains {
		page.panels = append(page.panels, panel{title: string(d.Domain), height: 230, draw: t.axes(x, y, d.lines)})
	}
	if len(b.Domains) == 0 {
		page.panels = []panel{{height: 150, draw: t.axes(axis{high: 1}, axis{high: 1}, t.empty("no trial has begun"))}}
	}
	for i, n := range b.Names {
		page.legend = append(page.legend, seriesOf(i).entry(t.name(n)))
	}
	return page
}

func (d BudgetDomain) lines(s scales) {
	for _, l := range d.Lines {
		look := seriesOf(l.Series)
		line := make([]vg.Point, len(l.Points))
		for i, p := range l.Points {
			line[i] = s.at(p.Time, p.Calls)
		}
		s.StrokeLines(look.line, line)
		if len(line) > 0 {
			s.DrawGlyphNoClip(look.glyph, line[len(line)-1])
		}
	}
}
