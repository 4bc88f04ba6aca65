// Package figure draws the benchmark's figures as SVG, PNG and PDF.
//
// Each figure is a struct of the numbers that it shows, and [Write] draws it. The
// struct's JSON is the figure as data. The package is not for computing: its callers
// (package report, the command line) fill the struct. A missing number is left out
// and never drawn as 0.
//
// Invariants: the same struct gives the same bytes on every machine. Marker, line
// or hatching tells series apart without colours. The edge cuts off no text. Names
// are plain text, whatever they hold. The built-in fonts have no Chinese characters:
// SVG leaves those to the viewer's fonts; PNG and PDF show a name's id in its place
// and say so. An SVG has a title and a description for those who cannot see it.
package figure

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/autodatabench/autodatabench/results"
)

// Format is a form of output.
type Format string

// The formats.
const (
	SVG Format = "svg"
	PNG Format = "png"
	PDF Format = "pdf"
)

// Formats lists the formats.
func Formats() []Format { return []Format{SVG, PNG, PDF} }

// dpi is the resolution of PNG.
const dpi = 144

// highest bounds the memory that a PNG takes, in points.
const highest = 10_000

// Head is what every figure is headed with. The subtitle must say "simulated"
// where the numbers are.
type Head struct {
	Title    string   `json:"title"`
	Subtitle string   `json:"subtitle"`
	Notes    []string `json:"notes,omitempty"` // below the figure
}

func (h Head) head() Head { return h }

// Name names a row or a series. ID is in ASCII and stands in where a font lacks
// characters of Text.
type Name struct {
	Text string `json:"text"`
	ID   string `json:"id"`
}

// Figure is one of the figures of this package.
type Figure interface {
	sheet(t *typesetter) *sheet
	head() Head
	describe() []string // what it shows, a line for each row or series
}

// Write draws the figure.
func Write(w io.Writer, f Format, fig Figure) error {
	t := &typesetter{western: f == PDF, bitmap: f != SVG}
	s := fig.sheet(t)
	width, height := s.size(t)
	if t.lacking {
		s.head.Notes = append(slices.Clone(s.head.Notes), lackNote)
		width, height = s.size(t)
	}
	var canvas vg.CanvasWriterTo
	switch f {
	case SVG:
		canvas = vgsvg.New(width, height)
	case PNG:
		if height > highest {
			return results.Bad(fmt.Errorf("figure %q is too high for png: %.0f points, over %d", s.head.Title, float64(height), highest), "take svg, or fewer rows")
		}
		canvas = vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi))}
	case PDF:
		steadyPDF()
		canvas = pdfCanvas{vgpdf.New(width, height)}
	default:
		return fmt.Errorf("unknown format %q: want svg, png or pdf", string(f))
	}
	area := draw.NewCanvas(canvas, width, height)
	area.FillPolygon(white, corners(area.Rectangle))
	s.draw(t, area)
	var page bytes.Buffer
	_, err := canvas.WriteTo(&page)
	if err == nil {
		_, err = w.Write(finished(f, page.Bytes(), fig))
	}
	if err != nil {
		return fmt.Errorf("write figure %q: %w", s.head.Title, err)
	}
	return nil
}
