package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/published"
)

// gainTolerance is how far, in points of gain, a printed gain may lie from the
// recomputed one: a base accuracy of about 17 % printed to 0.01 allows no less.
const gainTolerance = 0.03

// exactly absorbs the binary representation of decimals.
const exactly = 1e-9

// Reason says why a printed cell is not what the runs give.
type Reason string

// The reasons.
const (
	Agrees     Reason = ""
	Swapped    Reason = "settings swapped"  // it is the value of the other setting
	Duplicated Reason = "raw rows repeated" // Table 4 holds another agent's runs
	Other      Reason = "other"
	FromCells  Reason = "follows from cells" // an average over cells that disagree
)

// Figure is a printed number beside the recomputed one.
type Figure struct {
	Printed    float64        `json:"printed"`
	Text       string         `json:"text"` // as printed
	Recomputed results.Number `json:"recomputed"`
	Agrees     bool           `json:"agrees"`
}

// CellCheck is a cell of Table 1 beside what Tables 3 and 4 give for it.
type CellCheck struct {
	Workflow results.Workflow `json:"workflow"`
	Agent    string           `json:"agent"` // as printed
	Setting  results.Setting  `json:"setting"`
	Domain   results.Domain   `json:"domain,omitempty"` // none in an average
	MATS     Figure           `json:"mats"`
	Gain     Figure           `json:"gain"` // %
	Reason   Reason           `json:"reason,omitempty"`
	Detail   string           `json:"detail,omitempty"`
}

// Agrees reports whether both figures of the cell agree.
func (c CellCheck) Agrees() bool { return c.MATS.Agrees && c.Gain.Agrees }

// Reproduction is the published figures, recomputed and compared.
type Reproduction struct {
	Cells      []CellCheck `json:"cells"`    // in Table 1's order
	Averages   []CellCheck `json:"averages"` // in Table 1's order
	Headline   *CellCheck  `json:"headline"` // the best average without seed data; nil without averages
	SingleRuns []SingleRun `json:"single_runs"`
	Human      []HumanGain `json:"human"`          // Table 2
	Others     []OtherGain `json:"other_students"` // Table 5
	Sizes      []SizeCheck `json:"sizes"`

	// Ranking is the paper's runs as the benchmark ranks measured ones, and
	// Differing those of its Pairs of rows that differ significantly.
	Ranking   Board              `json:"ranking"`
	Pairs     int                `json:"pairs"`
	Differing []DifferingPair    `json:"pairs_differing"`
	Contrasts []WorkflowContrast `json:"contrasts"` // iterative over one-shot
}

// Summary is the outcome in one line.
func (r Reproduction) Summary() string {
	agree := 0
	for _, c := range r.Cells {
		if c.Agrees() {
			agree++
		}
	}
	return fmt.Sprintf("%d of %d cells agree, %d do not", agree, len(r.Cells), len(r.Cells)-agree)
}

// Reproduce recomputes Table 1 from the base accuracies of Table 3 and the runs
// of Table 4 with the scoring rules of measured trials, and compares. A cell's
// MATS agrees within the rounding of what is printed, its gain within 0.03. Of the
// options, those for the draws hold.
func Reproduce(t published.Tables, opts Options) Reproduction {
	p := newRecomputed(t)
	var r Reproduction
	for _, c := range t.Main {
		check := p.compare(c, p.cells[cellID{c.Row, c.Domain}])
		if !check.Agrees() {
			check.Reason, check.Detail = p.explain(c, check)
		}
		r.Cells = append(r.Cells, check)
	}
	for _, c := range t.Averages {
		r.Averages = append(r.Averages, p.average(c, r.Cells))
	}
	for i, c := range r.Averages {
		if c.Setting == results.Scratch && (r.Headline == nil || c.Gain.Printed > r.Headline.Gain.Printed) {
			r.Headline = &r.Averages[i]
		}
	}
	r.SingleRuns = p.singleRuns(t.Human)
	r.shown(t)
	r.Sizes = checkSizes(t)
	r.rank(t, opts.Draws)
	return r
}

type cellID struct {
	published.Row
	domain results.Domain
}

// recomputed is Table 4 by cell, as printed and scored.
type recomputed struct {
	raw   map[cellID][]published.RawRun
	runs  map[cellID][]results.Run
	cells map[cellID]results.Cell
	order []cellID // of Table 4
	slack float64  // half a unit of the printed MATS of runs
}

