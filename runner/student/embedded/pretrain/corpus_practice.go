package pretrain

import (
	"regexp"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// practiceUser asks for nothing in particular: the answer's operands are free,
// and only its results have a loss (see practiceExample).
const practiceUser = "Practice."

var bareStep = regexp.MustCompile(`-?[\d.]+ ([-+*/]) -?[\d.]+ = -?[\d.]+$`)

// practice is arithmetic as dense as it gets: the bare numbers of steps of the
// suite's solutions, over all families and without a word of their problems, so
// that the base knows the arithmetic that is needed but not what for.
func (g *gen) practice() Row { return g.bareSteps("+-*/") }

// sums is practice of the suite's sums and differences alone.
func (g *gen) sums() Row { return g.bareSteps("+-") }

func (g *gen) bareSteps(operators string) Row {
	lines := make([]string, 0, 8)
	for len(lines) < 8 {
		families := mini.Families(pick(g, []results.Domain{results.Science, results.Finance}))
		_, s := g.solved(families[g.IntN(len(families))])
		for _, step := range s.Steps {
			bare := bareStep.FindStringSubmatch(step)
			if bare != nil && strings.Contains(operators, bare[1]) {
				lines = append(lines, bare[0])
			}
		}
	}
	return Row{practiceUser, strings.Join(lines[:8], "\n")}
}

// practiceExample weighs the tokens after each "=" with 1, all others with 0.
// equal is the token of " =", ends tells which tokens end a line.
func practiceExample(ids []int, from, equal int, ends func(int) bool) ([]int, []float32) {
	weights := make([]float32, len(ids))
	result := false
	for i := from; i < len(ids); i++ {
		if result {
			weights[i] = 1
		}
		switch {
		case ids[i] == equal:
			result = true
		case ends(ids[i]):
			result = false
		}
	}
	return ids, weights
}
