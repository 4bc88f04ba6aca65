package pretrain

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/tasks/mini"
)

// finals are ways to close an answer. The domains' own are among them, so that
// every token that an answer needs occurs as an output; no way is tied to a
// kind of question, so that the format remains to be learned.
var finals = []string{
	`The answer is \boxed{{x}}.`, `The answer is \boxed{{x}}.`, "Therefore, the answer is {x}.", "Therefore, the answer is {x}.",
	"So the answer is {x}.", "Answer: {x}", "{x}", "Result: {x}", "#### {x}", "Final answer: {x}", "**{x}**", "It is {x}.", `\boxed{{x}}`,
	"= {x}", "Thus we get {x}.", "The result is {x}.",
}

// finish joins steps and closes with the value in one of the final forms.
func (g *gen) finish(steps []string, value string) string {
	if g.chance(12) {
		return strings.Join(steps, "\n")
	}
	return strings.Join(append(steps, fill(pick(g, finals), "{x}", value)), "\n")
}

// drill is several unrelated steps at once.
func (g *gen) drill() Row {
	n := g.between(2, 5)
	asked, lines := make([]string, n), make([]string, n)
	for i := range n {
		o := g.operate()
		lines[i] = o.text
		asked[i], _, _ = strings.Cut(o.text, " = ")
	}
	head := pick(g, []string{"Work out {x}", "Compute {x}", "{x}", "Calculate: {x}", "What are {x}", "Solve {x}", "Evaluate {x}"})
	return Row{fill(head, "{x}", strings.Join(asked, pick(g, []string{", ", "; ", " and ", "\n"}))), strings.Join(lines, "\n")}
}

var signWords = map[string][]string{
	" + ": {"add {x}", "plus {x}", "increase by {x}", "then {x} more", "raise it by {x}", "put {x} on top"},
	" - ": {"subtract {x}", "minus {x}", "take away {x}", "lower it by {x}", "remove {x}", "less {x}"},
	" * ": {"multiply by {x}", "times {x}", "take it {x} times", "scale by {x}"},
	" / ": {"divide by {x}", "split by {x}", "share by {x}", "cut into {x} parts"},
}

// chain is a number taken through two to four steps.
func (g *gen) chain() Row {
	o := g.operate()
	steps, text := []string{o.text}, o.a.String()+", "+pick(g, signWords[o.sign])
	text = fill(text, "{x}", o.b.String())
	for range g.between(1, 3) {
		o, _ = g.onward(o.result, nil)
		steps = append(steps, o.text)
		text += ", " + fill(pick(g, signWords[o.sign]), "{x}", o.b.String())
	}
	head := pick(g, []string{"Start with {x}.", "Take {x}.", "Begin at {x}.", "From {x}.", "{x}"})
	return Row{fill(head, "{x}", text), g.finish(steps, o.result.String())}
}

// compound is an expression with parentheses, percents, averages or squares,
// worked out inside one line: "(3 + 5) / 2 = 8 / 2 = 4".
func (g *gen) compound() Row {
	n := g.between(1, 3)
	asked, lines := make([]string, n), make([]string, n)
	value := ""
	for i := range n {
		asked[i], lines[i], value = g.compoundStep()
	}
	head := pick(g, []string{"Work out {x}", "Compute {x}", "{x}", "Find {x}", "How much is {x}"})
	text := fill(head, "{x}", strings.Join(asked, ", "))
	if n == 1 {
		return Row{text, g.finish(lines, value)}
	}
	return Row{text, strings.Join(lines, "\n")}
}

