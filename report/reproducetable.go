package report

import (
	"fmt"
	"strconv"

	"autodatabench/report/table"
	"autodatabench/results"
)

// Tables returns the cells that disagree, the averages that disagree, and the
// sizes of the private sets.
func (r Reproduction) Tables() []table.Table {
	cells := checkTable("Table 1 recomputed from Tables 3 and 4: "+r.Summary(), disagreeing(r.Cells), "!domain")
	cells.Note("From the runs: MATS and gain (%%) as the scoring rules give them. MATS agrees within the rounding of what is printed, gain within %.2f.", gainTolerance)
	averages := checkTable("Averages of Table 1 that disagree", disagreeing(r.Averages))
	if h := r.Headline; h != nil {
		averages.Note("Best average without seed data: %s, %s, %s: %s %% printed, %s %% from the runs.",
			h.Agent, h.Workflow, h.Setting, h.Gain.Text, table.Number(h.Gain.Recomputed, 2))
	}
	for _, s := range r.SingleRuns {
		averages.Note("Table 2, %s: %.2f %% is no mean over runs but the value of one run: %s.", s.Method, s.Printed, s.Run)
	}
	return []table.Table{*cells, *averages, r.sizes()}
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