func newRecomputed(t published.Tables) recomputed {
	p := recomputed{raw: map[cellID][]published.RawRun{}, runs: map[cellID][]results.Run{}, cells: map[cellID]results.Cell{}}
	names := t.Names()
	for _, o := range t.Outcomes() {
		id := cellID{published.Row{Workflow: o.Workflow, Agent: names[o.Agent], Setting: o.Setting}, o.Domain}
		p.runs[id] = append(p.runs[id], o.Result())
	}
	for _, r := range t.Raw {
		id := cellID{r.Row, r.Domain}
		if p.raw[id] == nil {
			p.order = append(p.order, id)
		}
		p.raw[id] = append(p.raw[id], r)
		p.slack = max(p.slack, r.MATS.HalfUnit())
	}
	for id, runs := range p.runs {
		p.cells[id] = results.CellOf(runs)
	}
	return p
}

func (p recomputed) compare(c published.MainCell, cell results.Cell) CellCheck {
	return CellCheck{
		Workflow: c.Workflow, Agent: c.Agent, Setting: c.Setting, Domain: c.Domain,
		MATS: checked(c.MATS, cell.MATS, c.MATS.HalfUnit()+p.slack),
		Gain: checked(c.Gain, cell.Gain, gainTolerance),
	}
}

func checked(printed published.Decimal, got results.Number, tolerance float64) Figure {
	return Figure{
		Printed: printed.Value, Text: printed.Text, Recomputed: got,
		Agrees: got.Known && math.Abs(got.Value-printed.Value) <= tolerance+exactly,
	}
}

// explain finds why a cell disagrees, the reason that accounts for its printed
// values first.
func (p recomputed) explain(c published.MainCell, check CellCheck) (Reason, string) {
	for _, s := range results.Settings() {
		other := cellID{published.Row{Workflow: c.Workflow, Agent: c.Agent, Setting: s}, c.Domain}
		if s != c.Setting && p.compare(c, p.cells[other]).Agrees() {
			return Swapped, fmt.Sprintf("the runs of %s give what is printed", s)
		}
	}
	id := cellID{c.Row, c.Domain}
	for _, other := range p.order {
		if other.Workflow == c.Workflow && other.domain == c.Domain && other.Agent != c.Agent && sameRuns(p.raw[id], p.raw[other]) {
			return Duplicated, fmt.Sprintf("its runs are those of %s, %s", other.Agent, other.Setting)
		}
	}
	if len(p.raw[id]) == 0 {
		return Other, "there are no runs"
	}
	var wrong []string
	if !check.MATS.Agrees {
		wrong = append(wrong, "MATS")
	}
	if !check.Gain.Agrees {
		wrong = append(wrong, "gain")
	}
	return Other, "the runs give another " + strings.Join(wrong, " and ")
}

// sameRuns reports whether two cells of Table 4 hold the same printed numbers.
func sameRuns(a, b []published.RawRun) bool {
	return len(a) > 0 && slices.EqualFunc(a, b, func(x, y published.RawRun) bool {
		return x.Run == y.Run && x.MATS == y.MATS && x.Accuracy == y.Accuracy
	})
}

// average checks an average over the domains that Table 1 has for the row.
func (p recomputed) average(c published.MainCell, checked []CellCheck) CellCheck {
	var domains, wrong []results.Domain
	cells := map[results.Domain]results.Cell{}
	for _, cell := range checked {
		if cell.Workflow != c.Workflow || cell.Agent != c.Agent || cell.Setting != c.Setting {
			continue
		}
		domains = append(domains, cell.Domain)
		cells[cell.Domain] = p.cells[cellID{c.Row, cell.Domain}]
		if !cell.Agrees() {
			wrong = append(wrong, cell.Domain)
		}
	}
	check := p.compare(c, results.Cell{
		MATS: results.Average(domains, cells, func(c results.Cell) results.Number { return c.MATS }),
		Gain: results.Average(domains, cells, func(c results.Cell) results.Number { return c.Gain }),
	})
	switch {
	case check.Agrees():
	case len(wrong) > 0:
		check.Reason, check.Detail = FromCells, fmt.Sprintf("its cells %v disagree", wrong)
	default:
		check.Reason, check.Detail = Other, "its cells agree"
	}
	return check
}
