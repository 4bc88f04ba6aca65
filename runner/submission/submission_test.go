package submission

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
)

var budget = results.Budget{DatasetSize: 3, MinRows: 2}

const good = `{"instruction":"i","input":"","output":"o"}`

func TestDecode(t *testing.T) {
	row := func(i string) results.Row { return results.Row{Instruction: i, Output: "o"} }
	tests := []struct {
		name, file string
		rows       []results.Row
		check      results.Check
	}{
		{"enough", `[` + good + `,{"output":"o","instruction":"j"}]`, []results.Row{row("i"), row("j")}, results.Check{Valid: true, Rows: 2, Kept: 2, Used: 2}},
		{"the first are used", `[{"instruction":"1","output":"o"},[],{"instruction":"2","output":"o"},{"instruction":"3","output":"o"},{"instruction":"4","output":"o"}]`,
			[]results.Row{row("1"), row("2"), row("3")},
			results.Check{Valid: true, Rows: 5, Kept: 4, Used: 3, Reasons: map[string]int{notObject: 1}, Dropped: []results.Drop{{Row: 1, Reason: notObject, Text: "[]"}}}},
		{"too few", `[` + good + `,{"instruction":"i","output":" \n"}]`, nil,
			results.Check{Rows: 2, Kept: 1, Problem: "1 valid rows of 2, at least 2 are needed (dropped: 1 empty output)", Reasons: map[string]int{emptyOutput: 1},
				Dropped: []results.Drop{{Row: 1, Reason: emptyOutput, Text: `{"instruction":"i","output":" \n"}`}}}},
		{"empty array", `[]`, nil, results.Check{Problem: "0 valid rows of 0, at least 2 are needed"}},
		{"empty file", ``, nil, results.Check{Problem: "submission.json is empty"}},
		{"spaces", " \n", nil, results.Check{Problem: "submission.json is empty"}},
		{"object", `{"rows":[]}`, nil, results.Check{Problem: "submission.json is not a JSON array of rows"}},
		{"text", `"[]"`, nil, results.Check{Problem: "submission.json is not a JSON array of rows"}},
		{"no JSON", `rows`, nil, results.Check{Problem: "submission.json: not valid JSON near byte 0: invalid character 'r' looking for beginning of value"}},
		{"cut in a row", `[` + good + `,{"instr`, nil, results.Check{Rows: 1, Kept: 1, Problem: "row 1: not valid JSON: the file ends early"}},
		{"cut after a row", `[` + good, nil, results.Check{Rows: 1, Kept: 1, Problem: "after row 0: not valid JSON: the file ends early"}},
		{"bad row", `[` + good + `,{'instruction':1}]`, nil,
			results.Check{Rows: 1, Kept: 1, Problem: "row 1: not valid JSON near byte 45: invalid character '\\'' looking for beginning of object key string"}},
		{"no comma", `[` + good + ` ` + good + `]`, nil, results.Check{Rows: 1, Kept: 1, Problem: "row 1: not valid JSON near byte 45: expected comma after array element"}},
		{"more after", `[` + good + `,` + good + `] []`, nil, results.Check{Rows: 2, Kept: 2, Problem: "submission.json goes on after the array, which ends at byte 89"}},
		{"garbage after", `[` + good + `,` + good + `]x`, nil, results.Check{Rows: 2, Kept: 2, Problem: "submission.json goes on after the array, which ends at byte 89"}},
		{"not UTF-8", "[" + good + ",{\"instruction\":\"\xff\"}]", nil, results.Check{Rows: 1, Kept: 1, Problem: "row 1 is not UTF-8 (the row ends at byte 64)"}},
		{"mark", "\ufeff[]", nil, results.Check{Problem: "submission.json: not valid JSON near byte 0: invalid character 'ï' looking for beginning of value"}},
		{"deep", strings.Repeat("[", 20_000), nil, results.Check{Problem: "row 0: not valid JSON near byte 1: invalid character '[' exceeded max depth"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rows, check := Decode(strings.NewReader(tt.file), budget)
			if diff := cmp.Diff(tt.rows, rows); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.check, check); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFilter(t *testing.T) {
	long := strings.Repeat("x", results.MaxRowBytes-2)
	tests := []struct{ name, row, reason string }{
		{"all keys", `{"instruction":"i","input":"n","output":"o"}`, ""},
		{"no input", `{"instruction":"i","output":"o"}`, ""},
		{"longest", `{"instruction":"i","input":"` + long + `","output":"o"}`, ""},
		{"too long", `{"instruction":"ii","input":"` + long + `","output":"o"}`, tooLong},
		{"surrogate pair", `{"instruction":"\ud83d\ude00","output":"\\ud800"}`, ""},
		{"null", `null`, notObject},
		{"string", `"row"`, notObject},
		{"no output", `{"instruction":"i"}`, noOutput},
		{"no instruction", `{"output":"o"}`, noInstruction},
		{"null output", `{"instruction":"i","output":null}`, notString("output")},
		{"number", `{"instruction":"i","input":5,"output":"o"}`, notString("input")},
		{"nested", `{"instruction":{"a":[1]},"output":"o"}`, notString("instruction")},
		{"more keys", `{"instruction":"i","output":"o","id":1}`, unknownKey},
		{"other case", `{"Instruction":"i","output":"o"}`, unknownKey},
		{"twice", `{"instruction":"i","output":"","output":"o"}`, repeatedKey},
		{"empty instruction", `{"instruction":"\t","output":"o"}`, emptyInstruction},
		{"empty instruction and input", `{"instruction":"","input":" \n","output":"o"}`, emptyInstruction},
		{"all in the input", `{"instruction":"","input":"n","output":"o"}`, ""},
		{"empty output", `{"instruction":"i","output":"\u00a0"}`, emptyOutput},
		{"high surrogate", `{"instruction":"i","output":"\ud83d"}`, loneSurrogate},
		{"low surrogate", `{"instruction":"\uDE00\ud83d","output":"o"}`, loneSurrogate},
		{"high twice", `{"instruction":"\ud83d\ud83d\ude00","output":"o"}`, loneSurrogate},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, reason := filter([]byte(tt.row)); reason != tt.reason {
				t.Errorf("reason %q, want %q", reason, tt.reason)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	many := "[" + strings.Repeat("0,", results.MaxSubmittable) + "0]"
	if _, check := Decode(strings.NewReader(many), budget); check.Valid || check.Problem != "submission.json has more than 50000 rows" || len(check.Dropped) != maxDrops {
		t.Errorf("many rows: %+v", check)
	}
	// Endless files of each part: a limit must end each. Here it is small.
	const most = 1 << 20
	for name, parts := range map[string][2]string{
		"space before": {"", " "}, "one row": {"[\"", "x"}, "space in the array": {"[", " "}, "space after": {"[" + good + "," + good + "]", "\n"},
	} {
		file := io.MultiReader(strings.NewReader(parts[0]), endless(parts[1][0]))
		if _, check := decode(file, budget, most); check.Valid || check.Problem != "submission.json is larger than 1048576 bytes" {
			t.Errorf("%s: %+v", name, check)
		}
	}
	_, check := Decode(io.MultiReader(strings.NewReader("["+good), iotest.ErrReader(errors.New("broken disk"))), budget)
	if check.Problem != "submission.json cannot be read: broken disk" {
		t.Errorf("read error: %+v", check)
	}
	exact := "[" + good + "," + good + "]"
	exact += strings.Repeat(" ", most-len(exact))
	if _, check := decode(strings.NewReader(exact), budget, most); !check.Valid {
		t.Errorf("a file of just the limit: %+v", check)
	}
	_, check = Decode(strings.NewReader(`[{"x":"`+strings.Repeat("é", 999)+`"}]`), budget)
	if got := len([]rune(check.Dropped[0].Text)); got != maxDropRunes+3 {
		t.Errorf("a dropped row is shown with %d characters", got)
	}
}

// endless is a file without end.
type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

// FuzzDecode checks the verdict against itself and against encoding/json.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`[` + good + `,` + good + `]`, `[{"instruction":"\ud800","output":"o"},5]`, "[{\"input\":\"\xff\"}]", `[[[{}]]]x`, `{`, ``} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, check := Decode(strings.NewReader(string(file)), budget)
		dropped := 0
		for _, n := range check.Reasons {
			dropped += n
		}
		if check.Valid != (check.Problem == "") || check.Used != len(rows) || check.Kept+dropped != check.Rows ||
			len(rows) > budget.DatasetSize || len(check.Dropped) > maxDrops || strings.Contains(check.Problem, "\n") {
			t.Errorf("%q: %d rows, %+v", file, len(rows), check)
		}
		if !check.Valid {
			return
		}
		var all []json.RawMessage
		if err := json.Unmarshal(file, &all); err != nil || len(all) != check.Rows {
			t.Fatalf("%q is valid, yet has %d rows (%v)", file, len(all), err)
		}
		for _, row := range rows {
			again, err := json.Marshal(row)
			if err != nil {
				t.Fatal(err)
			}
			if same, reason := filter(again); reason != "" || same != row {
				t.Errorf("kept row %s is dropped when written again: %s", again, reason)
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	var file strings.Builder
	for i := range 2_000 {
		fmt.Fprintf(&file, "%c{\"instruction\":%q,\"input\":\"\",\"output\":%q}", "[,"[min(i, 1)], strings.Repeat("question ", 60), strings.Repeat("step\n", 200))
	}
	file.WriteString("]")
	b.SetBytes(int64(file.Len()))
	for b.Loop() {
		if _, check := Decode(strings.NewReader(file.String()), results.Paper().Budget); !check.Valid {
			b.Fatal(check.Problem)
		}
	}
}

// TestEveryReasonHasAnExample drops many rows for one reason before the first of
// others.
func TestEveryReasonHasAnExample(t *testing.T) {
	rows := strings.Repeat("[],", 20) + `{"instruction":"i","output":""},` + strings.Repeat("[],", 20) + `{"instruction":3,"output":"o"}`
	_, check := Decode(strings.NewReader("["+rows+"]"), results.Budget{MinRows: 1, DatasetSize: 1})
	shown := map[string]bool{}
	for _, d := range check.Dropped {
		shown[d.Reason] = true
	}
	if len(check.Dropped) != maxDrops || len(shown) != len(check.Reasons) || len(shown) != 3 {
		t.Errorf("%d rows of %d reasons shown, dropped were %v", len(check.Dropped), len(shown), check.Reasons)
	}
}

// TestGreatRow bounds what one row takes of the memory: it was sixteen times its size.
func TestGreatRow(t *testing.T) {
	for name, row := range map[string]string{
		"a text":  `{"instruction": "` + strings.Repeat("x", 60<<20) + `", "input": "", "output": "y"}`,
		"escapes": `{"instruction": "a", "input": "", "output": "` + strings.Repeat(`\u0041`, 10<<20) + `"}`,
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		_, check := Decode(strings.NewReader(`[`+row+`]`), results.Mini().Budget)
		runtime.ReadMemStats(&after)
		took := (after.TotalAlloc - before.TotalAlloc) >> 20
		t.Logf("%s: %d MiB", name, took)
		if took > 400 || check.Valid || check.Reasons[tooLong] != 1 {
			t.Errorf("%s: %d MiB allocated, verdict %+v", name, took, check)
		}
	}
}

// TestDuring stops reading when the execution has ended.
func TestDuring(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, check := Decode(During(ctx, strings.NewReader("[]")), results.Mini().Budget); check.Valid || !strings.Contains(check.Problem, "cannot be read") {
		t.Errorf("verdict %+v", check)
	}
}
