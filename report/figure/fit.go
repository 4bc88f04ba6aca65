package figure

import (
	"html"
	"regexp"
	"strconv"
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// svgText is a text of an SVG: its style, and in it weight and size, and its content.
var svgText = regexp.MustCompile(`(<text [^>]*style="[^"]*font-weight:(\w+);[^"]*font-size:([\d.]+)px")>([^<]+)</text>`)

// fitted says how wide each text of an SVG is, so that one in a wider font than that of
// the layout is drawn as wide as its place.
func fitted(page []byte) []byte {
	return svgText.ReplaceAllFunc(page, func(element []byte) []byte {
		m := svgText.FindSubmatch(element)
		size, err := strconv.ParseFloat(string(m[3]), 64)
		content := html.UnescapeString(string(m[4]))
		// The layout's font has no width for signs such as Chinese ones.
		if err != nil || strings.ContainsFunc(content, func(r rune) bool { return r > 0x2fff }) {
			return element
		}
		f := font.Font{Typeface: "Liberation", Variant: "Sans"}
		if string(m[2]) == "bold" {
			f.Weight = xfont.WeightBold
		}
		face := font.DefaultCache.Lookup(f, vg.Length(size))
		length := strconv.FormatFloat(float64(face.Width(content)), 'f', 1, 64)
		return []byte(string(m[1]) + ` textLength="` + length + `" lengthAdjust="spacingAndGlyphs">` + string(m[4]) + `</text>`)
	})
}
