package pretrain

import (
	"slices"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// The evaluator must find each set as good as its name says.
func TestTrainingSetsAreAsGoodAsTheirNames(t *testing.T) {
	want := map[string][2]float64{ // shares of correct rows
		"perfect":                {1, 1},
		"40 % wrong numbers":     {0.5, 0.7},
		"40 % of families wrong": {0.35, 0.8},
		"three families":         {1, 1},
		"wrong format":           {0, 0},
	}
	for _, domain := range results.Domains() {
		sets := TrainingSets(domain, 300, 4)
		if len(sets) != len(want) {
			t.Fatalf("%d sets, want %d", len(sets), len(want))
		}
		truth := sets[slices.IndexFunc(sets, func(s TrainingSet) bool { return s.Name == "perfect" })]
		for _, set := range sets {
			correct, families := 0, map[string]bool{}
			for _, row := range set.Rows {
				i, ok := mini.Recognise(domain, row.Instruction)
				if !ok {
					t.Fatalf("%s, %s: no problem of the suite: %q", domain, set.Name, row.Instruction)
				}
				if split := i.Family.SplitOf(i.Vars); split != mini.Open {
					t.Fatalf("%s, %s: an instance of the %s split", domain, set.Name, split)
				}
				families[i.Family.Name] = true
				s, _ := i.Family.Solve(i.Vars)
				item := tasks.Item{Question: row.Instruction, Answer: s.Answer}
				if mini.Evaluator(domain).Judge(row.Output, item).Correct {
					correct++
				}
			}
			share, bounds := float64(correct)/300, want[set.Name]
			if share < bounds[0] || share > bounds[1] {
				t.Errorf("%s, %s: %.2f of the rows are correct, want %v", domain, set.Name, share, bounds)
			}
			if (len(families) == 3) != strings.HasPrefix(set.Name, "three") {
				t.Errorf("%s, %s: %d families", domain, set.Name, len(families))
			}
		}
		if len(truth.Rows) != 300 {
			t.Errorf("%s: %d rows", domain, len(truth.Rows))
		}
	}
}
