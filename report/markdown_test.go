package report_test

import (
	"bytes"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/published"
)

var (
	htmlTable = regexp.MustCompile(`(?s)<table>(.*?)</table>`)
	htmlRow   = regexp.MustCompile(`(?s)<tr>(.*?)</tr>`)
	htmlCell  = regexp.MustCompile(`(?s)<t[hd](?: style="text-align:(?:left|right)")?>(.*?)</t[hd]>`)
	htmlRest  = regexp.MustCompile(`</?(?:h3|ul|li|table|thead|tbody|tr|td|th)(?: style="text-align:(?:left|right)")?>`)
)

// rendered is the cells of the page's tables as a browser shows them; the page
// must hold no other markup than headings, tables and lists.
func rendered(t *testing.T, page []byte) [][][]string {
	t.Helper()
	var out bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.GFM)).Convert(page, &out); err != nil {
		t.Fatal(err)
	}
	if rest := htmlRest.ReplaceAllString(out.String(), ""); strings.ContainsAny(rest, "<>") {
		at := strings.IndexAny(rest, "<>")
		t.Errorf("markup in the page: %q", rest[max(0, at-60):min(len(rest), at+60)])
	}
	var tables [][][]string
	for _, m := range htmlTable.FindAllStringSubmatch(out.String(), -1) {
		var rows [][]string
		for _, r := range htmlRow.FindAllStringSubmatch(m[1], -1) {
			var cells []string
			for _, c := range htmlCell.FindAllStringSubmatch(r[1], -1) {
				cells = append(cells, html.UnescapeString(c[1]))
			}
			rows = append(rows, cells)
		}
		tables = append(tables, rows)
	}
	return tables
}

// TestMarkdownGoldensHoldTheCells renders the golden files with a Markdown
// library.
func TestMarkdownGoldensHoldTheCells(t *testing.T) {
	paper, err := published.Load()
	if err != nil {
		t.Fatal(err)
	}
	views := map[string]report.View{
		"reproduction": report.Reproduce(paper, report.Options{}),
		"power":        report.Leaderboard(answered(contest()), report.Options{}).Power(results.Number{}),
	}
	for _, c := range boardCases(t) {
		views["board-"+c.name] = report.Leaderboard(c.outcomes, c.opts)
	}
	seen := 0
	for name, view := range views {
		page, err := os.ReadFile(filepath.Join("testdata", name+".md"))
		if err != nil {
			continue // it is kept as text only
		}
		seen++
		got := rendered(t, page)
		tables := slices.DeleteFunc(view.Tables(), func(t table.Table) bool { return len(t.Columns) == 0 }) // notes alone
		if len(got) != len(tables) {
			t.Errorf("%s: %d tables, want %d", name, len(got), len(tables))
			continue
		}
		for i, tab := range tables {
			tab = tab.Clean()
			head := make([]string, len(tab.Columns))
			for j, c := range tab.Columns {
				head[j] = c.Name
			}
			if diff := cmp.Diff(append([][]string{head}, tab.Rows...), got[i]); diff != "" {
				t.Errorf("%s, table %q (-cells +as rendered):\n%s", name, tab.Title, diff)
			}
		}
	}
	if seen != 5 {
		t.Errorf("%d golden files in Markdown were rendered, want 5", seen)
	}
}
