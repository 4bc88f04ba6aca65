package figure

import (
	"fmt"
	"slices"

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

	// Share is of failed attempts in %, where neither counts nor kinds are known.
	Share results.Number `json:"share,omitzero"`
}

func (e Errors) describe() (lines []string) {
	for _, d := range e.Domains {
		for _, b := range d.Bars {
			if b.Share.Known {
				lines = append(lines, fmt.Sprintf("%s, %s: %s %% of the attempts failed.", d.Domain, b.Name.Text, spoken(b.Share)))
				continue
			}
			line, n := "", 0
			for _, f := range e.kinds() {
				if k := b.Failures[f]; k > 0 {
					n += k
					line += fmt.Sprintf(", %d %s", k, f)
				}
			}
			lines = append(lines, fmt.Sprintf("%s, %s: %d of %d attempts failed%s.", d.Domain, b.Name.Text, n, b.Attempts, line))
		}
	}
	return lines
}

// kinds are the failures that any bar has, in the order of the taxonomy.
func (e Errors) kinds() []results.Failure {
	seen := map[results.Failure]bool{}
	for _, d := range e.Domains {
		for _, b := range d.Bars {
			for f, k := range b.Failures {
				seen[f] = seen[f] || k > 0
			}
		}
	}
	return slices.DeleteFunc(results.Failures(), func(f results.Failure) bool { return !seen[f] })
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
	for _, f := range e.kinds() {
		page.legend = append(page.legend, fills[slices.Index(results.Failures(), f)].entry(string(f)))
	}
	return page
}

// failed is the share of attempts that failed, in %.
func (b ErrorBar) failed() float64 {
	if b.Share.Known {
		return b.Share.Value
	}
	n := 0
	for _, k := range b.Failures {
		n += k
	}
	return b.share(n)
}

func (b ErrorBar) share(n int) float64 { return 100 * float64(n) / float64(max(1, b.Attempts)) }

func (b ErrorBar) draw(s scales, y float64) {
	if b.Share.Known {
		fills[len(fills)-1].area(s.Canvas, vg.Rectangle{Min: s.at(0, y-0.36), Max: s.at(b.Share.Value, y+0.36)})
		b.say(s, b.Share.Value, y, spoken(b.Share)+" %")
		return
	}
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
	b.say(s, from, y, note)
}

// say writes the note behind the bar, which ends at from.
func (b ErrorBar) say(s scales, from, y float64, note string) {
	sty := aligned(style(sizeSmall), draw.XLeft, draw.YCenter)
	at := s.at(from, y)
	at.X, at.Y = at.X+4, at.Y+1
	s.FillText(sty, at, note)
}
