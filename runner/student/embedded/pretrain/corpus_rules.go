package pretrain

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/autodatabench/autodatabench/tasks/mini"
)

// input is what a rule works on: a list of numbers or the letters of a string,
// and the number k or the letter c where the rule needs one.
type input struct {
	xs []int
	cs []string
	k  int
	c  string
}

// argument says which second argument a rule takes.
type argument int

const (
	noArgument  argument = iota
	nearItem             // a number close to one of the list
	smallNumber          // a number from 2 to 12
	within               // a position: 1 to the length
	oneOf                // a letter of the string
)

// rule is something done to a list or a string, worked step by step.
type rule struct {
	text    string // what is done, with {x} and {k}
	letters bool   // the input is a string
	few     bool   // the input is a list of a few small numbers
	second  argument
	work    func(in input) (steps []string, value string)
}

// draw makes an input of the rule.
func (r rule) draw(g *gen) (in input) {
	n := 0
	switch {
	case r.letters:
		in.cs = someDistinct(g, g.letters(2, 6))
		n = len(in.cs)
	case r.few:
		for range g.between(2, 4) {
			in.xs = append(in.xs, g.between(1, 9))
		}
	default:
		in.xs = someDistinct(g, g.ints(2, 6))
		n = len(in.xs)
	}
	switch r.second {
	case nearItem:
		in.k = max(1, pick(g, in.xs)+g.between(-3, 3))
	case smallNumber:
		in.k = g.between(2, 12)
	case within:
		in.k = g.between(1, min(n, 4))
	case oneOf:
		in.c = pick(g, in.cs)
	}
	return in
}

// someDistinct drops repeated items every other time, while two are left: what
// goes by an item's place is learned where an item has one place.
func someDistinct[T comparable](g *gen, items []T) []T {
	if g.chance(50) {
		return items
	}
	var distinct []T
	for _, x := range items {
		if !slices.Contains(distinct, x) {
			distinct = append(distinct, x)
		}
	}
	if len(distinct) < 2 {
		return items
	}
	return distinct
}

// subject is the list or string as Python writes it.
func (r rule) subject(in input) string {
	if r.letters {
		return quoted(in.cs)
	}
	return mini.FormatList(in.xs)
}

// extra is the second argument.
func (r rule) extra(in input) string {
	if r.second == oneOf {
		return "'" + in.c + "'"
	}
	return strconv.Itoa(in.k)
}

// arguments are the input as the arguments of a call.
func (r rule) arguments(in input) string {
	if r.second == noArgument {
		return r.subject(in)
	}
	return r.subject(in) + ", " + r.extra(in)
}

// ruleGroup is rules of one kind with their share. Tests of numbers, new orders
// and strings take the longest to learn.
type ruleGroup struct {
	share int // percent
	rules []rule
}

func ruleGroups() []ruleGroup {
	return []ruleGroup{
		{12, foldRules()}, {30, testRules()}, {10, mapRules()}, {10, placeRules()}, {14, orderRules()}, {24, stringRules()},
	}
}

// anyRule draws a rule.
func (g *gen) anyRule() rule {
	n := g.IntN(100)
	at := slices.IndexFunc(g.rules, func(group ruleGroup) bool { n -= group.share; return n < 0 })
	return pick(g, g.rules[at].rules)
}

// folded runs through a list with one operation.
func folded(xs []int, operation string) (steps []string, values []int) {
	values = []int{xs[0]}
	for i, x := range xs[1:] {
		a, y := values[i], 0
		form := "%d " + operation + " %d = %d"
		switch operation {
		case "+":
			y = a + x
		case "-":
			y = a - x
		case "*":
			y = a * x
		case "max":
			y, form = max(a, x), "max(%d, %d) = %d"
		default:
			y, form = min(a, x), "min(%d, %d) = %d"
		}
		steps, values = append(steps, fmt.Sprintf(form, a, x, y)), append(values, y)
	}
	return steps, values
}

func last(xs []int) string { return strconv.Itoa(xs[len(xs)-1]) }

func foldRules() []rule {
	var all []rule
	for _, operation := range []string{"+", "-", "*", "max", "min"} {
		all = append(all,
			rule{text: "Fold {x} by " + operation + ".", few: operation == "*", work: func(in input) ([]string, string) {
				steps, values := folded(in.xs, operation)
				return steps, last(values)
			}},
			rule{text: "Fold {x} by " + operation + " and list the values on the way.", few: operation == "*", work: func(in input) ([]string, string) {
				steps, values := folded(in.xs, operation)
				return steps, mini.FormatList(values)
			}})
	}
	spread := rule{text: "Take the min of {x} from its max.", work: func(in input) ([]string, string) {
		up, high := folded(in.xs, "max")
		down, low := folded(in.xs, "min")
		h, l := high[len(high)-1], low[len(low)-1]
		return slices.Concat(up, down, []string{fmt.Sprintf("%d - %d = %d", h, l, h-l)}), strconv.Itoa(h - l)
	}}
	return append(all, spread)
}

