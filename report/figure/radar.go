package figure

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/autodatabench/autodatabench/results"
)

// Radar is the paper's figure 4: measures of data quality, one axis each, the
// better end outside.
type Radar struct {
	Head
	Measures []Measure `json:"measures"` // three or more
	Sets     []Set     `json:"sets"`
}

// Measure is an axis. Without bounds it reaches from the lowest to the highest
// value of the sets.
type Measure struct {
	Name   string         `json:"name"`
	Better string         `json:"better,omitempty"` // higher (default) or lower
	Low    results.Number `json:"low,omitzero"`
	High   results.Number `json:"high,omitzero"`
}

// Set is the values of one data set, one a measure; a missing one is null.
type Set struct {
	Name      string           `json:"name"`
	Simulated bool             `json:"simulated,omitempty"`
	Values    []results.Number `json:"values"`
}

// beyond is the distance of an axis' name from its end.
const beyond = vg.Length(9)

// overlaid is how many sets are drawn over each other; more get a panel each.
const overlaid = 6

func (r Radar) describe() (lines []string) {
	for i, s := range r.Sets {
		line := s.shown(i).Text
		for m, v := range s.Values {
			line += fmt.Sprintf("; %s: %s", r.Measures[m].Name, spoken(v))
		}
		lines = append(lines, line+".")
	}
	return lines
}

func (r Radar) sheet(t *typesetter) *sheet {
	page := &sheet{head: r.Head, columns: 1}
	page.head.Notes = append(slices.Clone(r.Notes), r.scalesNote())
	bounds := r.bounds()
	if len(r.Sets) <= overlaid {
		page.panels = []panel{{height: 380, draw: func(c draw.Canvas) { r.web(t, c, bounds, 0, r.Sets) }}}
		for i, s := range r.Sets {
			page.legend = append(page.legend, seriesOf(i).entry(t.name(s.shown(i))))
		}
		return page
	}
	page.columns = 4
	for i, s := range r.Sets {
		page.panels = append(page.panels, panel{title: t.name(s.shown(i)), height: 140, draw: func(c draw.Canvas) { r.web(t, c, bounds, i, []Set{s}) }})
	}
	return page
}

// shown is the name of the i-th set.
func (s Set) shown(i int) Name {
	mark := ""
	if s.Simulated {
		mark = " (simulated)"
	}
	return Name{Text: s.Name + mark, ID: fmt.Sprintf("set %d%s", i+1, mark)}
}

// bounds are the values at the centre and at the edge.
func (r Radar) bounds() [][2]float64 {
	bounds := make([][2]float64, len(r.Measures))
	for m, measure := range r.Measures {
		var values []results.Number
		for _, s := range r.Sets {
			values = append(values, s.Values[m])
		}
		low, high := span(0, nil, values...)
		if measure.Low.Known {
			low = measure.Low.Value
		}
		if measure.High.Known {
			high = measure.High.Value
		}
		if bounds[m] = [2]float64{low, high}; measure.Better == "lower" {
			bounds[m] = [2]float64{high, low}
		}
	}
	return bounds
}

func (r Radar) scalesNote() string {
	note := "Axes, from the centre to the edge:"
	for m, b := range r.bounds() {
		note += fmt.Sprintf(" %d %s %.4g to %.4g;", m+1, r.Measures[m].Name, b[0], b[1])
	}
	return note[:len(note)-1] + ". The better end is outside. A gap: the value is missing."
}

// web draws the axes and the sets; first is the series of the first set.
func (r Radar) web(t *typesetter, c draw.Canvas, bounds [][2]float64, first int, sets []Set) {
	sty := style(sizeSmall)
	single := len(r.Sets) > overlaid
	centre := c.Center()
	radius := (c.Max.Y-c.Min.Y)/2 - 24
	spoke := func(m int, share float64) vg.Point {
		angle := math.Pi/2 - 2*math.Pi*float64(m)/float64(len(r.Measures))
		return vg.Point{X: centre.X + radius*vg.Length(share*math.Cos(angle)), Y: centre.Y + radius*vg.Length(share*math.Sin(angle))}
	}
	for _, share := range []float64{0.25, 0.5, 0.75, 1} {
		var ring []vg.Point
		for m := range len(r.Measures) + 1 {
			ring = append(ring, spoke(m%len(r.Measures), share))
		}
		c.StrokeLines(thin(pale), ring)
	}
	for m, measure := range r.Measures {
		end := spoke(m, 1)
		c.StrokeLines(thin(middle), []vg.Point{centre, end})
		name := itoa(m + 1)
		if !single {
			name += " " + measure.Name
		}
		placeBeside(t, c, sty, centre, spoke(m, 1+float64(beyond/radius)), name)
	}
	for i, s := range sets {
		s.polygon(c, seriesOf(first+i), bounds, spoke)
	}
}

// placeBeside writes the text outward of the point as seen from the centre.
func placeBeside(t *typesetter, c draw.Canvas, sty draw.TextStyle, centre, at vg.Point, text string) {
	x, room := -0.5, c.Max.X-c.Min.X
	switch {
	case at.X > centre.X+2:
		x, room = 0, c.Max.X-at.X
	case at.X < centre.X-2:
		x, room = -1, at.X-c.Min.X
	}
	text = t.cut(sty, t.plain(text), room)
	at.X += vg.Length(x) * t.width(sty, text)
	y := draw.YCenter
	if at.Y > centre.Y+2 && x == -0.5 {
		y = draw.YBottom
	} else if x == -0.5 {
		y = draw.YTop
	}
	c.FillText(aligned(sty, draw.XLeft, y), at, text)
}

// polygon joins the values that follow each other.
func (s Set) polygon(c draw.Canvas, look series, bounds [][2]float64, spoke func(int, float64) vg.Point) {
	n := len(s.Values)
	at := make([]vg.Point, n)
	for m, v := range s.Values {
		share := (v.Value - bounds[m][0]) / (bounds[m][1] - bounds[m][0])
		at[m] = spoke(m, math.Min(1, math.Max(0, share)))
	}
	for m, v := range s.Values {
		if !v.Known {
			continue
		}
		if next := (m + 1) % n; s.Values[next].Known {
			c.StrokeLines(look.line, []vg.Point{at[m], at[next]})
		}
		c.DrawGlyphNoClip(look.glyph, at[m])
	}
}
