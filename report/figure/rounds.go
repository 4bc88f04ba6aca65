package figure

import (
	"cmp"
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/autodatabench/autodatabench/results"
)

// Rounds is the paper's figure 3: the student's accuracy after each valid
// submission, a panel for each row and domain.
type Rounds struct {
	Head
	Domains []results.Domain `json:"domains"` // columns
	Rows    []RoundsRow      `json:"rows"`
	XLabel  string           `json:"x_label,omitempty"` // what a point is; by default a valid submission
}

// RoundsRow is a line of panels.
type RoundsRow struct {
	Name   Name          `json:"name"`
	Panels []RoundsPanel `json:"panels"` // of the domains, in their order
}

// RoundsPanel is one row in one domain.
type RoundsPanel struct {
	Runs   int            `json:"runs"`
	Base   results.Number `json:"base"` // private, %, of the untrained student
	Rounds []Round        `json:"rounds"`
}

// Round is the accuracies in % after the n-th valid submission.
type Round struct {
	N       int            `json:"n"` // from 1
	Public  results.Number `json:"public"`
	Private results.Number `json:"private"`
	Final   results.Number `json:"final"` // private, of the best public one so far
	Runs    int            `json:"runs"`  // that have the round
}

// roundLines are the three curves, in the order of [Round.figures].
var (
	roundNames = []string{"public set", "private set", "final: private, of the best public so far", "base student, private"}
	roundLines = []series{
		{draw.LineStyle{Color: palette[5], Width: 1.2, Dashes: []vg.Length{4, 2}}, draw.GlyphStyle{Color: palette[5], Radius: 2.6, Shape: draw.RingGlyph{}}},
		{draw.LineStyle{Color: palette[2], Width: 1.2, Dashes: []vg.Length{1.5, 1.5}}, draw.GlyphStyle{Color: palette[2], Radius: 2.6, Shape: draw.PyramidGlyph{}}},
		{draw.LineStyle{Color: blue, Width: 2}, draw.GlyphStyle{Color: blue, Radius: 2.6, Shape: draw.BoxGlyph{}}},
	}
	baseLine = series{line: draw.LineStyle{Color: middle, Width: 1, Dashes: []vg.Length{7, 3}}}
)

func (r Round) figures() []results.Number { return []results.Number{r.Public, r.Private, r.Final} }

func (r Rounds) describe() (lines []string) {
	for _, row := range r.Rows {
		for i, p := range row.Panels {
			line := fmt.Sprintf("%s, %s: base %s", row.Name.Text, r.Domains[i], spoken(p.Base))
			for _, round := range p.Rounds {
				line += fmt.Sprintf("; %s %d: public %s, private %s, final %s", cmp.Or(r.XLabel, "submission"), round.N, spoken(round.Public), spoken(round.Private), spoken(round.Final))
			}
			lines = append(lines, line+".")
		}
	}
	return lines
}

func (r Rounds) sheet(t *typesetter) *sheet {
	page := &sheet{head: r.Head, columns: max(1, len(r.Domains))}
	var numbers []results.Number
	last := 1
	for _, row := range r.Rows {
		for _, p := range row.Panels {
			numbers = append(numbers, p.Base)
			for _, round := range p.Rounds {
				numbers, last = append(numbers, round.figures()...), max(last, round.N)
			}
		}
	}
	low, high := span(0.05, nil, numbers...)
	y := axis{label: "accuracy, %", low: max(0, low), high: high}
	x := axis{label: cmp.Or(r.XLabel, "valid submission"), low: 0.7, high: float64(last) + 0.3, ticks: countTicks(last)}
	for _, row := range r.Rows {
		for i, p := range row.Panels {
			page.panels = append(page.panels, panel{title: t.name(row.Name) + ", " + string(r.Domains[i]), height: 150, draw: t.axes(x, y, p.curves(t, r.XLabel == ""))})
		}
	}
	if len(r.Rows) == 0 {
		page.columns, page.panels = 1, []panel{{height: 150, draw: t.axes(x, y, t.empty("no trial with a scored submission"))}}
		return page
	}
	shown := r.shown()
	for i, look := range append(slices.Clone(roundLines), baseLine) {
		if shown[i] {
			page.legend = append(page.legend, look.entry(roundNames[i]))
		}
	}
	return page
}

// shown says which of [roundNames] any panel has.
func (r Rounds) shown() (shown [4]bool) {
	for _, row := range r.Rows {
		for _, p := range row.Panels {
			shown[3] = shown[3] || p.Base.Known
			for _, round := range p.Rounds {
				for k, n := range round.figures() {
					shown[k] = shown[k] || n.Known
				}
			}
		}
	}
	return shown
}

// curves draws the panel; points that are not rounds of one course are not joined.
func (p RoundsPanel) curves(t *typesetter, joined bool) drawing {
	return func(s scales) {
		if p.Base.Known {
			s.StrokeLine2(baseLine.line, s.Min.X, s.y(p.Base.Value), s.Max.X, s.y(p.Base.Value))
		}
		if len(p.Rounds) == 0 {
			at := vg.Point{X: (s.Min.X + s.Max.X) / 2, Y: s.Min.Y + (s.Max.Y-s.Min.Y)/4}
			if p.Base.Known && s.y(p.Base.Value) < (s.Min.Y+s.Max.Y)/2 {
				at.Y = s.Max.Y - (s.Max.Y-s.Min.Y)/4 // away from the line of the base
			}
			s.FillText(aligned(style(sizeText), draw.XCenter, draw.YCenter), at, t.plain("no valid submission"))
		}
		for k, look := range roundLines {
			var line []vg.Point
			for _, round := range p.Rounds {
				if n := round.figures()[k]; n.Known {
					line = append(line, s.at(float64(round.N), n.Value))
				}
			}
			if joined {
				s.StrokeLines(look.line, line)
			}
			for _, at := range line {
				s.DrawGlyphNoClip(look.glyph, at)
			}
		}
	}
}

// countTicks are marks at whole numbers from 1, at most ten.
func countTicks(last int) []plot.Tick {
	step := max(1, (last+8)/10)
	ticks := []plot.Tick{}
	for n := 1; n <= last; n += step {
		ticks = append(ticks, plot.Tick{Value: float64(n), Label: itoa(n)})
	}
	return ticks
}
