package private

import (
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// TestSolutionsAreRight: the worked solutions of all 2,400 questions of suite mini
// are right, and wrong for another answer.
func TestSolutionsAreRight(t *testing.T) {
	right := 0
	for _, d := range results.Domains() {
		e := mini.Evaluator(d)
		for split, instances := range map[mini.Split][]mini.Instance{
			mini.Public:  mini.Draw(d, mini.Public, 100, mini.PublicWordings),
			mini.Pool:    mini.Draw(d, mini.Pool, 400, mini.PublicWordings),
			mini.Private: mini.Draw(d, mini.Private, mini.PrivateItems, privateOrPublic(miniWordings(d))),
		} {
			for _, i := range instances {
				s, ok := i.Family.Solve(i.Vars)
				if !ok {
					t.Fatalf("%s: no solution of %q", d, i.Question())
				}
				response := mini.Response(d, s)
				item := tasks.Item{Question: i.Question(), Answer: s.Answer}
				if v := e.Judge(response, item); v.Correct {
					right++
				} else {
					t.Errorf("%s, %s: %q for %q: %+v", d, split, response, item.Question, v)
				}
				if item.Answer = "-987654"; e.Judge(response, item).Correct {
					t.Errorf("%s, %s: %q is right for another answer", d, split, response)
				}
			}
		}
	}
	if right != 2400 {
		t.Errorf("%d of 2,400 solutions are right", right)
	}
}
