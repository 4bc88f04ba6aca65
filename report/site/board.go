package site

import (
	"bytes"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/figure"
	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// group is a ranking as the page shows it.
type group struct {
	report.Group
	ID      string // in addresses
	Title   string
	Figures []shownFigure
	Rows    []boardRow
	Notes   []string
	More    []table.Table
	scale   scale
}

// boardRow is a row of the board with what a page needs beside it.
type boardRow struct {
	report.Row
	Value results.Number
	Low   results.Number
	High  results.Number
	Agent string        // address of its page
	Mark  string        // the place in that page
	Own   []report.Mark // that not all rows have
}

// shownFigure is a figure as a page shows it.
type shownFigure struct{ Address, Title string }

// boardData is the page of the board.
type boardData struct {
	Groups  []group
	Figures []shownFigure
	Trials  []experimentTrials
}

// experimentTrials are the trials of an experiment for the list below the board.
type experimentTrials struct {
	Name   string
	Trials []trialLink
}

type trialLink struct {
	Trial
	Address string
}

func (s *Site) addBoard() {
	for i, g := range s.Board.Groups {
		s.groups = append(s.groups, s.newGroup(i, g))
	}
	var own []shownFigure
	for _, f := range s.Figures {
		own = append(own, s.addFigure(f))
	}
	s.pages["index.html"] = func() ([]byte, error) {
		return s.render("board", "index.html", s.Title, "board", boardData{s.groups, own, s.byExperiment()})
	}
}

func (s *Site) newGroup(i int, g report.Group) group {
	shown := group{Group: g, ID: fmt.Sprintf("ranking-%d", i+1), Title: g.Title("Leaderboard")}
	alone := report.Board{Statistics: s.Board.Statistics, Groups: []report.Group{g}}
	for _, r := range g.Rows {
		row := boardRow{Row: r, Value: r.Gain.Mean, Agent: agentAddress(r.Agent), Mark: rowMark(r), Own: g.OwnMarks(r)}
		if g.RankedBy == stats.ByPoints {
			row.Value = r.Points.Mean
		}
		if u := r.Uncertainty; u != nil {
			row.Low, row.High = u.Gain.Low, u.Gain.High
		}
		shown.Rows = append(shown.Rows, row)
	}
	shown.scale = newScale(shown.Rows)
	for _, t := range alone.Only(report.Summary).Tables() {
		shown.Notes = append(shown.Notes, t.Clean().Notes...)
	}
	for _, t := range alone.Only(report.BoardTables()[1:]...).Tables() {
		shown.More = append(shown.More, t.Clean())
	}
	if f, err := alone.GainFigure(); err == nil {
		shown.Figures = append(shown.Figures, s.addFigure(Figure{Name: shown.ID + "-gain", Title: "Average gain with intervals", Figure: f}))
	}
	if f, err := alone.CostFigure(); err == nil {
		shown.Figures = append(shown.Figures, s.addFigure(Figure{Name: shown.ID + "-cost", Title: "Gain against cost", Figure: f}))
	}
	if f, err := alone.ErrorsFigure(); err == nil {
		shown.Figures = append(shown.Figures, s.addFigure(Figure{Name: shown.ID + "-failures", Title: "What failed attempts failed of", Figure: f}))
	}
	return shown
}

func (s *Site) addFigure(f Figure) shownFigure {
	address := "figures/" + f.Name + ".svg"
	s.pages[address] = func() ([]byte, error) {
		var svg bytes.Buffer
		err := figure.Write(&svg, figure.SVG, f.Figure)
		return svg.Bytes(), err
	}
	return shownFigure{address, f.Title}
}

// byExperiment lists the trials by experiment, in the order of the source.
func (s *Site) byExperiment() (list []experimentTrials) {
	for _, t := range s.Trials {
		i := slices.IndexFunc(list, func(e experimentTrials) bool { return e.Name == t.Experiment })
		if i < 0 {
			i, list = len(list), append(list, experimentTrials{Name: t.Experiment})
		}
		list[i].Trials = append(list[i].Trials, trialLink{t, t.folder() + "index.html"})
	}
	return list
}

// scale maps values to the width of a drawn interval.
type scale struct{ low, high float64 }

// The size of a drawn interval.
const barWidth, barHeight = 140, 14

func newScale(rows []boardRow) scale {
	s := scale{0, 0}
	for _, r := range rows {
		for _, n := range []results.Number{r.Value, r.Low, r.High} {
			if n.Known {
				s.low, s.high = math.Min(s.low, n.Value), math.Max(s.high, n.Value)
			}
		}
	}
	return s
}

func (s scale) at(value float64) float64 {
	if s.high == s.low {
		return barWidth / 2
	}
	return math.Round(10*(3+(barWidth-6)*(value-s.low)/(s.high-s.low))) / 10
}

// Bar draws the row's value and interval on the group's scale. All that goes into it
// are numbers.
func (g group) Bar(r boardRow) template.HTML {
	if !r.Value.Known {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="bar" width="%d" height="%d" viewBox="0 0 %d %d" aria-hidden="true">`, barWidth, barHeight, barWidth, barHeight)
	zero := g.scale.at(0)
	fmt.Fprintf(&b, `<line class="zero" x1="%g" y1="0" x2="%g" y2="%d"/>`, zero, zero, barHeight)
	if r.Low.Known && r.High.Known {
		fmt.Fprintf(&b, `<line class="reach" x1="%g" y1="7" x2="%g" y2="7"/>`, g.scale.at(r.Low.Value), g.scale.at(r.High.Value))
	}
	fmt.Fprintf(&b, `<circle class="point" cx="%g" cy="7" r="3"/></svg>`, g.scale.at(r.Value.Value))
	return template.HTML(b.String()) //nolint:gosec // numbers alone
}

// What the group is ranked by, in a word or two.
func (g group) What() string {
	if g.RankedBy == stats.ByPoints {
		return "points"
	}
	return "gain %"
}

func percent(n results.Number) string { return table.Number(results.Num(100*n.Value, n.Known), 1) }
