package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// Tables returns Table 1 as printed and recomputed, the cells that disagree, the
// averages that disagree, Tables 2 and 5, the sizes of the private sets, the ranking,
// the sources, and the news in five lines, of which the last is the summary.
func (r Reproduction) Tables() []table.Table {
	gain := r.whole("gain (%)", func(c CellCheck) Figure { return c.Gain })
	mats := r.whole("MATS", func(c CellCheck) Figure { return c.MATS })
	cells := checkTable("Table 1 recomputed from Tables 3 and 4: "+r.Summary(), disagreeing(r.Cells), "!domain")
	cells.Note("From the runs: MATS and gain (%%) as the scoring rules give them. MATS agrees within the rounding of what is printed, gain within %.2f.", gainTolerance)
	averages := checkTable("Averages of Table 1 that disagree", disagreeing(r.Averages))
	if h := r.Headline; h != nil {
		averages.Note("Best average without seed data: %s, %s, %s: %s %% printed, %s %% from the runs.",
			h.Agent, h.Workflow, h.Setting, h.Gain.Text, table.Number(h.Gain.Recomputed, 2))
	}
	gain.Note("%s", gainFormula)
	mats.Note("%s", matsFormula)
	return slices.Concat([]table.Table{gain, mats, *cells, *averages}, r.shownTables(), []table.Table{r.sizes()}, r.ranked(), []table.Table{sources(), r.news()})
}

// whole is one figure of all of Table 1: a row for each of its rows, each cell
// as printed and as the runs give it.
func (r Reproduction) whole(name string, figure func(CellCheck) Figure) table.Table {
	type place struct {
		row    string
		domain results.Domain // none for the average
	}
	cells := map[place]string{}
	var rows []CellCheck // the first cell of each row
	var domains []results.Domain
	for _, c := range slices.Concat(r.Cells, r.Averages) {
		if !slices.ContainsFunc(rows, func(x CellCheck) bool { return x.row() == c.row() }) {
			rows = append(rows, c)
		}
		if !slices.Contains(domains, c.Domain) {
			domains = append(domains, c.Domain)
		}
		f := figure(c)
		mark := ""
		if !f.Agrees {
			mark = "*" // in front, so that the digits stay below each other
		}
		cells[place{c.row(), c.Domain}] = mark + f.Text + " / " + table.Number(f.Recomputed, 2)
	}
	heads := []string{"!workflow", "agent", "!setting"}
	for _, d := range domains {
		heads = append(heads, ">"+cmp.Or(string(d), "average"))
	}
	t := table.New("Table 1, "+name+": printed / from the runs", 3, heads...)
	for _, c := range rows {
		line := []string{string(c.Workflow), c.Agent, string(c.Setting)}
		for _, d := range domains {
			line = append(line, cmp.Or(cells[place{c.row(), d}], table.Missing))
		}
		t.Add(line...)
	}
	t.Note("*: they disagree.")
	return *t
}

func disagreeing(checks []CellCheck) []CellCheck {
	var some []CellCheck
	for _, c := range checks {
		if !c.Agrees() {
			some = append(some, c)
		}
	}
	return some
}

func checkTable(title string, checks []CellCheck, domain ...string) *table.Table {
	heads := append([]string{"!workflow", "agent", "!setting"}, domain...)
	t := table.New(title, len(heads), append(heads, ">MATS", ">from runs", ">gain", ">from runs", "!reason")...)
	for _, c := range checks {
		cells := []string{string(c.Workflow), c.Agent, string(c.Setting)}
		if len(domain) > 0 {
			cells = append(cells, string(c.Domain))
		}
		t.Add(append(cells, c.MATS.Text, table.Number(c.MATS.Recomputed, 2), c.Gain.Text, table.Number(c.Gain.Recomputed, 2), string(c.Reason))...)
	}
	for i, c := range checks {
		if i == 0 || c.row() != checks[i-1].row() || c.Detail != checks[i-1].Detail {
			t.Note("%s: %s.", c.row(), c.Detail)
		}
	}
	return t
}

// row names the row of Table 1.
func (c CellCheck) row() string {
	return fmt.Sprintf("%s, %s, %s", c.Agent, c.Workflow, c.Setting)
}

func (r Reproduction) sizes() table.Table {
	t := table.New("Sizes of the private sets that the printed accuracies imply", 1, "domain", ">items", ">accuracies", ">k/items", ">not")
	printed, explained := 0, 0
	for _, s := range r.Sizes {
		t.Add(string(s.Domain), strconv.Itoa(s.Items), strconv.Itoa(s.Printed), strconv.Itoa(s.Explained), strconv.Itoa(len(s.Unexplained)))
		printed, explained = printed+s.Printed, explained+s.Explained
	}
	t.Note("%d of %d printed accuracies are a fraction of the items, rounded or cut off.", explained, printed)
	for _, s := range r.Sizes {
		for _, u := range s.Unexplained {
			where := fmt.Sprintf("base of %s", s.Domain)
			if u.Run != nil {
				where = u.Run.String()
			}
			t.Note("No fraction: %s %% (%s).", u.Accuracy, where)
		}
	}
	return *t
}

// Flat is every cell and average of Table 1, compared, as one table.
func (r Reproduction) Flat() table.Table {
	t := table.New("", 0, "workflow", "agent", "setting", "domain", "mats_printed", "mats_from_runs",
		"gain_printed", "gain_from_runs", "agrees", "reason", "detail")
	for _, checks := range [][]CellCheck{r.Cells, r.Averages} {
		for _, c := range checks {
			domain := c.Domain
			if domain == "" {
				domain = results.Domain("avg")
			}
			t.Add(string(c.Workflow), c.Agent, string(c.Setting), string(domain), c.MATS.Text, table.Number(c.MATS.Recomputed, 4),
				c.Gain.Text, table.Number(c.Gain.Recomputed, 4), strconv.FormatBool(c.Agrees()), string(c.Reason), c.Detail)
		}
	}
	return *t
}
