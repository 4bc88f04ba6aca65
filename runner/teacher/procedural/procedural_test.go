package procedural

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/teacher"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// flawless makes no mistake.
func flawless() *Teacher { return &Teacher{seed: 1, faults: Faults{stockProblems: 8}} }

func ask(prompt string, seed int64) teacher.Request {
	return teacher.Request{Messages: []teacher.Message{{Role: teacher.User, Content: prompt}}, Seed: seed}
}

func complete(t testing.TB, teach *Teacher, r teacher.Request) string {
	t.Helper()
	response, err := teach.Complete(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return response.Content
}

// pair decodes the JSON object of one problem.
func pair(t testing.TB, reply string) (question, solution string) {
	t.Helper()
	var p struct{ Question, Solution string }
	if err := json.Unmarshal([]byte(reply), &p); err != nil {
		t.Fatalf("%q: %v", reply, err)
	}
	return p.Question, p.Solution
}

func correct(d results.Domain, question, response string) bool {
	q, ok := mini.Recognise(d, question)
	if !ok {
		return false
	}
	s, ok := q.Family.Solve(q.Vars)
	return ok && mini.Evaluator(d).Judge(response, tasks.Item{Question: question, Answer: s.Answer}).Correct
}

// carefully is a prompt that leaves nothing open.
func carefully(d results.Domain, what string) string {
	return fmt.Sprintf("Write one new %s problem %s, with a solution, step by step.\nThe last line must have exactly this form: %s\n"+
		`Answer with a JSON object with the keys "question" and "solution".`, subject[d], what, ending[d])
}

var subject = map[results.Domain]string{results.Science: "science", results.Code: "Python code-reading", results.Finance: "finance"}

// TestFlawless asks a teacher without faults for problems of every family by its
// topic, for a solution and for its judgement of right and wrong ones.
func TestFlawless(t *testing.T) {
	teach := flawless()
	r := rand.New(rand.NewPCG(1, 2))
	for _, d := range results.Domains() {
		for _, f := range mini.Families(d) {
			request := ask(carefully(d, "from the area of "+f.Topic), 7)
			request.JSON = true
			question, solution := pair(t, complete(t, teach, request))
			if got, ok := mini.Recognise(d, question); !ok || got.Family.Topic != f.Topic {
				t.Errorf("%s/%s: asked for %q, got %q", d, f.Name, f.Topic, question)
			}
			if !correct(d, question, solution) || strings.Count(solution, "\n") < 1 {
				t.Errorf("%s/%s: %q is answered %q", d, f.Name, question, solution)
			}

			q, s := draw(f, 0, r)
			right := mini.Response(d, s)
			if got := complete(t, teach, ask("Solve step by step. The last line must be: "+ending[d]+"\n\n"+q.Question(), 1)); got != right {
				t.Errorf("%s/%s: solved as %q, want %q", d, f.Name, got, right)
			}
			judge := "Is the solution correct? Answer yes or no.\n\nQuestion: " + q.Question() + "\n\nSolution: "
			wrong := mini.Response(d, mistaken(r, s))
			for claim, want := range map[string]string{right: "yes, ", wrong: "no, ", "I do not know.": "no, ", "": "no, "} {
				// A spoiled number may still be within the rule's tolerance.
				if claim == wrong && correct(d, q.Question(), wrong) {
					want = "yes, "
				}
				if got := complete(t, teach, ask(judge+claim, 1)); !strings.HasPrefix(got, want) {
					t.Errorf("%s/%s: %q with the solution %q is judged %q, want %q", d, f.Name, q.Question(), claim, got, want)
				}
			}
		}
	}
}

// TestOpenProblemsOnly asks in every way, with all faults, and checks that no
// problem comes from an evaluation set or the seed pool.
func TestOpenProblemsOnly(t *testing.T) {
	teach := New(5)
	r := rand.New(rand.NewPCG(9, 9))
	for _, d := range results.Domains() {
		var prompts []string
		for _, f := range mini.Families(d) {
			bad := mini.Instance{Family: f, Vars: f.DrawIn(r, mini.Public), Wording: f.Wording[0]}
			prompts = append(prompts, carefully(d, "about "+f.Topic), carefully(d, "of the same kind as:\n\n"+bad.Question()+"\n\n"))
		}
		for range 60 {
			prompts = append(prompts, carefully(d, ""))
		}
		families := map[string]bool{}
		for i, prompt := range prompts {
			for seed := range int64(12) {
				request := ask(prompt, seed)
				request.JSON = true
				question, _ := pair(t, complete(t, teach, request))
				q, ok := mini.Recognise(d, question)
				if !ok || q.Question() != question {
					t.Fatalf("%s: prompt %d: %q is no question of the suite", d, i, question)
				}
				if split := q.Family.SplitOf(q.Vars); split != mini.Open {
					t.Errorf("%s/%s: %q is in split %s", d, q.Family.Name, question, split)
				}
				families[q.Family.Name] = true
			}
		}
		if len(families) != len(mini.Families(d)) {
			t.Errorf("%s: problems of %d families, want all %d", d, len(families), len(mini.Families(d)))
		}
	}
}

func TestRepeatability(t *testing.T) {
	prompt := carefully(results.Finance, "")
	teach := New(3)
	cold := func(seed int64) teacher.Request {
		r := ask(prompt, seed)
		r.Temperature = new(float64)
		return r
	}
	first := complete(t, teach, ask(prompt, 1))
	if again := complete(t, New(3), ask(prompt, 1)); again != first {
		t.Errorf("the same seeds gave %q and %q", first, again)
	}
	answers, others, colds := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for seed := range int64(50) {
		answers[complete(t, teach, ask(prompt, seed))] = true
		others[complete(t, New(seed), ask(prompt, 1))] = true
		colds[complete(t, teach, cold(seed))] = true
	}
	if len(answers) < 30 || len(others) < 30 {
		t.Errorf("of 50 seeds came %d answers, of 50 teachers %d", len(answers), len(others))
	}
	if len(colds) != 1 {
		t.Errorf("at temperature 0, of 50 seeds came %d answers", len(colds))
	}
	system := ask(prompt, 1)
	system.Messages = append([]teacher.Message{{Role: teacher.System, Content: "Be kind."}}, system.Messages...)
	if complete(t, teach, system) == first {
		t.Error("a system message changed nothing")
	}
}

// TestForms checks the shape of answers as prompts and requests ask for it.
func TestForms(t *testing.T) {
	teach := flawless()
	t.Run("prose", func(t *testing.T) {
		got := complete(t, teach, ask("Write two science problems.", 1))
		if strings.Count(got, "Question: ") != 2 || strings.Count(got, "Solution: ") != 2 {
			t.Errorf("got %q", got)
		}
	})
	t.Run("list in words", func(t *testing.T) {
		var got []map[string]string
		reply := complete(t, teach, ask(`Write three science problems as a JSON list of {"instruction": ..., "output": ...}.`, 1))
		if err := json.Unmarshal([]byte(reply), &got); err != nil || len(got) != 3 || got[2]["instruction"] == "" || got[2]["output"] == "" {
			t.Errorf("%v: %q", err, reply)
		}
	})
	t.Run("list in JSON mode", func(t *testing.T) {
		request := ask("Write four Python problems.", 1)
		request.JSON = true
		var got struct{ Problems []map[string]string }
		reply := complete(t, teach, request)
		if err := json.Unmarshal([]byte(reply), &got); err != nil || len(got.Problems) != 4 {
			t.Errorf("%v: %q", err, reply)
		}
	})
	q, s := draw(family(t, results.Finance, "markup-price"), 0, rand.New(rand.NewPCG(1, 1)))
	t.Run("verdict in JSON", func(t *testing.T) {
		var got struct {
			Correct bool
			Verdict string
		}
		reply := complete(t, teach, ask("Verify the solution, reply in JSON.\n"+q.Question()+"\n"+mini.Response(results.Finance, s), 1))
		if err := json.Unmarshal([]byte(reply), &got); err != nil || !got.Correct || got.Verdict != "yes" {
			t.Errorf("%v: %q", err, reply)
		}
	})
	t.Run("solution in JSON", func(t *testing.T) {
		var got map[string]string
		reply := complete(t, teach, ask(`Solve it step by step and end with "Therefore, the answer is N." Answer in JSON with the key "response".`+"\n"+q.Question(), 1))
		if err := json.Unmarshal([]byte(reply), &got); err != nil || got["response"] != mini.Response(results.Finance, s) {
			t.Errorf("%v: %q", err, reply)
		}
	})
	t.Run("unclear", func(t *testing.T) {
		if got := complete(t, teach, ask("What is the capital of France?", 1)); !strings.Contains(got, "not sure") {
			t.Errorf("got %q", got)
		}
	})
}

func TestLimits(t *testing.T) {
	prompt := carefully(results.Science, "")
	whole, err := flawless().Complete(t.Context(), ask(prompt, 1))
	if err != nil {
		t.Fatal(err)
	}
	want := teacher.Response{
		Content: whole.Content, FinishReason: "stop",
		InputTokens: int64((len(prompt)+1)/bytesPerToken + 1), OutputTokens: int64(len(whole.Content)/bytesPerToken + 1),
	}
	if d := cmp.Diff(want, whole); d != "" {
		t.Errorf("whole (-want +got):\n%s", d)
	}
	short := ask(prompt, 1)
	short.MaxTokens = 5
	got, err := flawless().Complete(t.Context(), short)
	if err != nil || got.Content != whole.Content[:5*bytesPerToken] || got.FinishReason != "length" {
		t.Errorf("max_tokens 5: %+v, %v", got, err)
	}
	stopped := ask(prompt, 1)
	stopped.Stop = []string{"never there", `"solution"`, "", "question"}
	if got := complete(t, flawless(), stopped); got != `{"` {
		t.Errorf("stop: %q", got)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	_, err = flawless().Complete(ctx, ask(prompt, 1))
	var call *teacher.CallError
	if !errors.As(err, &call) || !call.Refunded || !strings.Contains(err.Error(), "enough") {
		t.Errorf("ended context: %v", err)
	}
}

// TestSpoil checks that a spoiled answer always differs and stays text.
func TestSpoil(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	answers := []string{"True", "False", "[]", "''", "'a'", "'abc'", "None", "-6", "0", "3.25", "[1, -2, 3]", "['a', 'b']", ""}
	for _, d := range results.Domains() {
		for _, f := range mini.Families(d) {
			_, s := draw(f, 0, r)
			answers = append(answers, s.Answer)
		}
	}
	for _, answer := range answers {
		for range 40 {
			if got := spoil(r, answer); got == answer || !utf8.ValidString(got) {
				t.Errorf("%q spoiled is %q", answer, got)
			}
		}
	}
}
