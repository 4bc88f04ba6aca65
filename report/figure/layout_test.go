package figure_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"

	"github.com/autodatabench/autodatabench/report/figure"
)

// box is the place of a text on the page, in points from its lower left corner.
type box struct {
	text                     string
	left, bottom, right, top float64
}

var fontSize = regexp.MustCompile(`font-size:([0-9.]+)px`)

// texts reads where the texts of an SVG stand.
func texts(t *testing.T, data []byte) (boxes []box, width, height float64) {
	t.Helper()
	in := xml.NewDecoder(bytes.NewReader(data))
	upright := true
	for {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			return boxes, width, height
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "svg":
				width, height = number(t, strings.TrimSuffix(attribute(e, "width"), "pt")), number(t, strings.TrimSuffix(attribute(e, "height"), "pt"))
			case "g":
				upright = attribute(e, "transform") != "rotate(90)"
			case "text":
				var content string
				if err := in.DecodeElement(&content, &e); err != nil {
					t.Fatal(err)
				}
				boxes = append(boxes, placed(t, e, content, upright))
			}
		case xml.EndElement:
			upright = true
		}
	}
}

func placed(t *testing.T, e xml.StartElement, content string, upright bool) box {
	t.Helper()
	style := attribute(e, "style")
	size := number(t, fontSize.FindStringSubmatch(style)[1])
	f := font.Font{Typeface: "Liberation", Variant: "Sans"}
	if strings.Contains(style, "font-weight:bold") {
		f.Weight = 3
	}
	face := font.DefaultCache.Lookup(f, vg.Length(size))
	wide := float64(face.Width(strings.Map(func(r rune) rune {
		if r > 0x2fff {
			return -1
		}
		return r
	}, content)))
	for _, r := range content {
		if r > 0x2fff { // in another font, as wide as high
			wide += size
		}
	}
	x, y := number(t, attribute(e, "x")), -number(t, attribute(e, "y"))
	if upright {
		return box{content, x, y - 0.2*size, x + wide, y + 0.7*size}
	}
	return box{content, -y - 0.7*size, x, -y + 0.2*size, x + wide}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestTextIsWhole checks of every figure that no text is cut off by the edge of
// the page and that none is written over another.
func TestTextIsWhole(t *testing.T) {
	for which, fig := range figures() {
		boxes, width, height := texts(t, drawn(t, figure.SVG, fig))
		if len(boxes) < 3 {
			t.Errorf("%s has %d texts", which, len(boxes))
		}
		for i, b := range boxes {
			if b.left < 0 || b.bottom < 0 || b.right > width || b.top > height {
				t.Errorf("%s: %q reaches over the edge: %+v of %v x %v", which, b.text, b, width, height)
			}
			for _, other := range boxes[:i] {
				if b.left < other.right-0.5 && other.left < b.right-0.5 && b.bottom < other.top-0.5 && other.bottom < b.top-0.5 {
					t.Errorf("%s: %q is written over %q", which, b.text, other.text)
				}
			}
		}
	}
}
