package figure

import (
	"slices"
	"strings"
	"unicode"

	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/autodatabench/autodatabench/report/table"
)

// Sizes of text.
const (
	sizeTitle = vg.Length(14)
	sizeText  = vg.Length(9.5)
	sizeSmall = vg.Length(8.5)
	leading   = 1.35 // line height over size
	ellipsis  = "…"
)

// western80 are the characters of Windows-1252, in which PDF has its text, from 0x80 to
// 0x9f; the controls stand for places without a character. All others are as in Latin-1.
const western80 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"

// inWestern is the character's byte in Windows-1252.
func inWestern(r rune) (byte, bool) {
	if r < 0x80 || 0xa0 <= r && r <= 0xff {
		return byte(r), true
	}
	at := slices.Index([]rune(western80), r)
	return byte(0x80 + at), at >= 0 && r > 0x9f
}

// typesetter measures and prepares text for one output.
type typesetter struct {
	bitmap  bool // characters that the font lacks cannot be shown
	western bool // nor can those outside of Windows-1252
	lacking bool // some could not be shown
	buffer  sfnt.Buffer
}

// style is that of text in the built-in sans-serif font.
func style(size vg.Length) draw.TextStyle {
	return draw.TextStyle{
		Color: black, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}, Handler: plot.DefaultTextHandler,
	}
}

func bold(s draw.TextStyle) draw.TextStyle { s.Font.Weight = xfont.WeightBold; return s }

// aligned sets the point of the text that is placed.
func aligned(s draw.TextStyle, x text.XAlignment, y text.YAlignment) draw.TextStyle {
	s.XAlign, s.YAlign = x, y
	return s
}

// has reports whether the font has the character.
func (t *typesetter) has(s draw.TextStyle, r rune) bool {
	if _, shown := inWestern(r); t.western && !shown {
		return false
	}
	face := font.DefaultCache.Lookup(s.Font, s.Font.Size)
	i, err := face.Face.GlyphIndex(&t.buffer, r)
	return err == nil && i != 0
}

// plain is s as one short line that the output can show.
func (t *typesetter) plain(s string) string { return t.shown(table.Plain(s)) }

// shown replaces what the output cannot show.
func (t *typesetter) shown(s string) string {
	if !t.bitmap {
		return s
	}
	return strings.Map(func(r rune) rune {
		if !t.western && unicode.In(r, unicode.Mn) || t.has(style(sizeText), r) {
			return r
		}
		t.lacking = true
		return '?'
	}, s)
}

// name is the name's text, or its id where the text cannot be shown whole.
func (t *typesetter) name(n Name) string {
	if s := table.Plain(n.Text); s != "" && t.plain(s) == s {
		return s
	}
	return t.plain(n.ID)
}

// lackNote says that the page does not show all names as they are.
const lackNote = "The font of this picture lacks characters of some names: ids, or question marks, stand in their place. SVG shows the names."

// width is that of the text; characters which the font lacks are taken to be as
// wide as they are high, since a viewer will show them in another font.
func (t *typesetter) width(s draw.TextStyle, txt string) vg.Length {
	var own strings.Builder
	foreign := 0
	for _, r := range txt {
		if t.has(s, r) {
			own.WriteRune(r)
		} else {
			foreign++
		}
	}
	return s.Width(own.String()) + vg.Length(foreign)*s.Font.Size
}

// cut shortens the text to the width, with an ellipsis in its midst: the end of a
// row's name tells it from the agent's other rows.
func (t *typesetter) cut(s draw.TextStyle, txt string, width vg.Length) string {
	if t.width(s, txt) <= width {
		return txt
	}
	runes := []rune(txt)
	for n := len(runes) - 1; n > 0; n-- {
		tail := 2 * n / 5
		short := strings.TrimRight(string(runes[:n-tail]), " ,") + ellipsis + strings.TrimLeft(string(runes[len(runes)-tail:]), " ,")
		if t.width(s, short) <= width {
			return short
		}
	}
	return ellipsis
}

// wrap breaks the text into lines, at spaces; a word that is too long is cut.
func (t *typesetter) wrap(s draw.TextStyle, txt string, width vg.Length) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(txt) {
		if line != "" && t.width(s, line+" "+word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += t.cut(s, word, width)
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
