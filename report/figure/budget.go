package figure

import (
	"fmt"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// Budget is how trials use up their budgets: teacher calls against run time.
type Budget struct {
	Head
	RunTime      float64        `json:"run_time_s"`    // of every trial's budget; 0 where they differ
	TeacherCalls int            `json:"teacher_calls"` // likewise
	Domains      []BudgetDomain `json:"domains"`
	Names        []Name         `json:"names"` // of the lines' series
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

func (b Budget) describe() (lines []string) {
	for _, d := range b.Domains {
		for _, l := range d.Lines {
			if n := len(l.Points); n > 0 {
				end := l.Points[n-1]
				lines = append(lines, fmt.Sprintf("%s, %s, run %d: %.1f %% of the run time, %.1f %% of the teacher calls.", d.Domain, b.Names[l.Series].Text, l.Run, end.Time, end.Calls))
			}
		}
	}
	return lines
}

func (b Budget) sheet(t *typesetter) *sheet {
	page := &sheet{head: b.Head, columns: min(3, max(1, len(b.Domains)))}
	var x, y axis
	for _, d := range b.Domains {
		for _, l := range d.Lines {
			for _, p := range l.Points {
				x.high, y.high = max(x.high, p.Time), max(y.high, p.Calls)
			}
		}
	}
	x, y = b.timeAxis(x.high), b.callsAxis(y.high)
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

// timeAxis is that of the share of run time up to high, in %. It is marked in units of
// time, and says how much of the budget it shows: trials that use a hundredth of their
// budget would else seem to use it up.
func (b Budget) timeAxis(high float64) axis {
	if b.RunTime <= 0 {
		return scaled("run time", high, 0)
	}
	unit, name := 1.0, "seconds"
	switch seconds := high / 100 * b.RunTime; {
	case seconds > 2*3600:
		unit, name = 3600, "hours"
	case seconds > 2*60:
		unit, name = 60, "minutes"
	}
	return scaled("run time, "+name, high, b.RunTime/unit)
}

func (b Budget) callsAxis(high float64) axis {
	return scaled("teacher calls", high, float64(b.TeacherCalls))
}

// scaled is an axis of shares in % up to high that is marked in absolute numbers of the
// budget; in % where the budget is 0, which stands for trials of different ones.
func scaled(label string, high, budget float64) axis {
	a := axis{lined: budget > 0}
	_, a.high = span(0.04, []float64{0, high})
	if budget <= 0 {
		a.label = label + ": % of the budget"
		return a
	}
	for _, tick := range tickMarks(0, a.high/100*budget) {
		a.ticks = append(a.ticks, plot.Tick{Value: tick.Value / budget * 100, Label: grouped(tick.Label)})
	}
	a.label = fmt.Sprintf("%s (budget %s; shown: %s %%)", label, brief(budget), brief(a.high))
	return a
}

// grouped is a whole number with its thousands apart.
func grouped(label string) string {
	n, err := strconv.Atoi(label)
	if err != nil {
		return label
	}
	return table.Count(n)
}

// brief is a number of two digits, or a whole one.
func brief(v float64) string {
	if v >= 10 {
		return table.Count(int(v + 0.5))
	}
	return strconv.FormatFloat(v, 'g', 2, 64)
}

func (d BudgetDomain) lines(s scales) {
	if limit := s.x(100); limit < s.Max.X {
		s.StrokeLine2(baseLine.line, limit, s.Min.Y, limit, s.Max.Y)
	}
	if limit := s.y(100); limit < s.Max.Y {
		s.StrokeLine2(baseLine.line, s.Min.X, limit, s.Max.X, limit)
	}
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
