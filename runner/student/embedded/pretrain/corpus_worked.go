package pretrain

import "strings"

var functionNames = []string{"g", "h", "run", "calc", "go", "fn", "task", "solve", "op", "p", "q", "apply", "make", "f"}

// ints draws a list of numbers, most of them up to 30.
func (g *gen) ints(low, high int) []int {
	xs := make([]int, g.between(low, high))
	for i := range xs {
		xs[i] = g.between(1, 25)
		if g.chance(8) {
			xs[i] = g.digits(3)
		}
		if g.chance(20) && i > 0 {
			xs[i] = xs[g.IntN(i)]
		}
	}
	return xs
}

// ruled is a rule said outright and worked on an input; the answer closes with
// the value or with an assertion.
func (g *gen) ruled() Row { return g.workedRule(g.anyRule()) }

// moved is a rule that moves numbers or letters.
func (g *gen) moved() Row { return g.workedRule(pick(g, g.moves)) }

func (g *gen) workedRule(r rule) Row {
	in := r.draw(g)
	steps, value := r.work(in)
	text := fill(r.text, "{x}", r.subject(in), "{k}", r.extra(in))
	if g.chance(30) {
		return Row{text, g.finish(steps, value)}
	}
	call := pick(g, functionNames) + "(" + r.arguments(in) + ")"
	text = fill(pick(g, []string{
		"{t} State it as an assertion on {c}.", "{c}: {t} Assert the value.", "{t} Write the assert for {c}.", "{t}\n{c} == ?\nUse assert.",
		"Here {c} does this: {t} Complete the assert.",
	}), "{t}", text, "{c}", call)
	return Row{text, asserted(steps, call, value)}
}

func asserted(steps []string, call, value string) string {
	return strings.Join(append(steps, "assert "+call+" == "+value), "\n")
}
