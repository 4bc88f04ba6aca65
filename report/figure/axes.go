package figure

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/autodatabench/autodatabench/results"
)

// scales turns numbers into places.
type scales struct {
	draw.Canvas
	x, y func(float64) vg.Length
}

func (s scales) at(x, y float64) vg.Point { return vg.Point{X: s.x(x), Y: s.y(y)} }

// drawing is what a panel shows within its axes.
type drawing func(scales)

// Plot implements plot.Plotter.
func (d drawing) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	d(scales{c, x, y})
}

// axis is a scale with its name.
type axis struct {
	label     string
	low, high float64
	ticks     []plot.Tick // the scale's own if nil
	lined     bool        // grid lines at the given ticks, too
}

// axes makes a plot of two axes with grid lines; what is drawn comes on top.
func (t *typesetter) axes(x, y axis, d drawing) func(draw.Canvas) {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []struct {
		to   *plot.Axis
		from axis
	}{{&p.X, x}, {&p.Y, y}} {
		a.to.Label.Text = t.plain(a.from.label)
		a.to.Label.TextStyle.Font = style(sizeSmall).Font
		a.to.Tick.Label.Font = style(sizeSmall).Font
		a.to.LineStyle, a.to.Tick.LineStyle = thin(black), thin(black)
		a.to.Min, a.to.Max, a.to.Padding = a.from.low, a.from.high, 3
		a.to.Tick.Length = 4
		ticks := a.from.ticks
		if ticks == nil {
			ticks = tickMarks(a.from.low, a.from.high)
		}
		a.to.Tick.Marker = plot.ConstantTicks(ticks)
	}
	p.Add(drawing(func(s scales) {
		for _, tick := range x.lines() {
			s.StrokeLine2(thin(pale), s.x(tick.Value), s.Min.Y, s.x(tick.Value), s.Max.Y)
		}
		for _, tick := range y.lines() {
			s.StrokeLine2(thin(pale), s.Min.X, s.y(tick.Value), s.Max.X, s.y(tick.Value))
		}
	}), d)
	return p.Draw
}

// lines are where grid lines cross the axis.
func (a axis) lines() []plot.Tick {
	switch {
	case a.ticks == nil:
		return tickMarks(a.low, a.high)
	case a.lined:
		return a.ticks
	}
	return nil
}

// tickMarks are at most eight round numbers within the range.
func tickMarks(low, high float64) []plot.Tick {
	step := roundStep((high - low) / 7)
	var ticks []plot.Tick
	for k := math.Ceil(low/step - 1e-9); k*step <= high+step*1e-9; k++ {
		ticks = append(ticks, plot.Tick{Value: k * step, Label: strconv.FormatFloat(k*step+0, 'f', max(0, -int(math.Floor(math.Log10(step)))), 64)})
	}
	return ticks
}

// roundStep is the next 1, 2 or 5 times a power of ten.
func roundStep(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, f := range []float64{1, 2, 5} {
		if x <= f*power*(1+1e-9) {
			return f * power
		}
	}
	return 10 * power
}

// span is the range of the known numbers, with a margin of a share of it, and
// holding the given ones. Without any it is 0 to 1.
func span(share float64, holding []float64, numbers ...results.Number) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, n := range numbers {
		if n.Known && !math.IsInf(n.Value, 0) && !math.IsNaN(n.Value) {
			holding = append(holding, n.Value)
		}
	}
	for _, v := range holding {
		low, high = math.Min(low, v), math.Max(high, v)
	}
	switch {
	case low > high:
		return 0, 1
	case low == high:
		room := math.Max(1, math.Abs(low)/10)
		return low - room, high + room
	}
	room := share * (high - low)
	return low - room, high + room
}

// rows are the ticks of a list from the top down: row i lies at -i.
func (t *typesetter) rows(names []string, width vg.Length) axis {
	a := axis{low: -float64(len(names)) + 0.5, high: 0.5, ticks: []plot.Tick{}}
	if len(names) == 0 {
		a.low = -0.5
	}
	for i, n := range names {
		a.ticks = append(a.ticks, plot.Tick{Value: -float64(i), Label: t.cut(style(sizeSmall), n, width)})
	}
	return a
}

// empty says in the middle of a panel that there is nothing to show.
func (t *typesetter) empty(what string) drawing {
	return func(s scales) {
		s.FillText(aligned(style(sizeText), draw.XCenter, draw.YCenter), vg.Point{X: (s.Min.X + s.Max.X) / 2, Y: (s.Min.Y + s.Max.Y) / 2}, t.plain(what))
	}
}
