package figure

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/autodatabench/autodatabench/report/table"
)

// Measures of the page.
const (
	pageWidth = vg.Length(720)
	margin    = vg.Length(16)
	gap       = vg.Length(12)
	swatch    = vg.Length(26) // the sample in front of a legend's entry
)

// sheet is a page: head, panels in a grid, legend and notes below each other.
type sheet struct {
	head    Head
	columns int
	panels  []panel
	legend  []entry
}

// panel is one plot of the page.
type panel struct {
	title  string
	height vg.Length // without the title
	draw   func(draw.Canvas)
}

// entry is a line of the legend; sample draws into the given rectangle.
type entry struct {
	text   string
	sample func(draw.Canvas)
}

// block is a part of the page with its height.
type block struct {
	height vg.Length
	draw   func(draw.Canvas)
}

func (s *sheet) size(t *typesetter) (width, height vg.Length) {
	height = 2 * margin
	for _, b := range s.blocks(t) {
		height += b.height
	}
	return pageWidth, height
}

func (s *sheet) draw(t *typesetter, c draw.Canvas) {
	top := c.Max.Y - margin
	for _, b := range s.blocks(t) {
		b.draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: margin, Y: top - b.height}, Max: vg.Point{X: pageWidth - margin, Y: top},
		}})
		top -= b.height
	}
}

func (s *sheet) blocks(t *typesetter) []block {
	blocks := []block{
		t.paragraph(bold(style(sizeTitle)), s.head.Title, 2),
		t.paragraph(style(sizeText), s.head.Subtitle, gap),
	}
	blocks = append(blocks, s.grid(t)...)
	if len(s.legend) > 0 {
		blocks = append(blocks, s.legendBlock(t))
	}
	for _, n := range s.head.Notes {
		blocks = append(blocks, t.paragraph(style(sizeSmall), n, 2))
	}
	return blocks
}

// paragraph is wrapped text with space below it.
func (t *typesetter) paragraph(sty draw.TextStyle, txt string, below vg.Length) block {
	lines := t.wrap(sty, t.shown(table.PlainNote(txt)), pageWidth-2*margin)
	step := sty.Font.Size * leading
	return block{vg.Length(len(lines))*step + below, func(c draw.Canvas) {
		sty := aligned(sty, draw.XLeft, draw.YTop)
		for i, line := range lines {
			c.FillText(sty, vg.Point{X: c.Min.X, Y: c.Max.Y - vg.Length(i)*step}, line)
		}
	}}
}

// grid is a block for each row of panels.
func (s *sheet) grid(t *typesetter) []block {
	var blocks []block
	for from := 0; from < len(s.panels); from += s.columns {
		row := s.panels[from:min(from+s.columns, len(s.panels))]
		height, titleHeight := vg.Length(0), vg.Length(0)
		for _, p := range row {
			height = max(height, p.height)
			if p.title != "" {
				titleHeight = 16
			}
		}
		blocks = append(blocks, block{titleHeight + height + gap, func(c draw.Canvas) {
			width := (c.Max.X - c.Min.X - gap*vg.Length(s.columns-1)) / vg.Length(s.columns)
			for i, p := range row {
				left := c.Min.X + vg.Length(i)*(width+gap)
				sty := aligned(bold(style(sizeText)), draw.XLeft, draw.YTop)
				c.FillText(sty, vg.Point{X: left, Y: c.Max.Y}, t.cut(sty, p.title, width))
				p.draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
					Min: vg.Point{X: left, Y: c.Max.Y - titleHeight - p.height}, Max: vg.Point{X: left + width, Y: c.Max.Y - titleHeight},
				}})
			}
		}})
	}
	return blocks
}

// legendBlock sets the entries in columns as wide as the widest of them.
func (s *sheet) legendBlock(t *typesetter) block {
	const line = 15
	sty := aligned(style(sizeText), draw.XLeft, draw.YCenter)
	wide := vg.Length(0)
	for _, e := range s.legend {
		wide = max(wide, swatch+6+t.width(sty, t.plain(e.text))+gap)
	}
	full := pageWidth - 2*margin
	wide = min(wide, full/2) // longer texts are cut
	columns := max(1, int(full/wide))
	rows := (len(s.legend) + columns - 1) / columns
	return block{vg.Length(rows)*line + gap/2, func(c draw.Canvas) {
		for i, e := range s.legend {
			x, y := c.Min.X+vg.Length(i%columns)*wide, c.Max.Y-line*(vg.Length(i/columns)+0.5)
			e.sample(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{Min: vg.Point{X: x, Y: y - 4.5}, Max: vg.Point{X: x + swatch, Y: y + 4.5}}})
			c.FillText(sty, vg.Point{X: x + swatch + 6, Y: y + 1}, t.cut(sty, t.plain(e.text), wide-swatch-6-gap/2))
		}
	}}
}

// line is the legend's entry of a series.
func (s series) entry(text string) entry {
	return entry{text, func(c draw.Canvas) {
		y := (c.Min.Y + c.Max.Y) / 2
		if s.line.Width > 0 {
			c.StrokeLine2(s.line, c.Min.X, y, c.Max.X, y)
		}
		if s.glyph.Shape != nil {
			c.DrawGlyphNoClip(s.glyph, vg.Point{X: (c.Min.X + c.Max.X) / 2, Y: y})
		}
	}}
}

// entry is the legend's entry of an area.
func (f fill) entry(text string) entry {
	return entry{text, func(c draw.Canvas) { f.area(c, c.Rectangle) }}
}
