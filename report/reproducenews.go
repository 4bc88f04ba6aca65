package report

import (
	"fmt"
	"strings"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// formulas say how the numbers of Table 1 follow from those of Tables 3 and 4.
const (
	gainFormula = "Gain of a run = 100 (a - b)/b: a is the accuracy in Table 4, b the base accuracy of the domain in Table 3. A cell is the mean over its two runs, an average the mean over its three domains."
	matsFormula = "MATS of a run = attempts per attempt with a valid submission: the paper prints it in Table 4. A cell is the mean over its two runs, an average the mean over its three domains."
)

// sources says which file holds which table of the paper, and how to correct one.
func sources() table.Table {
	t := table.New("Where the numbers come from", 1, "!arXiv 2605.30407v2", "!file in results/published/csv", "!used for")
	for _, s := range [][3]string{
		{"Table 1: MATS, gain", "table1_main.csv", "printed numbers that are checked"},
		{"Table 2: people's data", "table2_human.csv", "shown, and looked for among the runs"},
		{"Table 3: base", "table3_base.csv", "b in the formula of the gain"},
		{"Table 4: single runs", "table4_raw.csv", "a in the formula; the ranking"},
		{"Table 5: other models", "table5_generalization.csv", "shown"},
		{"not: sizes of sets", "none", "inferred from Tables 3 and 4"},
	} {
		t.Add(s[0], s[1], s[2])
	}
	t.Note("With numbers of your own: copy the five files into a folder, change them, and run reproduce --tables FOLDER. An error names the file, the line and the field.")
	return *t
}

// news is what a reader should take away, in five lines; the last one is the summary.
func (r Reproduction) news() table.Table {
	t := table.New("In five lines", 0)
	if h := r.Headline; h != nil {
		t.Note("Best average without seed data: %s, %s, %s %% printed and %s %% from the runs.", h.Agent, h.Workflow, h.Gain.Text, table.Number(h.Gain.Recomputed, 2))
	}
	t.Note("Two runs a cell tell little apart: %d of %d pairs of rows differ significantly.", len(r.Differing), r.Pairs)
	if line := r.contrastLine(); line != "" {
		t.Note("%s", line)
	}
	t.Note("%s", r.printedLine())
	t.Note("Table 1: %s.%s", r.Summary(), r.reasons())
	return *t
}

// contrastLine is what the iterative workflow adds, by setting.
func (r Reproduction) contrastLine() string {
	var parts []string
	for _, c := range r.Contrasts {
		parts = append(parts, fmt.Sprintf("%s %% of the base (p %s) in %s", signed(c.Estimate.Value), probability(c.P), c.Setting))
	}
	if len(parts) == 0 {
		return ""
	}
	return "Iterative over one-shot: " + strings.Join(parts, ", ") + "."
}

// printedLine is what the printed accuracies and Table 2 tell.
func (r Reproduction) printedLine() string {
	printed, explained := 0, 0
	for _, s := range r.Sizes {
		printed, explained = printed+s.Printed, explained+s.Explained
	}
	line := fmt.Sprintf("%d of %d accuracies are whole numbers of right answers.", explained, printed)
	if n := len(r.SingleRuns); n > 0 {
		line += fmt.Sprintf(" %d gains of Table 2 are of single runs.", n)
	}
	return line
}

// reasons counts the cells that disagree by why they do.
func (r Reproduction) reasons() string {
	count := map[Reason]int{}
	for _, c := range r.Cells {
		if !c.Agrees() {
			count[c.Reason]++
		}
	}
	var parts []string
	for _, reason := range []Reason{Swapped, Duplicated, Other} {
		if count[reason] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", reason, count[reason]))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " Why: " + strings.Join(parts, ", ") + "."
}

// shownRow is how a row of the paper is called in a figure.
func shownRow(agent string, s results.Setting) string { return agent + ", " + string(s) }
