package figure

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"
	"sync"
	"time"

	"codeberg.org/go-pdf/fpdf"
	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgpdf"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// longestDescription bounds the description of an SVG, in bytes.
const longestDescription = 8 << 10

// steadyPDF takes the time of writing and the order of maps out of PDFs, so that the
// same figure has the same bytes. The library has settings for all documents alone.
var steadyPDF = sync.OnceFunc(func() {
	fpdf.SetDefaultCatalogSort(true)
	fpdf.SetDefaultCreationDate(time.Unix(0, 0).UTC())
	fpdf.SetDefaultModificationDate(time.Unix(0, 0).UTC())
})

// pdfCanvas mends two things of the library: it takes text as Windows-1252, and it has
// one font file a document, so that bold text is set in the regular font.
type pdfCanvas struct{ *vgpdf.Canvas }

// FillString implements vg.Canvas.
func (c pdfCanvas) FillString(f font.Face, at vg.Point, text string) {
	if f.Font.Weight == xfont.WeightBold {
		f.Font.Weight = xfont.WeightNormal
		f = font.DefaultCache.Lookup(f.Font, f.Font.Size)
	}
	encoded := make([]byte, 0, len(text))
	for _, r := range text {
		if b, shown := inWestern(r); shown {
			encoded = append(encoded, b)
		}
	}
	c.Canvas.FillString(f, at, string(encoded))
}

// finished is the page as it is written: an SVG has its title, description and fonts.
func finished(f Format, page []byte, fig Figure) []byte {
	if f != SVG {
		return page
	}
	// In the text of a name the quote would be escaped.
	page = bytes.ReplaceAll(page, []byte(`style="font-family:Liberation Sans;`), []byte(`style="font-family:Liberation Sans,Arial,Helvetica,sans-serif;`))
	page = fitted(page)
	page = bytes.Replace(page, []byte("<svg "), []byte(`<svg role="img" aria-labelledby="title desc" `), 1)
	return bytes.Replace(page, []byte("<g "), append(explained(fig), "<g "...), 1)
}

// explained is the title and the description of an SVG.
func explained(fig Figure) []byte {
	h := fig.head()
	lines := append([]string{h.Subtitle}, fig.describe()...)
	text := ""
	for i, line := range append(lines, h.Notes...) {
		line = table.PlainNote(line)
		if len(text)+len(line) > longestDescription {
			text += "\nAnd more."
			break
		}
		if i > 0 {
			text += "\n"
		}
		text += line
	}
	var b bytes.Buffer
	b.WriteString(`<title id="title">`)
	xml.EscapeText(&b, []byte(table.Plain(h.Title)))
	b.WriteString("</title>\n" + `<desc id="desc">`)
	xml.EscapeText(&b, []byte(strings.TrimSpace(text)))
	b.WriteString("</desc>\n")
	return b.Bytes()
}

// spoken is a number in a description.
func spoken(n results.Number) string {
	if !n.Known {
		return "not known"
	}
	return strconv.FormatFloat(n.Value, 'f', 1, 64)
}
