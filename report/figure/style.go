package figure

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The colours are those of Okabe and Ito (2008), which people with any form of
// colour blindness tell apart.
var (
	white  = color.Gray{Y: 255}
	black  = color.Gray{Y: 0}
	pale   = color.Gray{Y: 225} // grid lines
	middle = color.Gray{Y: 110}
	blue   = color.RGBA{R: 0, G: 114, B: 178, A: 255}

	palette = []color.Color{
		blue,
		color.RGBA{R: 213, G: 94, B: 0, A: 255},
		color.RGBA{R: 0, G: 158, B: 115, A: 255},
		color.RGBA{R: 204, G: 121, B: 167, A: 255},
		color.RGBA{R: 86, G: 180, B: 233, A: 255},
		color.RGBA{R: 230, G: 159, B: 0, A: 255},
		black,
	}
	dashes = [][]vg.Length{nil, {5, 2}, {1.5, 1.5}, {7, 2, 1.5, 2}, {2.5, 3}}
	glyphs = []draw.GlyphDrawer{
		draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.CrossGlyph{}, draw.PlusGlyph{},
	}
)

// series is how a line and its marks look. The number of colours, dashes and
// marks have no common factor, so that the first 280 differ.
type series struct {
	line  draw.LineStyle
	glyph draw.GlyphStyle
}

func seriesOf(i int) series {
	c := palette[i%len(palette)]
	return series{
		line:  draw.LineStyle{Color: c, Width: 1.3, Dashes: dashes[i%len(dashes)]},
		glyph: draw.GlyphStyle{Color: c, Radius: 2.8, Shape: glyphs[i%len(glyphs)]},
	}
}

func thin(c color.Color) draw.LineStyle { return draw.LineStyle{Color: c, Width: 0.6} }

// fill is how an area looks: a colour, with lines in the given directions.
type fill struct {
	color color.Color
	hatch []vg.Point
}

var (
	across = vg.Point{X: 1, Y: 0}
	upward = vg.Point{X: 0, Y: 1}
	rising = vg.Point{X: 1, Y: 1}
	fallen = vg.Point{X: 1, Y: -1}

	fills = []fill{
		{palette[4], []vg.Point{rising}}, {palette[5], []vg.Point{fallen}}, {palette[2], []vg.Point{across}},
		{palette[3], []vg.Point{rising, fallen}}, {palette[1], []vg.Point{upward}}, {pale, nil},
	}
)

// hatchGap is the distance of two lines of a hatching.
const hatchGap = 4.5

// area fills the rectangle and draws its edge.
func (f fill) area(c draw.Canvas, r vg.Rectangle) {
	if r.Max.X-r.Min.X <= 0 {
		return
	}
	c.FillPolygon(f.color, corners(r))
	inside := draw.Canvas{Canvas: c.Canvas, Rectangle: r}
	for _, direction := range f.hatch {
		inside.StrokeLines(thin(black), inside.ClipLinesXY(hatching(r, direction)...)...)
	}
	edge := corners(r)
	c.StrokeLines(thin(black), append(edge, edge[0]))
}

// hatching is lines in the direction that reach over all of the rectangle. They
// lie on one grid for the whole page, so that neighbours join.
func hatching(r vg.Rectangle, direction vg.Point) [][]vg.Point {
	var lines [][]vg.Point
	low, high := r.Min, r.Max
	switch direction {
	case across:
		for y := ceil(low.Y); y < high.Y; y += hatchGap {
			lines = append(lines, []vg.Point{{X: low.X, Y: y}, {X: high.X, Y: y}})
		}
	case upward:
		for x := ceil(low.X); x < high.X; x += hatchGap {
			lines = append(lines, []vg.Point{{X: x, Y: low.Y}, {X: x, Y: high.Y}})
		}
	default:
		rise, height := direction.Y, high.Y-low.Y // x - rise*y is the same along a line
		begin, end := low.X-max(rise*low.Y, rise*high.Y), high.X-min(rise*low.Y, rise*high.Y)
		for at := ceil(begin); at < end; at += hatchGap * 1.4 {
			lines = append(lines, []vg.Point{{X: at + rise*low.Y, Y: low.Y}, {X: at + rise*(low.Y+height), Y: high.Y}})
		}
	}
	return lines
}

// ceil is the next point of the hatchings' grid.
func ceil(x vg.Length) vg.Length {
	k := int(x / hatchGap)
	for vg.Length(k)*hatchGap < x {
		k++
	}
	return vg.Length(k) * hatchGap
}

func corners(r vg.Rectangle) []vg.Point {
	return []vg.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}}
}
