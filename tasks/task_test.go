package tasks

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
)

// exact judges a response by equality.
type exact struct{}

func (exact) Judge(response string, item Item) results.Verdict {
	return results.Verdict{Extracted: response, Correct: response == item.Answer, Reason: "compared"}
}

func TestEvaluate(t *testing.T) {
	items := []Item{{ID: "a", Answer: "1"}, {ID: "b", Answer: "2"}, {ID: "c", Answer: "3"}}
	judged, score := Evaluate(exact{}, items, []string{"1", "0", "3"})
	if want := (results.Score{Correct: 2, Total: 3}); score != want {
		t.Errorf("score %+v, want %+v", score, want)
	}
	verdict := func(item, response string, correct bool) results.Judged {
		return results.Judged{Item: item, Response: response, Verdict: results.Verdict{Extracted: response, Correct: correct, Reason: "compared"}}
	}
	want := []results.Judged{verdict("a", "1", true), verdict("b", "0", false), verdict("c", "3", true)}
	if diff := cmp.Diff(want, judged); diff != "" {
		t.Errorf("judged (-want +got):\n%s", diff)
	}
	if judged, score := Evaluate(exact{}, nil, nil); len(judged) != 0 || score != (results.Score{}) {
		t.Errorf("no items: %v, %v", judged, score)
	}
}

func TestDigest(t *testing.T) {
	base := func() Task {
		return Task{
			Name: "science", Suite: "mini", Brief: results.Brief{Title: "T", FewShot: []results.Shot{{Question: "q"}}},
			Public: []Item{{ID: "a", Question: "q", Answer: "1"}}, Seed: []string{"s"},
		}
	}
	digest := func(evaluator string, change func(*Task)) string {
		task := base()
		change(&task)
		d, err := Digest(task, evaluator)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	want := digest("e", func(*Task) {})
	if len(want) != 64 || want != digest("e", func(t *Task) { t.Evaluator, t.Digest = exact{}, "x" }) {
		t.Errorf("digest %q depends on the evaluator's code or on itself", want)
	}
	seen := map[string]string{want: "nothing"}
	for name, d := range map[string]string{
		"evaluator": digest("f", func(*Task) {}),
		"name":      digest("e", func(t *Task) { t.Name = "code" }),
		"suite":     digest("e", func(t *Task) { t.Suite = "paper" }),
		"brief":     digest("e", func(t *Task) { t.Brief.FewShot[0].Solution = "1" }),
		"answer":    digest("e", func(t *Task) { t.Public[0].Answer = "2" }),
		"fields":    digest("e", func(t *Task) { t.Public[0].Fields = map[string]string{"unit": "m"} }),
		"private":   digest("e", func(t *Task) { t.PrivateDigest = "d" }),
		"seed":      digest("e", func(t *Task) { t.Seed[0] = "z" }),
	} {
		if other, ok := seen[d]; ok {
			t.Errorf("a change of the %s has the digest of a change of %s", name, other)
		}
		seen[d] = name
	}
}
