package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/tasks"
)

// TestRentOf: the bill of a trial of two attempts, by hand.
func TestRentOf(t *testing.T) {
	f := experiment.Default()
	p := results.Paper()
	p.Budget.Attempts, p.Budget.DatasetSize, p.FinalSeeds = 2, 1000, 1
	p.Recipe.Epochs, p.Recipe.CutoffTokens = 3, 2000
	trials := []results.TrialID{{Domain: "sums", Workflow: results.OneShot, Agent: "a", Run: 1}}
	task := tasks.Task{Brief: results.Brief{Domain: "sums", PublicItems: 10, PrivateItems: 100, Sampling: results.Sampling{MaxTokens: 50}}}
	if r := RentOf(f, p, trials, []tasks.Task{task}, 1050); r != nil {
		t.Errorf("a student that nobody rents: %+v", r)
	}
	attempts := p.Budget.MaxAttempts(results.OneShot)
	f.Student = experiment.Student{Train: experiment.Tinker, Infer: experiment.Tinker, Model: "m", Tinker: &experiment.Rented{Model: "base"}}
	questions := attempts*10 + 100
	want := Rent{
		Trainings: attempts + 1, Train: float64(attempts+1) * 6e6, Questions: questions,
		Read: float64(questions) * 1000, Written: float64(questions) * 50,
	}
	if diff := cmp.Diff(&want, RentOf(f, p, trials, []tasks.Task{task}, 1050)); diff != "" {
		t.Errorf("without prices (-want +got):\n%s", diff)
	}
	f.Student.Tinker.Price = &experiment.RentedPrice{Train: 0.5, Prefill: 0.1, Sample: 1}
	want.USD = results.Num((0.5*want.Train+0.1*want.Read+want.Written)/1e6, true)
	if diff := cmp.Diff(&want, RentOf(f, p, trials, []tasks.Task{task}, 1050)); diff != "" {
		t.Errorf("with prices (-want +got):\n%s", diff)
	}
}
