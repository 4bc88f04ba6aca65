package evaluators

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"
)

// TestCases judges responses in the forms that people and models write. Decimals
// have a relative tolerance of 1 %. Brackets are accounting's minus in numeric, and
// nothing in finance, whose official rule drops them.
func TestCases(t *testing.T) {
	f, err := os.Open("testdata/cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	total := 0
	for lines := bufio.NewScanner(f); lines.Scan(); total++ {
		var c struct {
			Evaluator string                     `json:"evaluator"`
			Response  string                     `json:"response"`
			Item      map[string]json.RawMessage `json:"item"`
			Correct   bool                       `json:"correct"`
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		spec := Spec{Kind: c.Evaluator}
		if c.Evaluator == "numeric" {
			spec.RelativeTolerance = 0.01
		}
		e, err := Open(spec)
		if err != nil {
			t.Fatal(err)
		}
		if v := e.Judge(c.Response, Published(c.Item)); v.Correct != c.Correct {
			t.Errorf("%s: %q for %s: %+v, want %v", c.Evaluator, c.Response, c.Item, v, c.Correct)
		}
	}
	if total < 205 {
		t.Errorf("%d cases", total)
	}
}
