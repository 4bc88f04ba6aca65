package pretrain

import (
	"slices"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/tasks/mini"
)

// quantity is a named number of a problem.
type quantity struct {
	name  string
	value dec
}

// term is one defined quantity: its formula in names, and its worked step
// "v = d / t = 120 / 4 = 30".
type term struct {
	name    string
	formula string // "d / t"
	line    string
	value   dec
}

// problem is a chain of formulas over given quantities.
type problem struct {
	given []quantity
	terms []term
}

var signs = "abcdefghijklmnpqrstuvwxyzABCDEFGHIJKLMNPQRSTUVWXYZ"

var nouns = []string{
	"cost", "price", "rate", "total", "time", "mass", "force", "speed", "length", "width", "height", "area", "count", "share", "value", "income", "tax",
	"profit", "sales", "energy", "power", "charge", "load", "output", "level", "score", "base", "fee", "interest", "loan", "asset", "debt", "cash",
	"revenue", "margin", "growth", "stock", "return", "volume", "current", "pressure", "heat", "work", "change", "start", "end", "gain", "loss", "units",
	"one part", "a day", "per head", "half load", "before fees", "a month",
	"days", "years", "hours", "part", "whole", "ratio", "factor", "sum", "mean", "points", "amount", "net", "gross", "old", "new", "first", "last",
}

var unitsOf = []string{"", "", "", "", "", "", "", "", "", "", " m", " kg", " s", " km", " N", " dollars", " hours", " units", " V", " %", " g", " years", " J", " cm"}

// names draws n distinct names, letters or words.
func (g *gen) names(n int) []string {
	if g.chance(65) {
		return sample(g, strings.Split(signs, ""), n)
	}
	return sample(g, nouns, n)
}

// problem draws one to four formulas, each but the first mostly using the one
// before.
func (g *gen) problem() problem {
	names := g.names(10)
	next := func() string { n := names[0]; names = names[1:]; return n }
	var p problem
	give := func(value dec) string {
		p.given = append(p.given, quantity{next(), value})
		return p.given[len(p.given)-1].name
	}
	o := g.operate()
	left, right := "", ""
	if constant := g.chance(15) && (o.sign == " * " || o.sign == " / "); constant {
		right = o.b.String()
		left = give(o.a)
	} else {
		left, right = give(o.a), give(o.b)
	}
	p.add(next(), left+o.sign+right, o)
	for range pick(g, []int{0, 0, 0, 1, 1, 1, 2}) {
		last := p.terms[len(p.terms)-1]
		values := make([]dec, len(p.given))
		for i, q := range p.given {
			values[i] = q.value
		}
		o, reused := g.onward(last.value, values)
		other := ""
		switch {
		case reused >= 0:
			other = p.given[reused].name
		case g.chance(20) && len(p.given) > 1:
			other = o.b.String()
		default:
			other = give(o.b)
		}
		formula := last.name + o.sign + other
		if (o.sign == " + " || o.sign == " * ") && g.chance(40) {
			o, _ = apply(o.b, o.sign, o.a)
			formula = other + o.sign + last.name
		}
		p.add(next(), formula, o)
	}
	return p
}

func (p *problem) add(name, formula string, o operation) {
	p.terms = append(p.terms, term{name, formula, name + " = " + formula + " = " + o.text, o.result})
}

// joined rewrites the last two terms as one with parentheses or a product in
// front: "E = (a + b) * c = (2 + 3) * 4 = 5 * 4 = 20".
func (g *gen) joined(p problem) problem {
	n := len(p.terms)
	if n < 2 {
		return p
	}
	first, second := p.terms[n-2], p.terms[n-1]
	if strings.Count(second.formula, first.name) != 1 || len(first.name) == 1 && strings.ContainsAny(second.formula, "()") {
		return p
	}
	_, work, _ := strings.Cut(first.line, first.formula+" = ")
	inner, _, _ := strings.Cut(work, " = ")
	_, rest, _ := strings.Cut(second.line, second.formula+" = ")
	expression, _, _ := strings.Cut(rest, " = ")
	old := first.value.String()
	left, sign, right := cut3(second.formula)
	a, _, b := cut3(expression)
	var formula, numbers string
	switch {
	case left == first.name && a == old:
		formula, numbers = "("+first.formula+")"+sign+right, "("+inner+")"+sign+b
	case right == first.name && b == old:
		formula, numbers = left+sign+"("+first.formula+")", a+sign+"("+inner+")"
	default:
		return p
	}
	line := second.name + " = " + formula + " = " + numbers + " = " + rest
	p.terms = append(slices.Clone(p.terms[:n-2]), term{second.name, formula, line, second.value})
	return p
}

func cut3(expression string) (left, sign, right string) {
	for _, s := range []string{" + ", " - ", " * ", " / "} {
		if l, r, ok := strings.Cut(expression, s); ok {
			return l, s, r
		}
	}
	return expression, "", ""
}

// listed gives the values in the question's words.
func (g *gen) listed(given []quantity) string {
	form := pick(g, []string{"{n} = {v}", "{n} = {v}", "{n} = {v}", "{n} is {v}", "{n}: {v}", "{n} of {v}"})
	parts := make([]string, len(given))
	for i, at := range g.Perm(len(given)) {
		value := given[at].value.String() + pick(g, unitsOf)
		if g.chance(3) {
			value = "$" + given[at].value.String()
		}
		parts[i] = fill(form, "{n}", given[at].name, "{v}", value)
	}
	return enumerate(g, parts)
}