// testRules test each number; what passes is kept, counted, added up or asked for.
func testRules() []rule {
	tests := []struct {
		name   string
		second argument
		line   func(x, k int) (string, bool)
	}{
		{"odd", noArgument, func(x, _ int) (string, bool) { return parity(x), x%2 == 1 }},
		{"even", noArgument, func(x, _ int) (string, bool) { return parity(x), x%2 == 0 }},
		{"> {k}", nearItem, func(x, k int) (string, bool) { return compared(x, ">", k, x > k), x > k }},
		{"< {k}", nearItem, func(x, k int) (string, bool) { return compared(x, "<", k, x < k), x < k }},
		{"== {k}", nearItem, func(x, k int) (string, bool) { return compared(x, "==", k, x == k), x == k }},
	}
	var all []rule
	for _, t := range tests {
		run := func(in input, counting bool) (steps []string, passed []int) {
			for _, x := range in.xs {
				line, pass := t.line(x, in.k)
				if pass {
					passed = append(passed, x)
				}
				if counting {
					line += " " + strconv.Itoa(len(passed))
				}
				steps = append(steps, line)
			}
			return steps, passed
		}
		all = append(all,
			rule{text: "Filter {x} by " + t.name + ".", second: t.second, work: func(in input) ([]string, string) {
				steps, passed := run(in, false)
				return steps, mini.FormatList(passed)
			}},
			rule{text: "Tally " + t.name + " in {x}.", second: t.second, work: func(in input) ([]string, string) {
				steps, passed := run(in, true)
				return steps, strconv.Itoa(len(passed))
			}},
			rule{text: "Is any of {x} " + t.name + "?", second: t.second, work: func(in input) ([]string, string) {
				steps, passed := run(in, false)
				return steps, title(len(passed) > 0)
			}},
			rule{text: "Add up {x} where " + t.name + ".", second: t.second, work: func(in input) (steps []string, value string) {
				total := 0
				for _, x := range in.xs {
					line, pass := t.line(x, in.k)
					if pass {
						line += fmt.Sprintf(" %d + %d = %d", total, x, total+x)
						total += x
					} else {
						line += " " + strconv.Itoa(total)
					}
					steps = append(steps, line)
				}
				return steps, strconv.Itoa(total)
			}})
	}
	return all
}

func parity(x int) string { return strconv.Itoa(x) + " " + []string{"even", "odd"}[x%2] }

func compared(x int, sign string, k int, holds bool) string {
	return fmt.Sprintf("%d %s %d %s", x, sign, k, yes(holds))
}

// mapRules change every number by one step.
func mapRules() []rule {
	var all []rule
	add := func(name string, second argument, step func(x, k int) (string, int)) {
		all = append(all, rule{text: "Map x to " + name + " over {x}.", second: second, work: func(in input) ([]string, string) {
			steps, ys := make([]string, len(in.xs)), make([]int, len(in.xs))
			for i, x := range in.xs {
				steps[i], ys[i] = step(x, in.k)
			}
			return steps, mini.FormatList(ys)
		}})
	}
	arithmetic := func(sign string, k func(x, k int) int) func(x, given int) (string, int) {
		return func(x, given int) (string, int) {
			by, y := k(x, given), 0
			switch sign {
			case "+":
				y = x + by
			case "-":
				y = x - by
			case "*":
				y = x * by
			case "%":
				y = x % by
			default:
				y = x / by
			}
			return fmt.Sprintf("%d %s %d = %d", x, sign, by, y), y
		}
	}
	for _, sign := range []string{"+", "-", "*", "%", "//"} {
		add("x "+sign+" {k}", smallNumber, arithmetic(sign, func(_, k int) int { return k }))
	}
	for _, fixed := range []int{2, 3, 10} {
		add("x * "+strconv.Itoa(fixed), noArgument, arithmetic("*", func(int, int) int { return fixed }))
		add("x + "+strconv.Itoa(fixed), noArgument, arithmetic("+", func(int, int) int { return fixed }))
	}
	square := arithmetic("*", func(x, _ int) int { return x })
	add("x * x", noArgument, square)
	return all
}
