package text_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/report/text"
)

func write(t *testing.T, tab *table.Table, width int) string {
	t.Helper()
	var b bytes.Buffer
	if err := text.Write(&b, *tab, width); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func sample() *table.Table {
	t := table.New("A_title 100%", 2, ">rank", "agent_id", "!marks", ">Gain%", ">avg")
	t.Add("1", "my_agent | x", "simulated", "12.00", "1.5 ± 3.1")
	t.Add("2", "数据工程师", "", "-3.10", "-")
	t.Add("10", "a very long name of an agent", "published", "0.00", "±")
	t.Note("Note of %d words.", 4)
	return t
}

// A table of long keys is split, and its keys leave room for figures in each part.
func TestKeysLeaveRoom(t *testing.T) {
	tab := table.New("", 3, ">rank", "agent", "experiment", ">science", ">code", ">finance", ">average", ">MATS", "ties", ">on top", ">runs")
	tab.Add("1", strings.Repeat("deepseek-", 8), strings.Repeat("experiment-", 8), "-54.17", "-40.00", "-17.50", "-37.22 ± 3.7", "1.50", "ab", "17 %", "2")
	got := write(t, tab, 60)
	for line := range strings.Lines(got) {
		if w := table.Width(strings.TrimSuffix(line, "\n")); w > 60 {
			t.Errorf("%d columns: %s", w, line)
		}
	}
	if parts := strings.Count(got, "rank"); parts > 5 {
		t.Errorf("%d parts:\n%s", parts, got)
	}
}

// The head keeps its letters as they are; Chinese takes two columns each; ± one,
// whatever the locale.
func TestWrite(t *testing.T) {
	t.Setenv("LC_ALL", "zh_CN.UTF-8")
	for _, tt := range []struct {
		name  string
		width int
		want  string
	}{
		{"as wide as it is", 100, `A_title 100%

rank  agent_id                      marks      Gain%        avg
---------------------------------------------------------------
   1  my_agent | x                  simulated  12.00  1.5 ± 3.1
   2  数据工程师                               -3.10          -
  10  a very long name of an agent  published   0.00          ±

Note of 4 words.
`},
		{"cut", 50, `A_title 100%

rank  agent_id         marks      Gain%        avg
--------------------------------------------------
   1  my_agent | x     simulated  12.00  1.5 ± 3.1
   2  数据工程师                  -3.10          -
  10  a very long na…  published   0.00          ±

Note of 4 words.
`},
		{"split", 44, `A_title 100%

rank  agent_id                   marks
------------------------------------------
   1  my_agent | x               simulated
   2  数据工程师
  10  a very long name of an a…  published

rank  agent_id                   Gain%
--------------------------------------
   1  my_agent | x               12.00
   2  数据工程师                 -3.10
  10  a very long name of an a…   0.00

rank  agent_id                         avg
------------------------------------------
   1  my_agent | x               1.5 ± 3.1
   2  数据工程师                         -
  10  a very long name of an a…          ±

Note of 4 words.
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, write(t, sample(), tt.width)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWriteFewColumnsOrRows(t *testing.T) {
	for _, tt := range []struct {
		name string
		tab  *table.Table
		want string
	}{
		{"no rows", table.New("Empty", 1, "agent", ">n"), "Empty\n\nagent  n\n(no rows)\n"},
		{"no columns", table.New("Nothing", 0), "Nothing\n\n(no rows)\n"},
		{"only keys, no title", func() *table.Table { t := table.New("", 2, "a", "b"); t.Add("1", "2"); return t }(), "a  b\n----\n1  2\n"},
	} {
		if diff := cmp.Diff(tt.want, write(t, tt.tab, text.Width)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// Hostile cells stay in their row, at any width.
func FuzzWrite(f *testing.F) {
	f.Add("a|b", "\x1b[2J\n\n", 100)
	f.Add("数据", "\u202e", 20)
	f.Add("e\u0301\u0301", "%s %d", 1)
	f.Add("{{.}}", "👩‍🔬🇩🇪", 30)
	f.Fuzz(func(t *testing.T, a, b string, width int) {
		width = 10 + (width%200+200)%200
		tab := table.New(a, 1, "agent", "note", ">n")
		tab.Add(a, b, "1")
		tab.Add(b, a, "2")
		out := write(t, tab, width)
		if strings.ContainsAny(out, "\x1b\r\u202e") {
			t.Errorf("control characters in %q", out)
		}
		rows := 0
		for line := range strings.Lines(out) {
			if strings.HasPrefix(line, "-----") {
				rows++
			}
		}
		if parts := rows; parts > 3 && !strings.HasPrefix(a, "-") && !strings.HasPrefix(b, "-") {
			t.Errorf("%d parts of a table of 3 columns:\n%s", parts, out)
		}
	})
}

// A table that is too wide loses the columns that say the same in every row before it is
// split.
func TestSameColumnsFold(t *testing.T) {
	tab := table.New("", 3, ">rank", "agent", "setting", ">gain", "kind")
	tab.Add("1", "first", "scratch", "12.5", "simulated")
	tab.Add("2", "second", "scratch", "11.0", "simulated")
	tab.Note("Gain in %%.")
	const whole = `rank  agent   setting  gain  kind
--------------------------------------
   1  first   scratch  12.5  simulated
   2  second  scratch  11.0  simulated

Gain in %.
`
	const folded = `rank  agent   gain
------------------
   1  first   12.5
   2  second  11.0

In all rows: setting scratch, kind
  simulated.
Gain in %.
`
	for width, want := range map[int]string{40: whole, 36: folded} {
		if diff := cmp.Diff(want, write(t, tab, width)); diff != "" {
			t.Errorf("%d columns (-want +got):\n%s", width, diff)
		}
	}
}