func enumerate(g *gen, parts []string) string {
	if len(parts) > 1 && g.chance(50) {
		n := len(parts)
		return strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
	return strings.Join(parts, ", ")
}

// lines are the worked steps; some show the formula on a line of its own or
// the numbers only.
func (g *gen) lines(p problem) []string {
	var out []string
	style := g.IntN(20)
	for _, t := range p.terms {
		_, numbers, _ := strings.Cut(t.line, t.formula+" = ")
		switch {
		case style < 16:
			out = append(out, t.line)
		case style == 16:
			out = append(out, t.name+" = "+t.formula, t.name+" = "+numbers)
		case style == 17:
			out = append(out, t.name+" = "+numbers)
		case style == 18:
			out = append(out, numbers)
		default:
			out = append(out, t.name+" = "+t.formula, numbers)
		}
	}
	return out
}

// formula is a problem whose prompt states the formulas.
func (g *gen) formula() Row {
	p := g.problem()
	if g.chance(8) {
		p = g.joined(p)
	}
	rules := make([]string, len(p.terms))
	for i, t := range p.terms {
		rules[i] = t.name + " = " + t.formula
	}
	goal := p.terms[len(p.terms)-1]
	given := p.given
	if g.chance(5) { // one that is not needed
		given = append(slices.Clone(given), quantity{pick(g, []string{"extra", "other", "spare", "k9"}), mini.Int(g.digits(3))})
	}
	text := fill(pick(g, []string{
		"Use {r} with {v}. Find {x}.", "{r}. Given {v}, what is {x}?", "Find {x} when {v}, if {r}.", "With {v}, and {r}, work out {x}.",
		"The rule is {r}. For {v}, how large is {x}?", "Let {v}. Then {r}. What is {x}?", "{v}. Compute {x} by {r}.", "Suppose {v}; {r}. Give {x}.",
	}), "{r}", strings.Join(rules, pick(g, []string{", ", "; ", " and ", ", then "})), "{v}", g.listed(given), "{x}", goal.name)
	return Row{text, g.finish(g.lines(p), goal.value.String())}
}

var signPhrases = map[string][]string{
	" + ": {"{a} plus {b}", "the sum of {a} and {b}", "{a} and {b} together", "{b} added to {a}"},
	" - ": {"{a} minus {b}", "{a} less {b}", "the difference of {a} and {b}", "what is left of {a} after {b}"},
	" * ": {"{a} times {b}", "the product of {a} and {b}", "{a} multiplied by {b}", "{a} for each of {b}"},
	" / ": {"{a} divided by {b}", "{a} over {b}", "{a} per {b}", "the ratio of {a} to {b}"},
}

// definition is a problem whose prompt says the formulas in words.
func (g *gen) definition() Row {
	var p problem
	for p = g.problem(); len(p.terms) > 3; p = g.problem() {
	}
	rules := make([]string, len(p.terms))
	for i, t := range p.terms {
		left, sign, right := cut3(t.formula)
		rules[i] = fill(pick(g, []string{"{n} is {f}", "the {n} is {f}", "to get {n}, take {f}", "{n} means {f}", "{n} equals {f}"}),
			"{n}", t.name, "{f}", fill(pick(g, signPhrases[sign]), "{a}", left, "{b}", right))
	}
	goal := p.terms[len(p.terms)-1]
	text := fill(pick(g, []string{
		"{r}. We have {v}. What is {x}?", "{r}. {v}. Find {x}.", "With {v}: {r}. How much is {x}?", "There is {v}. If {r}, find {x}.",
		"A case has {v}. Here {r}. Work out {x}.", "What is {x} for {v}? {r}.",
	}), "{r}", strings.Join(rules, pick(g, []string{"; ", ", and ", ". "})), "{v}", g.listed(p.given), "{x}", goal.name)
	return Row{text, g.finish(g.lines(p), goal.value.String())}
}

// lookup asks for several of some named or measured numbers.
func (g *gen) lookup() Row {
	n := g.between(3, 6)
	names := g.names(n)
	form := pick(g, []string{"{n} = {v}", "{n} is {v}", "{n}: {v}", "{n} of {v}"})
	if g.chance(30) {
		names, form = sample(g, measures, n), "{v} {n}"
	}
	listed, pairs := make([]string, n), make([]string, n)
	for i, name := range names {
		value := strconv.Itoa(g.digits(4))
		listed[i] = fill(form, "{n}", name, "{v}", value)
		pairs[i] = name + " = " + value
	}
	asked, answers := make([]string, n), make([]string, n)
	for i, at := range g.Perm(n) {
		asked[i], answers[i] = names[at], pairs[at]
	}
	text := fill(pick(g, []string{"{l}. Give {a}.", "With {l}, what are {a}?", "{l}\n{a}?", "Read {a} from {l}."}),
		"{l}", strings.Join(listed, pick(g, []string{", ", "; ", " and "})), "{a}", strings.Join(asked, ", "))
	return Row{text, strings.Join(answers, "\n")}
}

var measures = []string{"m", "kg", "s", "km", "N", "hours", "V", "g", "years", "J", "cm", "ohm", "A", "percent", "days", "l", "units", "euros", "shares", "ml"}
