package figure

import (
	"fmt"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/autodatabench/autodatabench/results"
)

// Errors is the paper's figure 5: what failed attempts failed of, stacked, by
// agent and domain.
type Errors struct {
	Head
	Domains []ErrorDomain `json:"domains"`
}

// ErrorDomain is a panel of bars.
type ErrorDomain struct {
	Domain results.Domain `json:"domain"`
	Bars   []ErrorBar     `json:"bars"`
}

// ErrorBar is the attempts of one row.
type ErrorBar struct {
	Name     Name                    `json:"name"`
	Attempts int                     `json:"attempts"`
	Failures map[results.Failure]int `json:"failures"`
}

func (e Errors) sheet(t *typesetter) *sheet {
	page := &sheet{head: e.Head, columns: 1}
	most := 0.0 // the rest of the axis is room for the counts
	for _, d := range e.Domains {
		for _, b := range d.Bars {
			most = max(most, b.failed())
		}
	}
	_, high := span(0.12, []float64{0, 5, most})
	for _, d := range e.Domains {
		names := make([]string, len(d.Bars))
		for i, b := range d.Bars {
			names[i] = t.name(b.Name)
		}
		page.panels = append(page.panels, panel{
			title: string(d.Domain), height: vg.Length(max(2, len(names)))*rowHeight + 40,
			draw: t.axes(axis{label: "failed attempts, % of all attempts", high: high}, t.rows(names, 250), func(s scales) {
				for i, b := range d.Bars {
					b.draw(s, -float64(i))
				}
			}),
		})
	}
	if len(e.Domains) == 0 {
		page.panels = []panel{{height: 80, draw: t.axes(axis{high: 1}, t.rows(nil, 0), t.empty("no trial"))}}
		return page
	}
	for i, f := range results.Failures() {
		page.legend = append(page.legend, fills[i].entry(string(f)))
	}
	return page
}

// failed is the share of attempts that failed, in %.
func (b ErrorBar) failed() float64 {
	n := 0
	for _, k := range b.Failures {
		n += k
	}
	return b.share(n)
}

func (b ErrorBar) share(n int) float64 { return 100 * float64(n) / float64(max(1, b.Attempts)) }

func (b ErrorBar) draw(s scales, y float64) {
	from, n := 0.0, 0
	for i, f := range results.Failures() {
		k := b.Failures[f]
		if k == 0 {
			continue
		}
		to := from + b.share(k)
		fills[i].area(s.Canvas, vg.Rectangle{Min: s.at(from, y-0.36), Max: s.at(to, y+0.36)})
		from, n = to, n+k
	}
	note := fmt.Sprintf("%d of %d", n, b.Attempts)
	if b.Attempts == 0 {
		note = "no attempt"
	}
	sty := aligned(style(sizeSmall), draw.XLeft, draw.YCenter)
	at := s.at(from, y)
	at.X, at.Y = at.X+4, at.Y+1
	s.FillText(sty, at, note)
}