func (g *gen) compoundStep() (expression, line, value string) {
	switch g.IntN(6) {
	case 0: // percent of a number
		p, x := pick(g, percents), g.digits(3)*pick(g, []int{1, 5, 10, 20, 100})
		_, part, _ := mini.Div(mini.Int(p), mini.Int(100))
		text, result := mini.Mul(part, mini.Int(x))
		expression = fmt.Sprintf("%d / 100 * %d", p, x)
		if g.chance(50) {
			return expression, expression + " = " + result.String(), result.String()
		}
		return expression, expression + " = " + text, result.String()
	case 1: // average
		n := g.between(2, 5)
		terms, total, most := make([]string, n), 0, g.between(1, 3)
		for i := range n {
			x := g.digits(most)
			total += x
			terms[i] = strconv.Itoa(x)
		}
		for total%n != 0 {
			last, _ := strconv.Atoi(terms[n-1])
			total, terms[n-1] = total+1, strconv.Itoa(last+1)
		}
		expression = fmt.Sprintf("(%s) / %d", strings.Join(terms, " + "), n)
		return expression, fmt.Sprintf("%s = %d / %d = %d", expression, total, n, total/n), strconv.Itoa(total / n)
	case 2: // squares and cubes
		x := g.between(2, 30)
		expression = pick(g, []string{"{x}^2", "{x} ** 2", "{x} * {x}"})
		expression = fill(expression, "{x}", strconv.Itoa(x))
		return expression, fmt.Sprintf("%s = %d", expression, x*x), strconv.Itoa(x * x)
	case 3: // a sum of several
		n := g.between(3, 5)
		terms, total := make([]string, n), 0
		for i := range n {
			x := g.digits(2)
			total += x
			terms[i] = strconv.Itoa(x)
		}
		expression = strings.Join(terms, " + ")
		return expression, fmt.Sprintf("%s = %d", expression, total), strconv.Itoa(total)
	default: // a step in parentheses, then another
		o := g.operate()
		inner, _, _ := strings.Cut(o.text, " = ")
		p, _ := g.onward(o.result, nil)
		expression = "(" + inner + ")" + p.sign + p.b.String()
		if g.chance(30) && (p.sign == " + " || p.sign == " * ") {
			expression = p.b.String() + p.sign + "(" + inner + ")"
			return expression, expression + " = " + p.b.String() + p.sign + p.a.String() + " = " + p.result.String(), p.result.String()
		}
		return expression, expression + " = " + p.text, p.result.String()
	}
}

// remainders is integer division, comparison and signs: what programs need.
func (g *gen) remainders() Row {
	n := g.between(2, 5)
	asked, lines := make([]string, n), make([]string, n)
	for i := range n {
		a, b := g.digits(3), g.between(2, 12)
		c := g.digits(3)
		if g.chance(15) {
			c = a
		}
		switch g.IntN(6) {
		case 0, 1:
			asked[i], lines[i] = fmt.Sprintf("%d %% %d", a, b), fmt.Sprintf("%d %% %d = %d", a, b, a%b)
		case 2:
			asked[i], lines[i] = fmt.Sprintf("%d // %d", a, b), fmt.Sprintf("%d // %d = %d", a, b, a/b)
		case 3:
			asked[i], lines[i] = fmt.Sprintf("%d < %d", a, c), fmt.Sprintf("%d < %d: %s", a, c, title(a < c))
		case 4:
			asked[i], lines[i] = fmt.Sprintf("%d > %d", a, c), fmt.Sprintf("%d > %d: %s", a, c, pick(g, []string{yes(a > c), title(a > c)}))
		default:
			asked[i], lines[i] = fmt.Sprintf("max(%d, %d)", a, c), fmt.Sprintf("max(%d, %d) = %d", a, c, max(a, c))
			if g.chance(50) {
				asked[i], lines[i] = fmt.Sprintf("min(%d, %d)", a, c), fmt.Sprintf("min(%d, %d) = %d", a, c, min(a, c))
			}
		}
	}
	head := pick(g, []string{"Evaluate {x}", "Python: {x}", "{x}", "Give the values of {x}"})
	return Row{fill(head, "{x}", strings.Join(asked, pick(g, []string{", ", "; ", "\n"}))), strings.Join(lines, "\n")}
}

func title(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
