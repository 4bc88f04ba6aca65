package figure

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"

	"github.com/autodatabench/autodatabench/results"
)

// Cost is gain against what it cost, with the Pareto front: the rows that no
// other beats at the same or a lower cost.
type Cost struct {
	Head
	XUnit  string      `json:"x_unit"` // of cost
	YUnit  string      `json:"y_unit"` // of gain
	Kinds  []string    `json:"kinds"`  // of points, each with a mark of its own
	Points []CostPoint `json:"points"`
}

// CostPoint is one row; without cost or gain it is not drawn.
type CostPoint struct {
	Name Name           `json:"name"`
	Kind int            `json:"kind"` // index into Kinds
	Cost results.Number `json:"cost"`
	Gain results.Number `json:"gain"`
}

// Front lists the points of the Pareto front, cheapest first.
func (c Cost) Front() []CostPoint {
	known := slices.DeleteFunc(slices.Clone(c.Points), func(p CostPoint) bool { return !p.Cost.Known || !p.Gain.Known })
	slices.SortStableFunc(known, func(a, b CostPoint) int {
		return cmp.Or(cmp.Compare(a.Cost.Value, b.Cost.Value), cmp.Compare(b.Gain.Value, a.Gain.Value))
	})
	var front []CostPoint
	for _, p := range known {
		if len(front) == 0 || p.Gain.Value > front[len(front)-1].Gain.Value {
			front = append(front, p)
		}
	}
	return front
}

var frontLine = series{line: draw.LineStyle{Color: middle, Width: 1, Dashes: []vg.Length{4, 2}}}

func (c Cost) describe() []string {
	lines := []string{"Across: " + c.XUnit + ". Up: " + c.YUnit + "."}
	front := c.Front()
	for _, p := range c.Points {
		line := p.Name.Text + ": cost " + spoken(p.Cost) + ", gain " + spoken(p.Gain)
		if slices.Contains(front, p) {
			line += ", on the Pareto front"
		}
		lines = append(lines, line+".")
	}
	return lines
}

func (c Cost) sheet(t *typesetter) *sheet {
	page := &sheet{head: c.Head, columns: 1}
	page.head.Notes = slices.Clone(c.Notes)
	var costs, gains []results.Number
	drawn := 0
	for _, p := range c.Points {
		if p.Cost.Known && p.Gain.Known {
			costs, gains, drawn = append(costs, p.Cost), append(gains, p.Gain), drawn+1
		}
	}
	x, y := axis{label: c.XUnit}, axis{label: c.YUnit}
	x.low, x.high = span(0.06, []float64{0}, costs...)
	x.low = 0
	y.low, y.high = span(0.08, []float64{0}, gains...)
	const height = 360
	d := drawing(func(s scales) { c.points(t, s) })
	if drawn == 0 {
		d = t.empty("no row has both a cost and a gain")
	} else if drawn < len(c.Points) {
		page.head.Notes = append(page.head.Notes, fmt.Sprintf("Not drawn, since cost or gain is missing: %d of %d rows.", len(c.Points)-drawn, len(c.Points)))
	}
	if unnamed := c.unnamed(t, x, y, height, drawn); unnamed > 0 {
		page.head.Notes = append(page.head.Notes, fmt.Sprintf("Without a name, for lack of room: %d of %d points; the leaderboard lists them.", unnamed, drawn))
	}
	page.panels = []panel{{height: height, draw: t.axes(x, y, d)}}
	for i, kind := range c.Kinds {
		look := seriesOf(i)
		page.legend = append(page.legend, series{glyph: look.glyph}.entry(kind))
	}
	if drawn > 0 {
		page.legend = append(page.legend, frontLine.entry("Pareto front"))
	}
	return page
}

// unnamed counts the points whose names find no room, by drawing on nothing.
func (c Cost) unnamed(t *typesetter, x, y axis, height vg.Length, drawn int) (n int) {
	if drawn == 0 {
		return 0
	}
	area := draw.NewCanvas(new(recorder.Canvas), pageWidth-2*margin, height)
	t.axes(x, y, func(s scales) {
		for _, l := range c.labels(t, s) {
			if l.text == "" {
				n++
			}
		}
	})(area)
	return n
}

func (c Cost) points(t *typesetter, s scales) {
	s.StrokeLine2(thin(black), s.Min.X, s.y(0), s.Max.X, s.y(0))
	s.StrokeLines(frontLine.line, c.frontSteps(s))
	for _, p := range c.Points {
		if p.Cost.Known && p.Gain.Known {
			s.DrawGlyphNoClip(seriesOf(p.Kind).glyph, s.at(p.Cost.Value, p.Gain.Value))
		}
	}
	sty := style(sizeSmall)
	labels := c.labels(t, s)
	for _, l := range labels {
		if l.text != "" && l.far {
			s.StrokeLine2(thin(middle), l.mark.X, l.mark.Y, min(max(l.mark.X, l.box.Min.X), l.box.Max.X), min(max(l.mark.Y, l.box.Min.Y), l.box.Max.Y))
		}
	}
	for _, l := range labels {
		s.FillText(sty, l.box.Min, l.text)
	}
}

// frontSteps is the line of the front: what gain is reached at what cost. There
// must be a point to draw.
func (c Cost) frontSteps(s scales) []vg.Point {
	var steps []vg.Point
	for i, p := range c.Front() {
		at := s.at(p.Cost.Value, p.Gain.Value)
		if i > 0 {
			steps = append(steps, vg.Point{X: at.X, Y: steps[len(steps)-1].Y})
		}
		steps = append(steps, at)
	}
	return append(steps, vg.Point{X: s.Max.X, Y: steps[len(steps)-1].Y})
}

func overlap(a, b vg.Rectangle) bool {
	return a.Min.X < b.Max.X && b.Min.X < a.Max.X && a.Min.Y < b.Max.Y && b.Min.Y < a.Max.Y
}

func itoa(n int) string { return strconv.Itoa(n) }
