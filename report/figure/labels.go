package figure

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
)

// label is a point's name where it is put; without room for it the text is empty.
type label struct {
	text string
	box  vg.Rectangle
	mark vg.Point // whose name it is
	far  bool     // a line leads from the mark to the name
}

const (
	markRadius = vg.Length(4)   // that a name keeps free around a mark
	nameOff    = vg.Length(6)   // between a mark and its name
	farthest   = vg.Length(260) // that a name may be from its mark
)

// labels puts the names beside their points, those of the front first, so that none
// covers another, a mark or the front. Where there is no room beside a point its name
// stands farther off, and a line leads to it.
func (c Cost) labels(t *typesetter, s scales) []label {
	named := c.Front()
	taken := c.frontBoxes(s)
	for _, p := range c.Points {
		if !p.Cost.Known || !p.Gain.Known {
			continue
		}
		at := s.at(p.Cost.Value, p.Gain.Value)
		taken = append(taken, around(at, markRadius))
		if !slices.Contains(named, p) {
			named = append(named, p)
		}
	}
	sty := style(sizeSmall)
	var labels []label
	for _, p := range named {
		text := t.cut(sty, t.name(p.Name), 190)
		l := label{mark: s.at(p.Cost.Value, p.Gain.Value)}
		width, height := t.width(sty, text), sty.Font.Size
		for i, corner := range places(l.mark, width, height) {
			box := vg.Rectangle{Min: corner, Max: vg.Point{X: corner.X + width, Y: corner.Y + height}}
			if within(box, s.Rectangle) && !slices.ContainsFunc(taken, func(r vg.Rectangle) bool { return overlap(r, box) }) {
				l.text, l.box, l.far = text, box, i >= beside
				taken = append(taken, box)
				break
			}
		}
		labels = append(labels, l)
	}
	return labels
}

// frontBoxes are what the line of the front covers.
func (c Cost) frontBoxes(s scales) (taken []vg.Rectangle) {
	line := c.frontSteps(s)
	for i := range len(line) - 1 {
		taken = append(taken, vg.Rectangle{
			Min: vg.Point{X: min(line[i].X, line[i+1].X) - 1, Y: min(line[i].Y, line[i+1].Y) - 1},
			Max: vg.Point{X: max(line[i].X, line[i+1].X) + 1, Y: max(line[i].Y, line[i+1].Y) + 1},
		})
	}
	return taken
}

// beside is how many of the places for a name need no line to its mark.
const beside = 6

// places are where the lower left corner of a name may be, the best first.
func places(at vg.Point, width, height vg.Length) []vg.Point {
	list := []vg.Point{
		{X: at.X + nameOff, Y: at.Y - height/3}, {X: at.X - nameOff - width, Y: at.Y - height/3},
		{X: at.X - width/2, Y: at.Y + nameOff}, {X: at.X - width/2, Y: at.Y - nameOff - height},
		{X: at.X + nameOff/2, Y: at.Y + nameOff}, {X: at.X - nameOff/2 - width, Y: at.Y - nameOff - height},
	}
	for far := vg.Length(16); far <= farthest; far += 8 {
		for k := range 16 {
			angle := 2 * math.Pi * float64(k) / 16
			x, y := at.X+far*vg.Length(math.Cos(angle)), at.Y+far*vg.Length(math.Sin(angle))
			if math.Cos(angle) < -1e-9 {
				x -= width
			}
			list = append(list, vg.Point{X: x, Y: y - height/2})
		}
	}
	return list
}

func around(at vg.Point, radius vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: at.X - radius, Y: at.Y - radius}, Max: vg.Point{X: at.X + radius, Y: at.Y + radius}}
}

func within(box, in vg.Rectangle) bool {
	return box.Min.X >= in.Min.X && box.Max.X <= in.Max.X && box.Min.Y >= in.Min.Y && box.Max.Y <= in.Max.Y
}
