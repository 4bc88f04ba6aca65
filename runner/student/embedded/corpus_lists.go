package embedded

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"autodatabench/tasks/mini"
)

// worked is something done to a list, a string or a program: what the prompt
// says of it, the trace and the value, as Python would print it.
type worked struct {
	text  string // with {x} for the input
	steps []string
	value string
}

var functionNames = []string{"g", "h", "run", "calc", "go", "fn", "task", "solve", "op", "p", "q", "apply", "make", "f"}

// ask words a worked value as a question, with or without a function's name,
// and closes the answer with the value or with an assertion.
func (g *gen) ask(w worked, input string) Row {
	text := fill(w.text, "{x}", input)
	if g.chance(55) {
		return Row{text, g.finish(w.steps, w.value)}
	}
	call := pick(g, functionNames) + "(" + input + ")"
	text = fill(pick(g, []string{
		"{t} State it as an assertion on {c}.", "{c}: {t} Assert the value.", "{t} Write the assert for {c}.", "{t}\n{c} == ?\nUse assert.",
		"Here {c} does this: {t} Complete the assert.",
	}), "{t}", text, "{c}", call)
	return Row{text, strings.Join(append(w.steps, "assert "+call+" == "+w.value), "\n")}
}

// ints draws a list of numbers, most of them up to 30.
func (g *gen) ints(low, high int) []int {
	xs := make([]int, g.between(low, high))
	for i := range xs {
		xs[i] = g.between(1, 30)
		if g.chance(15) {
			xs[i] = g.digits(3)
		}
		if g.chance(20) && i > 0 {
			xs[i] = xs[g.IntN(i)]
		}
	}
	return xs
}

func spaced(xs []int) string { return strings.Trim(fmt.Sprint(xs), "[]") }

// listWork is a traced operation on a list of numbers.
func (g *gen) listWork() Row {
	xs := g.ints(2, 6)
	var w worked
	switch g.IntN(9) {
	case 0:
		w = g.fold(xs)
	case 1, 2:
		w = g.marked(xs)
	case 3:
		w = g.each(xs)
	case 4:
		w = g.places(xs)
	case 5:
		w = g.sorted(xs)
	case 6:
		w = g.twoStage(xs)
	case 7:
		w = g.pairwise(xs)
	default:
		w = g.reordered(xs)
	}
	return g.ask(w, mini.FormatList(xs))
}

// fold runs through a list with one operation.
func (g *gen) fold(xs []int) worked {
	steps, acc := []string{}, xs[0]
	running := []int{acc}
	name := pick(g, []string{"+", "+", "max", "min", "-"})
	for _, x := range xs[1:] {
		var text string
		switch name {
		case "+":
			text, acc = fmt.Sprintf("%d + %d = %d", acc, x, acc+x), acc+x
		case "-":
			text, acc = fmt.Sprintf("%d - %d = %d", acc, x, acc-x), acc-x
		case "max":
			text, acc = fmt.Sprintf("max(%d, %d) = %d", acc, x, max(acc, x)), max(acc, x)
		default:
			text, acc = fmt.Sprintf("min(%d, %d) = %d", acc, x, min(acc, x)), min(acc, x)
		}
		steps, running = append(steps, text), append(running, acc)
	}
	if g.chance(30) {
		return worked{"Fold {x} by " + name + " and list the values on the way.", steps, mini.FormatList(running)}
	}
	return worked{pick(g, []string{"Fold {x} by ", "Reduce {x} with ", "Over {x}, run "}) + name + ".", steps, strconv.Itoa(acc)}
}

// marked tests each number and keeps or counts those that pass.
func (g *gen) marked(xs []int) worked {
	bound := pick(g, xs) + g.between(-2, 2)
	counting, keepYes := g.chance(50), true
	shape := g.IntN(3)
	var steps []string
	kept, count := []int{}, 0
	test := pick(g, []string{"odd", "even", ">", "<", "=="})
	if test == "==" {
		bound = pick(g, xs)
	}
	for _, x := range xs {
		var pass bool
		var line string
		switch test {
		case "odd", "even":
			parity := []string{"even", "odd"}[x%2]
			pass, line = parity == test, strconv.Itoa(x)+" "+parity
			if shape == 1 {
				line = fmt.Sprintf("%d %% 2 = %d", x, x%2)
			}
		case ">":
			pass, line = x > bound, fmt.Sprintf("%d > %d %s", x, bound, yes(x > bound))
		case "<":
			pass, line = x < bound, fmt.Sprintf("%d < %d %s", x, bound, yes(x < bound))
		default:
			pass, line = x == bound, fmt.Sprintf("%d == %d %s", x, bound, yes(x == bound))
		}
		if pass == keepYes {
			kept, count = append(kept, x), count+1
		}
		if counting {
			line += " " + strconv.Itoa(count)
		}
		steps = append(steps, line)
	}
	if test != "odd" && test != "even" {
		test += " " + strconv.Itoa(bound)
	}
	if counting {
		return worked{"Tally " + test + " in {x}.", steps, strconv.Itoa(count)}
	}
	return worked{pick(g, []string{"Mark " + test + " in {x} and collect.", "Filter {x} by " + test + "."}), steps, mini.FormatList(kept)}
}

