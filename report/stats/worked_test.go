package stats

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// workedPage holds the example whose every number this test recomputes.
const workedPage = "../../bench/doc/design/methods.md"

// workedRow is a line of the example: the symbol, the arithmetic with {symbols} in
// place of printed values, and the value as the package computes it.
type workedRow struct {
	symbol, how string
	value       float64
}

// workedTables are the tables of the example as the page prints them.
type workedTables struct {
	items  map[string][]string // by label: base, A 1, ...
	order  []string            // symbols of the figures
	how    map[string]string
	figure map[string]string
}

// TestWorkedExample recomputes the example of methods.md section 9 from its table
// of answers and its inputs, and compares every number and all arithmetic.
func TestWorkedExample(t *testing.T) {
	page := readWorked(t)
	e := newWorkedExample(t, page)
	for label, want := range e.itemRows() {
		got := page.items[label]
		if len(got) != len(want) {
			t.Errorf("row %s: %d items on the page, want %d", label, len(got), len(want))
			continue
		}
		for i := range want {
			if text := likePrinted(got[i], want[i]); text != got[i] {
				t.Errorf("row %s, item %d: %s on the page, want %s", label, i+1, got[i], text)
			}
		}
	}
	var symbols []string
	for _, row := range e.rows() {
		symbols = append(symbols, row.symbol)
		printed, ok := page.figure[row.symbol]
		if !ok {
			t.Errorf("the page lacks %s", row.symbol)
			continue
		}
		how := page.filled(row.how)
		if text := likePrinted(printed, row.value); text != printed || how != page.how[row.symbol] {
			t.Errorf("on the page: | `%s` | %s | %s |\nwant:        | `%s` | %s | %s |", row.symbol, page.how[row.symbol], printed, row.symbol, how, text)
		}
	}
	if !slices.Equal(symbols, page.order) {
		t.Errorf("figures on the page %v, want %v", page.order, symbols)
	}
}

// readWorked reads the tables of section 9. Numbers outside of them, which nothing
// would check, are refused.
func readWorked(t *testing.T) workedTables {
	t.Helper()
	data, err := os.ReadFile(workedPage)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(data), "\n## 9. Worked example\n")
	section, _, closed := strings.Cut(rest, "\n## ")
	if !found || !closed {
		t.Fatal("the page has no section 9, or nothing after it")
	}
	w := workedTables{items: map[string][]string{}, how: map[string]string{}, figure: map[string]string{}}
	for line := range strings.Lines(section) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			if strings.ContainsAny(line, "0123456789") {
				t.Errorf("a number outside of the tables: %s", line)
			}
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch symbol := strings.Trim(cells[0], "`"); {
		case symbol != cells[0] && len(cells) == 3:
			w.order = append(w.order, symbol)
			w.how[symbol], w.figure[symbol] = cells[1], cells[2]
		case !strings.HasPrefix(cells[0], "--"):
			w.items[cells[0]] = cells[1:]
		}
	}
	return w
}

// filled is the arithmetic with the values that the page prints.
func (w workedTables) filled(how string) string {
	return regexp.MustCompile(`\{[^}]*\}`).ReplaceAllStringFunc(how, func(s string) string {
		return w.figure[strings.Trim(s, "{}")]
	})
}

func (w workedTables) number(t *testing.T, symbol string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(w.figure[symbol], 64)
	if err != nil {
		t.Fatalf("%s: %v", symbol, err)
	}
	return v
}

func (w workedTables) answers(t *testing.T, label string) []bool {
	t.Helper()
	out := make([]bool, len(w.items[label]))
	for i, cell := range w.items[label] {
		if cell != "0" && cell != "1" {
			t.Fatalf("row %s, item %d: %q, want 0 or 1", label, i+1, cell)
		}
		out[i] = cell == "1"
	}
	return out
}

// likePrinted is the value with as many decimals as the printed text.
func likePrinted(printed string, value float64) string {
	_, decimals, _ := strings.Cut(printed, ".")
	return strconv.FormatFloat(value, 'f', len(decimals), 64)
}
