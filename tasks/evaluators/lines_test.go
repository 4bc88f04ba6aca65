package evaluators

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestLines(t *testing.T) {
	for _, tt := range []struct{ name, evaluator, line, want string }{
		{"response", "scibench", `{"response": "so \\boxed{5.07e1} it is", "item": {"answer_number": "50.7", "unit": "atm"}}`, `"5.07e1" true`},
		{"missing field that is not needed", "scibench", `{"response": "\\boxed{-2}", "item": {"answer_number": "-2"}}`, `"-2" true`},
		{"number as a field", "finance", `{"response": "Therefore, the answer is 22.5.", "item": {"ground_truth": 22.5}}`, `"22.5" true`},
		{"boolean", "finance", `{"extracted": "yes", "item": {"ground_truth": true}}`, ` true`},
		{"extracted", "finance", `{"extracted": "$5", "item": {"ground_truth": 5}}`, `"5" true`},
		{"extracted null", "finance", `{"extracted": null, "item": {"ground_truth": 5}}`, `null false there is no answer`},
		{"code", "lcb-top", `{"response": "assert f(1) == [2, 0]", "item": {"test": "[{\"input\": \"1\", \"output\": \"[2, 0]\", \"testtype\": \"functional\"}]"}}`, ` true`},
		{"numeric", "numeric", `{"response": "the answer is 5", "item": {"answer": 5}}`, `"5" true`},
		{"exact", "exact", `{"response": "Paris", "item": {"answer": "Paris"}}`, `"Paris" true`},
		{"choice", "choice", `{"response": "the answer is (b)", "item": {"answer": "B"}}`, ` true`},
		{"python-literal", "python-literal", `{"extracted": "[1,2]", "item": {"answer": "[1, 2]"}}`, ` true`},
		{"mini, science", "mini-science", `{"response": "\\boxed{30}", "item": {"answer": "30"}}`, `"30" true`},
		{"mini, code", "mini-code", `{"response": "assert(f(1) == [2]), 'm'", "item": {"question": "assert f(1) == # TODO", "answer": "[2]"}}`, `"[2]" true`},
		{"mini, code, another call", "mini-code", `{"response": "assert f(2) == [2]", "item": {"question": "assert f(1) == # TODO", "answer": "[2]"}}`, `"[2]" false`},
		{"mini, code, extracted", "mini-code", `{"extracted": "[2]", "item": {"question": "assert f(1) == # TODO", "answer": "[2]"}}`, `"[2]" true`},
		{"mini, finance", "mini-finance", `{"response": "the answer is 190/2", "item": {"answer": "190"}}`, `"190" false`},
		{"mini, finance, extracted", "mini-finance", `{"extracted": "190", "item": {"answer": "190"}}`, `"190" true`},
		{"contains", "contains", `{"response": "The capital of France is Paris.", "item": {"answer": "Paris"}}`, `"The capital of France is Paris" true`},
		{"contains, alias", "contains", `{"response": "It is in the USA.", "item": {"answer": "United States", "aliases": "USA | U.S."}}`, ` true`},
		{"regex", "regex", `{"response": "the answer is 12 kg", "item": {"answer": "12 ?kg"}}`, ` true`},
		{"no item", "finance", `{"response": "the answer is 5"}`, `null false the line cannot be read: it has no "item"`},
		{"nothing to judge", "finance", `{"item": {"ground_truth": 5}}`, `null false the line cannot be read: it has neither`},
		{"both", "finance", `{"response": "5", "extracted": "5", "item": {}}`, `null false the line cannot be read: it has both`},
		{"response null", "finance", `{"response": null, "item": {"ground_truth": 5}}`, `null false the line cannot be read: it has neither`},
		{"no JSON", "finance", `{"response": `, `null false the line cannot be read: unexpected end`},
		{"an array", "finance", `[1]`, `null false the line cannot be read`},
		{"empty", "finance", ``, `null false the line cannot be read`},
		{"not UTF-8", "finance", "{\"response\": \"\xff\", \"item\": {}}", `null false the line cannot be read: it is not UTF-8`},
		{"gold missing", "finance", `{"response": "the answer is 5", "item": {}}`, ` false `},
	} {
		got := lines(t, tt.evaluator, tt.line+"\n")
		if len(got) != 1 || !strings.Contains(got[0], tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// lines judges the text and writes each judgement as "extracted correct reason".
func lines(t *testing.T, name, text string) []string {
	t.Helper()
	e, err := ByName(name)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := Lines(e, strings.NewReader(text), &out); err != nil {
		t.Fatal(err)
	}
	var list []string
	for line := range strings.Lines(out.String()) {
		var j struct {
			Extracted json.RawMessage
			Correct   bool
			Reason    string
		}
		if err := json.Unmarshal([]byte(line), &j); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		verdict := " false "
		if j.Correct {
			verdict = " true "
		}
		list = append(list, string(j.Extracted)+verdict+j.Reason)
	}
	return list
}

// One line in, one line out, in order: also beyond the limits, with Windows line
// ends, and without a line end at the end.
func TestEveryLineHasAVerdict(t *testing.T) {
	right := `{"response": "the answer is 5", "item": {"ground_truth": 5}}`
	long := `{"response": "` + strings.Repeat("x", maxLine) + `", "item": {"ground_truth": 5}}`
	got := lines(t, "finance", right+"\n"+long+"\nrubbish\n\n"+right+"\r\n"+right)
	for i := range got {
		got[i] = strings.Join(strings.Fields(got[i])[:2], " ")
	}
	if diff := cmp.Diff([]string{`"5" true`, "null false", "null false", "null false", `"5" true`, `"5" true`}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLinesReportsWhatBreaks(t *testing.T) {
	e, _ := ByName("finance")
	broken := errors.New("broken")
	if err := Lines(e, iotest.ErrReader(broken), &strings.Builder{}); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}

func TestByName(t *testing.T) {
	if _, err := ByName("scibenhc"); err == nil || !strings.Contains(err.Error(), "want scibench, lcb-top, finance") {
		t.Errorf("error %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, s := range []Spec{
		{Kind: "exact", RelativeTolerance: 0.1}, {Kind: "scibench", IgnoreCase: true}, {Kind: "numeric", Choices: []string{"A", "B"}},
		{Kind: "numeric", RelativeTolerance: -1}, {Kind: "choice", Choices: []string{}}, {},
	} {
		if _, err := Open(s); err == nil {
			t.Errorf("%+v is accepted", s)
		}
	}
}

// Every evaluator says what it does, and its parameters stand in what it says.
func TestTold(t *testing.T) {
	for _, kind := range Kinds() {
		if text := Told(Spec{Kind: kind}); len(text) < 80 {
			t.Errorf("%s: %q", kind, text)
		}
	}
	if text := Told(Spec{Kind: "numeric", RelativeTolerance: 0.02}); !strings.Contains(text, "at most 2 % of") {
		t.Errorf("numeric: %q", text)
	}
	if text := Told(Spec{Kind: "choice", Choices: []string{"yes", "no"}}); !strings.Contains(text, "yes, no") {
		t.Errorf("choice: %q", text)
	}
}

// FuzzLines: any text has a judgement a line.
func FuzzLines(f *testing.F) {
	f.Add(`{"response": "the answer is 5", "item": {"ground_truth": 5}}` + "\n[]\n")
	f.Fuzz(func(t *testing.T, text string) {
		want := strings.Count(text, "\n")
		if text != "" && !strings.HasSuffix(text, "\n") {
			want++
		}
		for _, e := range All() {
			var out strings.Builder
			if err := Lines(e, strings.NewReader(text), &out); err != nil {
				t.Fatal(err)
			}
			if got := strings.Count(out.String(), "\n"); got != want {
				t.Fatalf("%s: %d lines for %d", e.Name, got, want)
			}
		}
	})
}
