package figure

import (
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/autodatabench/autodatabench/results"
)

// Forest is a forest plot: a figure of every row with its interval.
type Forest struct {
	Head
	Unit string      `json:"unit"` // of the figures, as the axis says it
	Rows []ForestRow `json:"rows"` // from the top down
}

// ForestRow is a row of a forest plot.
type ForestRow struct {
	Name   Name           `json:"name"`
	Value  results.Number `json:"value"`
	Low    results.Number `json:"low"` // of the interval; missing without one
	High   results.Number `json:"high"`
	Ranked bool           `json:"ranked"` // drawn filled; the others with an open mark
}

const rowHeight = 15

func (f Forest) describe() []string {
	lines := []string{"Axis: " + f.Unit + "."}
	for _, r := range f.Rows {
		line := r.Name.Text + ": " + spoken(r.Value)
		if r.Low.Known && r.High.Known {
			line += ", interval " + spoken(r.Low) + " to " + spoken(r.High)
		}
		if !r.Ranked {
			line += ", not ranked"
		}
		lines = append(lines, line+".")
	}
	return lines
}

func (f Forest) sheet(t *typesetter) *sheet {
	var numbers []results.Number
	names, missing, open := make([]string, len(f.Rows)), 0, false
	for i, r := range f.Rows {
		numbers = append(numbers, r.Value, r.Low, r.High)
		names[i] = t.name(r.Name)
		open = open || !r.Ranked
		if !r.Value.Known {
			missing++
		}
	}
	low, high := span(0.04, []float64{0}, numbers...)
	d := drawing(func(s scales) {
		s.StrokeLine2(thin(black), s.x(0), s.Min.Y, s.x(0), s.Max.Y)
		for i, r := range f.Rows {
			r.draw(s, -float64(i))
		}
	})
	if missing == len(f.Rows) {
		d = t.empty("no scored trial")
	}
	page := &sheet{head: f.Head, columns: 1, panels: []panel{{
		height: vg.Length(max(3, len(f.Rows)))*rowHeight + 40,
		draw:   t.axes(axis{label: f.Unit, low: low, high: high}, t.rows(names, 250), d),
	}}}
	if open && missing < len(f.Rows) {
		page.legend = []entry{series{glyph: mark(true)}.entry("ranked"), series{glyph: mark(false)}.entry("not ranked")}
	}
	if missing > 0 && missing < len(f.Rows) {
		page.head.Notes = append([]string{"No mark: the figure is missing for " + strconv.Itoa(missing) + " of " + strconv.Itoa(len(f.Rows)) + " rows."}, page.head.Notes...)
	}
	return page
}

func mark(filled bool) draw.GlyphStyle {
	if filled {
		return draw.GlyphStyle{Color: blue, Radius: 3.4, Shape: draw.CircleGlyph{}}
	}
	return draw.GlyphStyle{Color: black, Radius: 3.4, Shape: draw.SquareGlyph{}}
}

func (r ForestRow) draw(s scales, y float64) {
	if r.Low.Known && r.High.Known {
		const serif = 3
		line := draw.LineStyle{Color: black, Width: 1.1}
		at := s.y(y)
		s.StrokeLine2(line, s.x(r.Low.Value), at, s.x(r.High.Value), at)
		for _, limit := range []float64{r.Low.Value, r.High.Value} {
			s.StrokeLine2(line, s.x(limit), at-serif, s.x(limit), at+serif)
		}
	}
	if r.Value.Known {
		s.DrawGlyphNoClip(mark(r.Ranked), s.at(r.Value.Value, y))
	}
}
