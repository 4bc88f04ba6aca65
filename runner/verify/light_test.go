package verify

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results/bundle"
)

// A light bundle has no failure, says what it lacks, and vouches for no budget.
func TestLight(t *testing.T) {
	f, whole := unpacked(t)
	path := f.pack(bundle.Options{Light: true})
	r := verified(t, path)
	if len(r.Failures()) > 0 || !slices.Contains(r.Open(), Budgets) || len(r.Outcomes) != 2 {
		t.Fatalf("open %v: %+v", r.Open(), r.Failures())
	}
	b, err := bundle.Open(path, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, l := range b.LeftOut {
		if strings.Contains(l.Why, "light") {
			left = append(left, l.Path)
		}
	}
	if !slices.Contains(left, pipeline+"/ledger.jsonl") || !slices.Contains(left, careless+"/ledger.jsonl") || len(left) < 3 {
		t.Errorf("left out: %v", left)
	}
	if b.Size >= whole.Size {
		t.Errorf("%d of %d bytes", b.Size, whole.Size)
	}
	for _, c := range r.Checks {
		if c.Name == Budgets && c.Status != Trusted {
			t.Errorf("%+v", c)
		}
	}
}

// What a light bundle holds is checked as in a whole one.
func TestTamperingWithLight(t *testing.T) {
	for _, c := range []tampering{
		{"more calls than the budget in the events", Budgets, pipeline, consistent(func(f *forger) {
			f.events(pipeline, "code.executed", func(data map[string]any) { data["teacher_calls"] = 1_000_000 })
		})},
		{"the chosen submission", Attempts, pipeline, func(f *forger) {
			f.text(fmt.Sprintf("%s/attempts/%d/submission.json", pipeline, f.best(pipeline)), flip)
		}},
		{"a final score", Seals, pipeline, func(f *forger) { f.replace(pipeline+final1+"score.json", `"correct": `, `"correct": 1`) }},
		{"another submission than the one that is sealed", Seals, careless, func(f *forger) {
			f.text(careless+"/attempts/2/submission.json", func(data []byte) []byte { return append(data, ' ') })
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			f, _ := unpacked(t)
			c.do(f)
			r := verified(t, f.pack(bundle.Options{Light: true}))
			if !slices.ContainsFunc(r.Failures(), func(check Check) bool {
				return check.Name == c.name && strings.Contains(check.Place+" "+check.Text, c.place)
			}) {
				t.Errorf("%s at %s does not fail; what fails: %+v", c.name, c.place, r.Failures())
			}
		})
	}
}
