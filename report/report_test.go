package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/report/text"
	"github.com/autodatabench/autodatabench/results"
)

var suffix = map[report.Format]string{report.Text: "txt", report.Markdown: "md", report.CSV: "csv", report.JSON: "json"}

func TestBoardGolden(t *testing.T) {
	for _, c := range boardCases(t) {
		t.Run(c.name, func(t *testing.T) {
			board := report.Leaderboard(c.outcomes, c.opts)
			golden(t, "board-"+c.name+".txt", render(t, report.Text, board))
			if c.name == "full" || c.name == "hostile" || c.name == "empty" {
				for _, f := range []report.Format{report.Markdown, report.CSV, report.JSON} {
					golden(t, "board-"+c.name+"."+suffix[f], render(t, f, board))
				}
			}
		})
	}
}

// The same rows give the same bytes, in whatever order they come.
func TestBoardDoesNotDependOnOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	formats := []report.Format{report.Text, report.JSON}
	for _, c := range boardCases(t) {
		c.opts.Draws = 499
		first := report.Leaderboard(c.outcomes, c.opts)
		for range 2 {
			random.Shuffle(len(c.outcomes), func(i, j int) { c.outcomes[i], c.outcomes[j] = c.outcomes[j], c.outcomes[i] })
			again := report.Leaderboard(c.outcomes, c.opts)
			for _, f := range formats {
				if want, got := render(t, f, first), render(t, f, again); !bytes.Equal(got, want) {
					t.Fatalf("%s as %s changed with the order of the outcomes:\n%s", c.name, f, cmp.Diff(string(want), string(got)))
				}
			}
		}
	}
}

func TestTextFitsAHundredColumns(t *testing.T) {
	for _, c := range boardCases(t) {
		for line := range strings.Lines(string(render(t, report.Text, few(c)))) {
			if w := table.Width(strings.TrimSuffix(line, "\n")); w > text.Width {
				t.Errorf("%s: %d columns: %s", c.name, w, line)
			}
		}
	}
}

// Whatever holds simulated results says so: in each table and in each line of CSV.
func TestSimulatedIsSaidEverywhere(t *testing.T) {
	for _, c := range boardCases(t) {
		if c.name == "published" || c.name == "empty" {
			continue
		}
		board := few(c)
		for _, tab := range board.Tables() {
			if !strings.Contains(fmt.Sprint(tab), string(report.Simulated)) {
				t.Errorf("%s: table %q does not say simulated", c.name, tab.Title)
			}
		}
		for _, g := range board.Groups {
			for _, r := range g.Rows {
				if r.Kind == results.OfAgent && r.Agent != "llm" && !strings.Contains(fmt.Sprint(r.Marks), string(report.Simulated)) {
					t.Errorf("%s: the row of %s is marked %v", c.name, r.Agent, r.Marks)
				}
			}
		}
	}
}

func TestMarkdownRowsHaveEqualCells(t *testing.T) {
	for _, c := range boardCases(t) {
		cells := 0
		for line := range strings.Lines(string(render(t, report.Markdown, few(c)))) {
			if !strings.HasPrefix(line, "|") {
				cells = 0
				continue
			}
			n := strings.Count(strings.ReplaceAll(strings.ReplaceAll(line, `\\`, ""), `\|`, ""), "|")
			if cells != 0 && n != cells {
				t.Errorf("%s: %d pipes, %d in the line above: %s", c.name, n, cells, line)
			}
			cells = n
		}
	}
}

func TestCSVAndJSONReadBack(t *testing.T) {
	for _, c := range boardCases(t) {
		board := few(c)
		lines, err := csv.NewReader(bytes.NewReader(render(t, report.CSV, board))).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		rows := 0
		for _, g := range board.Groups {
			rows += len(g.Rows)
		}
		if len(lines) != rows+1 {
			t.Errorf("%s: %d lines of CSV for %d rows", c.name, len(lines), rows)
		}
		var back report.Board
		if err := json.Unmarshal(render(t, report.JSON, board), &back); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff(board, back, cmpopts.IgnoreUnexported(report.Group{})); diff != "" {
			t.Errorf("%s as JSON and back (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestUnknownFormat(t *testing.T) {
	if err := report.Write(&bytes.Buffer{}, "pdf", report.List{}); err == nil || !strings.Contains(err.Error(), `"pdf"`) {
		t.Errorf("error is %v", err)
	}
}
