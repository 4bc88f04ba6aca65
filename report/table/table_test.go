package table_test

import (
	"bytes"
	"encoding/csv"
	"math"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

func TestNew(t *testing.T) {
	got := table.New("T", 1, "agent", ">gain", "!marks", ">!n")
	want := []table.Column{
		{Name: "agent", Align: table.Left}, {Name: "gain", Align: table.Right},
		{Name: "marks", Align: table.Left, Whole: true}, {Name: "n", Align: table.Right, Whole: true},
	}
	if diff := cmp.Diff(want, got.Columns); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	defer func() {
		if recover() == nil {
			t.Error("a row of two cells was added to four columns")
		}
	}()
	got.Add("a", "b")
}

func TestNumber(t *testing.T) {
	for _, tt := range []struct {
		value  float64
		places int
		want   string
	}{
		{57.287, 2, "57.29"}, {-6.724, 2, "-6.72"}, {0, 2, "0.00"}, {-0.001, 2, "0.00"}, {math.Copysign(0, -1), 1, "0.0"},
		{1.525, 2, "1.53"}, {2.125, 2, "2.13"}, {-1.525, 2, "-1.53"}, {1.235, 2, "1.24"}, {1.234999, 2, "1.23"}, {10, 0, "10"}, {-0.4, 0, "0"},
	} {
		if got := table.Number(results.Num(tt.value, true), tt.places); got != tt.want {
			t.Errorf("Number(%v, %d) = %q, want %q", tt.value, tt.places, got, tt.want)
		}
	}
	if got := table.Number(results.Number{}, 2); got != table.Missing {
		t.Errorf("a missing number is %q", got)
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 50_000: "50,000", 1_234_567: "1,234,567", -999: "-999", -12_345: "-12,345"} {
		if got := table.Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestPlain(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"gpt-5.2", "gpt-5.2"},
		{" a\n\tb\r\n", "a b"},
		{"\x1b[31mred", "[31mred"},
		{"abc\u202edef\u200b\u2066", "abcdef"},
		{"\xff\xfe", "\uFFFD"},
		{"line\u2028and\u2029page\u0085", "line and page"},
		{strings.Repeat("x", 300), strings.Repeat("x", 199) + "…"},
		{"数据", "数据"},
	} {
		if got := table.Plain(tt.in); got != tt.want {
			t.Errorf("Plain(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, tt := range []struct {
		in    string
		width int
		want  string
	}{
		{"agent", 5, "agent"}, {"agents", 5, "agen…"}, {"数据工程", 7, "数据工…"}, {"数据工程", 8, "数据工程"}, {"数据工程", 6, "数据…"}, {"ab", 1, "…"},
	} {
		if got := table.Cut(tt.in, tt.width); got != tt.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", tt.in, tt.width, got, tt.want)
		}
	}
}

func TestWriteCSV(t *testing.T) {
	tab := table.New("not written", 0, "agent", ">gain")
	tab.Add(`say "a, b"`, "-6.72")
	tab.Add("=SUM(A1)", table.Missing)
	tab.Add("+1+cmd|' /C calc'!A0", "+3.5")
	tab.Add("@x\ny", "1e3")
	tab.Add("-minus", "")
	tab.Note("not written")
	var b bytes.Buffer
	if err := table.WriteCSV(&b, *tab); err != nil {
		t.Fatal(err)
	}
	want := `agent,gain
"say ""a, b""",-6.72
'=SUM(A1),
'+1+cmd|' /C calc'!A0,+3.5
'@x y,1e3
'-minus,
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("CSV (-want +got):\n%s", diff)
	}
}

// Whatever a cell holds, it stays one cell that no spreadsheet runs, on one line.
func FuzzCell(f *testing.F) {
	for _, s := range []string{"", "a,b", "\"", "=1+1", " =1+1", "\u200b=1", "\t@x", "-1", "-", "\r\n", "\xff", "e\u0301", strings.Repeat("数", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		plain := table.Plain(s)
		if again := table.Plain(plain); again != plain {
			t.Errorf("Plain(%q) is %q, then %q", s, plain, again)
		}
		if strings.ContainsFunc(plain, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }) {
			t.Errorf("Plain(%q) = %q holds control characters", s, plain)
		}
		if cut := table.Cut(plain, 10); table.Width(cut) > 10 {
			t.Errorf("Cut(%q, 10) = %q is %d wide", plain, cut, table.Width(cut))
		}
		tab := table.New("", 0, "x", "y")
		tab.Add("key", s)
		var b bytes.Buffer
		if err := table.WriteCSV(&b, *tab); err != nil {
			t.Fatal(err)
		}
		lines, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(lines) != 2 || len(lines[1]) != 2 {
			t.Fatalf("%q became %q (%v)", s, lines, err)
		}
		if got := lines[1][1]; strings.IndexAny(got, "=@") == 0 {
			t.Errorf("%q became %q, which is a formula", s, got)
		}
	})
}
