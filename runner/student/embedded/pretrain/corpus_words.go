package pretrain

import (
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/tasks/mini"
)

var (
	people = []string{"Mia", "Tom", "Ana", "Leo", "Zoe", "Ben", "Eva", "Sam", "Ivy", "Max", "Lena", "Omar", "Nina", "Paul", "Rosa", "Finn"}
	things = []string{
		"apples", "books", "coins", "cards", "pens", "shells", "stamps", "eggs", "cups", "seeds", "chairs", "bags", "marbles", "cakes", "toys",
		"stones", "flowers", "tickets", "keys", "bottles", "boxes", "shirts", "plates", "tiles", "nails", "ropes",
	}
)

// story is a short everyday problem: {a} and {b} are the operands of a step.
type story struct{ sign, text, label string }

var stories = []story{
	{" + ", "{p} has {a} {t} and finds {b} more. How many {t} does {p} have?", "{t}"},
	{" + ", "There are {a} {t} on the shelf and {b} on the floor. How many are there?", "total"},
	{" + ", "{p} counted {a} {t} on Monday and {b} on Tuesday. Give the count of both days.", "count"},
	{" + ", "A path of {a} steps is followed by one of {b} steps. How long is the walk?", "steps"},
	{" - ", "{p} had {a} {t} and gave away {b}. How many are left?", "left"},
	{" - ", "Of {a} {t}, {b} broke. How many {t} are whole?", "whole"},
	{" - ", "{p} wants {a} {t} and has {b}. How many are missing?", "missing"},
	{" - ", "{p} read {b} of {a} pages. How many pages remain?", "pages"},
	{" * ", "{p} packs {a} bags with {b} {t} each. How many {t} is that?", "{t}"},
	{" * ", "A hall has {a} rows of {b} chairs. How many chairs are there?", "chairs"},
	{" * ", "{p} bakes {b} cakes a day for {a} days. How many cakes?", "cakes"},
	{" * ", "Each of {a} children brings {b} {t}. How many {t} are brought?", "{t}"},
	{" / ", "{p} shares {a} {t} among {b} friends. How many does each get?", "each"},
	{" / ", "{a} {t} fill {b} boxes evenly. How many go in one box?", "each"},
	{" / ", "A rope of {a} m is cut into {b} pieces. How long is a piece?", "piece"},
	{" / ", "{p} ate {a} {t} in {b} weeks. How many was that in a week?", "weekly"},
}

var sequels = []story{
	{" + ", "Then {b} more come.", "now"}, {" + ", "Another {b} are put in.", "now"},
	{" - ", "Then {b} are lost.", "left"}, {" - ", "{b} of them are sold.", "left"},
	{" * ", "This happens {b} times.", "all"}, {" * ", "A friend has {b} times as many.", "friend"},
	{" / ", "They are shared by {b}.", "each"}, {" / ", "One of {b} equal parts is taken.", "part"},
}

// story is an everyday problem of one to three steps.
func (g *gen) story() Row {
	first := pick(g, stories)
	o := g.operate()
	for o.sign != first.sign || o.a < 0 || o.result < 0 || g.chance(80) && (o.a%one != 0 || o.b%one != 0) {
		o = g.operate()
	}
	person, thing := pick(g, people), pick(g, things)
	say := func(text string, o operation) string {
		return fill(text, "{p}", person, "{t}", thing, "{a}", o.a.String(), "{b}", o.b.String())
	}
	labelled := g.chance(50)
	line := func(s story, o operation) string {
		if labelled {
			return say(s.label, o) + " = " + o.text
		}
		return o.text
	}
	text, steps := say(first.text, o), []string{line(first, o)}
	for range pick(g, []int{0, 0, 1, 1, 2}) {
		next, _ := g.onward(o.result, nil)
		for next.result < 0 {
			next, _ = g.onward(o.result, nil)
		}
		var fits []story
		for _, s := range sequels {
			if s.sign == next.sign {
				fits = append(fits, s)
			}
		}
		s := pick(g, fits)
		o = next
		text, steps = text+" "+say(s.text, o), append(steps, line(s, o))
	}
	return Row{text, g.finish(steps, o.result.String())}
}

const symbols = `\{}[]()'"=+-*/%$#:;,.!?<>^_|&@~`

// copying repeats a random stretch of words, numbers and symbols, so that every
// token is an output now and then. Single words of the families' wordings are
// among them: their order and their problems are not.
func (g *gen) copying() Row {
	parts := make([]string, g.between(2, 9))
	for i := range parts {
		switch g.IntN(6) {
		case 0:
			parts[i] = pick(g, nouns)
		case 1:
			parts[i] = string(symbols[g.IntN(len(symbols))])
		case 2:
			parts[i] = strings.Join(g.letters(1, 4), "")
		case 3:
			parts[i] = mini.FormatList(g.ints(1, 3))
		case 4:
			parts[i] = g.decimal(2).String()
		default:
			parts[i] = pick(g, g.words)
		}
	}
	x := strings.Join(parts, pick(g, []string{" ", " ", ", ", ""}))
	head := pick(g, []string{"Repeat: {x}", "Copy {x}", "Say {x}", "Echo this: {x}", "Write {x} again"})
	return Row{fill(head, "{x}", x), x}
}

// formatted puts a value into a named form.
func (g *gen) formatted() Row {
	x := strconv.Itoa(g.digits(4))
	if g.chance(30) {
		x = g.decimal(3).String()
	}
	form := pick(g, []struct{ name, shape string }{
		{"in a box", `\boxed{{x}}`}, {"in a box with a sentence", `The answer is \boxed{{x}}.`}, {"after therefore", "Therefore, the answer is {x}."},
		{"in bold", "**{x}**"}, {"after hashes", "#### {x}"}, {"as JSON", `{"answer": {x}}`}, {"as an assert on g(1)", "assert g(1) == {x}"},
		{"as a list", "[{x}]"}, {"as a string", "'{x}'"}, {"with dollars", "${x}"}, {"in percent", "{x} %"}, {"alone", "{x}"}, {"twice", "{x} {x}"},
	})
	head := pick(g, []string{"Give {x} {f}.", "Write {x} {f}", "Show {x} {f}.", "{x}, {f}"})
	return Row{fill(head, "{x}", x, "{f}", form.name), fill(form.shape, "{x}", x)}
}
