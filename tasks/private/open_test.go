package private

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

func open(t *testing.T, d results.Domain) (tasks.Task, []tasks.Item) {
	t.Helper()
	task, err := mini.Load(d)
	if err != nil {
		t.Fatal(err)
	}
	items, err := Open("", task)
	if err != nil {
		t.Fatal(err)
	}
	return task, items
}

// TestNothingIsShared holds that no question of the private set, and none of
// its instances in whatever wording, stands in what the task shows.
func TestNothingIsShared(t *testing.T) {
	for _, d := range results.Domains() {
		task, items := open(t, d)
		shown := append([]string{}, task.Seed...)
		for _, item := range task.Public {
			shown = append(shown, item.Question)
		}
		for _, s := range task.Brief.FewShot {
			shown = append(shown, s.Question)
		}
		for _, row := range task.Brief.Sample {
			shown = append(shown, row.Prompt())
		}
		keys, texts := map[string]bool{}, map[string]bool{}
		for _, q := range shown {
			i, ok := mini.Recognise(d, q)
			if !ok {
				t.Fatalf("%q is not recognised", q)
			}
			keys[i.Family.Key(i.Vars)], texts[q] = true, true
		}
		instances := mini.Draw(d, mini.Private, mini.PrivateItems, privateOrPublic(miniWordings(d)))
		for n, item := range items {
			i := instances[n]
			if i.Question() != item.Question {
				t.Fatalf("%s: item %d is not instance %d", d, n, n)
			}
			if d := cmp.Diff(map[string]string{tasks.GroupField: i.Family.Name}, item.Fields); d != "" {
				t.Errorf("%s: fields of item %d: %s", task.Name, n, d)
			}
			key := i.Family.Key(i.Vars)
			if keys[key] || texts[item.Question] {
				t.Errorf("%s: %q is shown or repeated", d, item.Question)
			}
			keys[key], texts[item.Question] = true, true
			if i.Family.SplitOf(i.Vars) != mini.Private {
				t.Errorf("%s: %s is not of the private split", d, key)
			}
			if strings.Contains(task.Brief.Description, item.Question) {
				t.Errorf("%s: %q stands in the description", d, item.Question)
			}
		}
	}
}

func TestOpen(t *testing.T) {
	for _, d := range results.Domains() {
		_, items := open(t, d)
		if _, again := open(t, d); !cmp.Equal(items, again) {
			t.Errorf("%s: another private set the second time", d)
		}
		e := mini.Evaluator(d)
		unseen, ids := 0, map[string]bool{}
		for n, item := range items {
			if want := fmt.Sprintf("%s-private-%03d", d, n+1); item.ID != want || ids[item.ID] {
				t.Errorf("id %s, want %s", item.ID, want)
			}
			ids[item.ID] = true
			if strings.ContainsAny(item.Question, "{}") || item.Answer == "" {
				t.Errorf("%s: question %q, answer %q", item.ID, item.Question, item.Answer)
			}
			i, ok := mini.Recognise(d, item.Question)
			if !ok {
				unseen++
				continue
			}
			s, ok := i.Family.Solve(i.Vars)
			if !ok || s.Answer != item.Answer {
				t.Errorf("%s: answer %q, want %q", item.ID, item.Answer, s.Answer)
			}
			if v := e.Judge(mini.Response(d, s), item); !v.Correct {
				t.Errorf("%s: %s", item.ID, v.Reason)
			}
		}
		if len(items) != 300 || unseen != 90 {
			t.Errorf("%s: %d items, %d in private wordings, want 300 and 90", d, len(items), unseen)
		}
	}
}

// TestPrivateWordings holds that each family has two wordings that nothing
// public recognises, that show every value, the numbers in the family's order,
// and whose answers are judged.
func TestPrivateWordings(t *testing.T) {
	for _, d := range results.Domains() {
		wordings, all := miniWordings(d), map[string]bool{}
		for name := range wordings {
			if _, ok := mini.ByName(d, name); !ok {
				t.Errorf("%s: wordings for the unknown family %s", d, name)
			}
		}
		for _, f := range mini.Families(d) {
			for _, w := range f.Wording {
				all[w] = true
			}
		}
		for n, f := range mini.Families(d) {
			r := rand.New(rand.NewPCG(3, uint64(n)))
			if len(wordings[f.Name]) < 2 {
				t.Errorf("%s/%s: %d private wordings, want at least two", d, f.Name, len(wordings[f.Name]))
			}
			for _, w := range wordings[f.Name] {
				if all[w] {
					t.Errorf("%s/%s: %q is used twice", d, f.Name, w)
				}
				all[w] = true
				for _, p := range f.Params {
					if !strings.Contains(w, "{"+p.Name+"}") {
						t.Errorf("%s/%s: %q does not mention %s", d, f.Name, w, p.Name)
					}
				}
				if diff := cmp.Diff(f.Order(f.Wording[0]), f.Order(w)); diff != "" {
					t.Errorf("%s/%s: %q gives the numbers in another order: %s", d, f.Name, w, diff)
				}
				for range 20 {
					i := mini.Instance{Family: f, Vars: f.Draw(r), Wording: w}
					if got, ok := mini.Recognise(d, i.Question()); ok {
						t.Fatalf("%q is recognised as %s", i.Question(), got.Family.Name)
					}
					s, _ := f.Solve(i.Vars)
					v := mini.Evaluator(d).Judge(mini.Response(d, s), tasks.Item{Question: i.Question(), Answer: s.Answer})
					if strings.ContainsAny(i.Question(), "{}") || !v.Correct {
						t.Fatalf("%q: %s", i.Question(), v.Reason)
					}
				}
			}
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, task := range []tasks.Task{
		{Name: "x", Suite: "paper", Brief: results.Brief{Domain: results.Science}},
		{Name: "x", Suite: mini.Suite, Brief: results.Brief{Domain: "law"}},
		{},
	} {
		items, err := Open("", task)
		if e := new(results.Error); !errors.As(err, &e) || e.Kind != results.BadInput || items != nil {
			t.Errorf("suite %q, domain %q: got %d items, %v, want bad input", task.Suite, task.Brief.Domain, len(items), err)
		}
	}
}