// each maps every number by one step.
func (g *gen) each(xs []int) worked {
	n := g.between(2, 12)
	sign := pick(g, []string{" + ", " - ", " * ", "square", " % ", " // "})
	ys, steps := make([]int, len(xs)), make([]string, len(xs))
	for i, x := range xs {
		operand := strconv.Itoa(n)
		switch sign {
		case " + ":
			ys[i] = x + n
		case " - ":
			ys[i] = x - n
		case " * ":
			ys[i] = x * n
		case " % ":
			ys[i] = x % n
		case " // ":
			ys[i] = x / n
		default:
			xs[i] = min(x, 30)
			x = xs[i]
			ys[i], operand = x*x, strconv.Itoa(x)
		}
		steps[i] = strconv.Itoa(x) + strings.Replace(sign, "square", " * ", 1) + operand + " = " + strconv.Itoa(ys[i])
	}
	if sign == "square" {
		return worked{"Map x to x * x over {x}.", steps, mini.FormatList(ys)}
	}
	return worked{"Map x to x" + sign + strconv.Itoa(n) + " over {x}.", steps, mini.FormatList(ys)}
}

// places picks numbers by position.
func (g *gen) places(xs []int) worked {
	numbered := make([]string, len(xs))
	for i, x := range xs {
		numbered[i] = fmt.Sprintf("%d: %d", i, x)
	}
	at := g.IntN(len(xs))
	switch g.IntN(4) {
	case 0:
		return worked{fmt.Sprintf("Number {x} from 0; give entry %d.", at), numbered[:at+1], strconv.Itoa(xs[at])}
	case 1:
		return worked{fmt.Sprintf("Number {x} from 0; where is %d?", xs[at]), numbered[:slices.Index(xs, xs[at])+1], strconv.Itoa(slices.Index(xs, xs[at]))}
	case 2:
		return worked{fmt.Sprintf("xs = {x}; xs[:%d]", at), []string{spaced(xs), spaced(xs[:at])}, mini.FormatList(xs[:at])}
	default:
		steps, kept := make([]string, len(xs)), []int{}
		pattern := make([]string, len(xs))
		for i, x := range xs {
			pattern[i] = pick(g, []string{"keep", "skip"})
			steps[i] = strconv.Itoa(x) + " " + pattern[i]
			if pattern[i] == "keep" {
				kept = append(kept, x)
			}
		}
		return worked{"Go through {x}: " + strings.Join(pattern, ", ") + ".", steps, mini.FormatList(kept)}
	}
}

// sorted takes the smallest or largest off the list until it is empty.
func (g *gen) sorted(xs []int) worked {
	name, order := "min", 1
	if g.chance(50) {
		name, order = "max", -1
	}
	rest, out, steps := slices.Clone(xs), []int{}, []string{}
	for len(rest) > 0 {
		best := slices.MinFunc(rest, func(a, b int) int { return order * (a - b) })
		if len(rest) > 1 {
			steps = append(steps, fmt.Sprintf("%s(%s) = %d", name, strings.Trim(mini.FormatList(rest), "[]"), best))
		}
		out = append(out, best)
		at := slices.Index(rest, best)
		rest = slices.Delete(rest, at, at+1)
	}
	return worked{"Take off the " + name + " of {x} till none is left.", steps, mini.FormatList(out)}
}

// twoStage filters or maps, then folds.
func (g *gen) twoStage(xs []int) worked {
	first := g.marked(xs)
	for strings.HasPrefix(first.text, "Tally") {
		first = g.marked(xs)
	}
	kept, _ := mini.ParseList(first.value)
	if len(kept) == 0 {
		return first
	}
	second := g.fold(kept)
	stage := strings.TrimSuffix(first.text, ".")
	return worked{stage + ", then " + strings.ToLower(strings.ReplaceAll(second.text, "{x}", "that")), append(append(first.steps, first.value), second.steps...), second.value}
}

// pairwise works on neighbours.
func (g *gen) pairwise(xs []int) worked {
	steps, ys := []string{}, []int{}
	sign := pick(g, []string{"+", "-"})
	for i := range xs[1:] {
		y := xs[i+1] + xs[i]
		if sign == "-" {
			y = xs[i+1] - xs[i]
		}
		steps, ys = append(steps, fmt.Sprintf("%d %s %d = %d", xs[i+1], sign, xs[i], y)), append(ys, y)
	}
	return worked{"Next " + sign + " this along {x}.", steps, mini.FormatList(ys)}
}

// reordered moves numbers about.
func (g *gen) reordered(xs []int) worked {
	n := len(xs)
	ys := slices.Clone(xs)
	text := ""
	switch g.IntN(4) {
	case 0:
		text = "Swap the ends of {x}."
		ys[0], ys[n-1] = ys[n-1], ys[0]
	case 1:
		text = "Turn {x} round."
		slices.Reverse(ys)
	case 2:
		k := g.between(1, n-1)
		text = fmt.Sprintf("Move %d from the front of {x} to the back.", k)
		ys = append(slices.Clone(xs[k:]), xs[:k]...)
	default:
		perm := g.Perm(n)
		order := make([]string, n)
		for i, at := range perm {
			ys[i], order[i] = xs[at], strconv.Itoa(at+1)
		}
		text = "Put {x} in the order " + strings.Join(order, " ") + "."
	}
	return worked{text, []string{spaced(ys)}, mini.FormatList(ys)}
}
