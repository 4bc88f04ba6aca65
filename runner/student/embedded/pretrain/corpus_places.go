package pretrain

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/tasks/mini"
)

func spaced(xs []int) string { return strings.Trim(fmt.Sprint(xs), "[]") }

func quoted(cs []string) string { return "'" + strings.Join(cs, "") + "'" }

// numbered lists items with their places, counted from first.
func numbered[T any](items []T, first int) []string {
	lines := make([]string, len(items))
	for i, x := range items {
		lines[i] = fmt.Sprintf("%d: %v", first+i, x)
	}
	return lines
}

// alternating keeps every other item; phase is the first that is kept.
func alternating[T any](items []T, phase int) (lines []string, kept []T) {
	for i, x := range items {
		word := "skip"
		if i%2 == phase {
			word, kept = "keep", append(kept, x)
		}
		lines = append(lines, fmt.Sprintf("%v %s", x, word))
	}
	return lines, kept
}

// placeRules pick numbers by their places.
func placeRules() []rule {
	return []rule{
		{text: "Number {x} from 1; the first {k}.", second: within, work: func(in input) ([]string, string) {
			return numbered(in.xs[:in.k], 1), mini.FormatList(in.xs[:in.k])
		}},
		{text: "Number {x} from 0; entry {k} or the end.", second: within, work: func(in input) ([]string, string) {
			at := min(in.k, len(in.xs)-1)
			return numbered(in.xs[:at+1], 0), strconv.Itoa(in.xs[at])
		}},
		{text: "Number {x} from 1; how many?", work: func(in input) ([]string, string) {
			return numbered(in.xs, 1), strconv.Itoa(len(in.xs))
		}},
		{text: "Go through {x}: keep, skip and so on.", work: func(in input) ([]string, string) {
			lines, kept := alternating(in.xs, 0)
			return lines, mini.FormatList(kept)
		}},
		{text: "Go through {x}: skip, keep and so on.", work: func(in input) ([]string, string) {
			lines, kept := alternating(in.xs, 1)
			return lines, mini.FormatList(kept)
		}},
		{text: "The first of {x}, then the last.", work: func(in input) ([]string, string) {
			first, end := ends(in.xs)
			return []string{"first " + first, "last " + end}, "[" + first + ", " + end + "]"
		}},
		{text: "Add the ends of {x}.", work: func(in input) ([]string, string) {
			first, end := ends(in.xs)
			sum := in.xs[0] + in.xs[len(in.xs)-1]
			return []string{"first " + first, "last " + end, fmt.Sprintf("%s + %s = %d", first, end, sum)}, strconv.Itoa(sum)
		}},
		{text: "Next - this along {x}.", work: func(in input) ([]string, string) { return neighbours(in.xs, "-") }},
		{text: "Next + this along {x}.", work: func(in input) ([]string, string) { return neighbours(in.xs, "+") }},
	}
}

func ends(xs []int) (first, end string) { return strconv.Itoa(xs[0]), last(xs) }

func neighbours(xs []int, sign string) (steps []string, value string) {
	ys := []int{}
	for i := range xs[1:] {
		y := xs[i+1] + xs[i]
		if sign == "-" {
			y = xs[i+1] - xs[i]
		}
		steps, ys = append(steps, fmt.Sprintf("%d %s %d = %d", xs[i+1], sign, xs[i], y)), append(ys, y)
	}
	return steps, mini.FormatList(ys)
}

// orderRules move numbers about.
func orderRules() []rule {
	moved := func(text string, second argument, move func(xs []int, k int) []int) rule {
		return rule{text: text, second: second, work: func(in input) ([]string, string) {
			ys := move(slices.Clone(in.xs), in.k)
			return []string{spaced(in.xs), spaced(ys)}, mini.FormatList(ys)
		}}
	}
	taken := func(name string, order int) rule {
		return rule{text: "Take off the " + name + " of {x} till none is left.", work: func(in input) (steps []string, value string) {
			rest, out := slices.Clone(in.xs[:min(5, len(in.xs))]), []int{}
			for len(rest) > 0 {
				best := slices.MinFunc(rest, func(a, b int) int { return order * (a - b) })
				if len(rest) > 1 {
					steps = append(steps, fmt.Sprintf("%s(%s) = %d", name, strings.Trim(mini.FormatList(rest), "[]"), best))
				}
				out = append(out, best)
				at := slices.Index(rest, best)
				rest = slices.Delete(rest, at, at+1)
			}
			return steps, mini.FormatList(out)
		}}
	}
	return []rule{
		moved("Turn {x} round.", noArgument, func(xs []int, _ int) []int { slices.Reverse(xs); return xs }),
		moved("Move the first of {x} to the back.", noArgument, func(xs []int, _ int) []int { return append(xs[1:], xs[0]) }),
		moved("Move the last of {x} to the front.", noArgument, func(xs []int, _ int) []int { return append(xs[len(xs)-1:], xs[:len(xs)-1]...) }),
		moved("Drop the first of {x}.", noArgument, func(xs []int, _ int) []int { return xs[1:] }),
		{text: "Name the ends of {x} and swap them.", work: func(in input) ([]string, string) {
			ys := slices.Clone(in.xs)
			n := len(ys)
			first, end := ends(ys)
			ys[0], ys[n-1] = ys[n-1], ys[0]
			return []string{"first " + first, "last " + end}, mini.FormatList(ys)
		}},
		{text: "Name the ends of {x} and cut them off.", work: func(in input) ([]string, string) {
			first, end := ends(in.xs)
			return []string{"first " + first, "last " + end}, mini.FormatList(in.xs[1 : len(in.xs)-1])
		}},
		taken("min", 1), taken("max", -1),
	}
}

// stringRules take a quoted string apart and do something to its letters.
func stringRules() []rule {
	apart := func(in input) []string { return []string{quoted(in.cs) + " -> " + strings.Join(in.cs, " ")} }
	moved := func(text string, second argument, move func(cs []string, in input) []string) rule {
		return rule{text: text, letters: true, second: second, work: func(in input) ([]string, string) {
			ys := move(slices.Clone(in.cs), in)
			return append(apart(in), strings.Join(ys, " ")), quoted(ys)
		}}
	}
	return []rule{
		moved("Spell {x} from behind.", noArgument, func(cs []string, _ input) []string { slices.Reverse(cs); return cs }),
		moved("Move the first letter of {x} to the end.", noArgument, func(cs []string, _ input) []string { return append(cs[1:], cs[0]) }),
		moved("Write each letter of {x} twice.", noArgument, func(cs []string, _ input) (ys []string) {
			for _, c := range cs {
				ys = append(ys, c, c)
			}
			return ys
		}),
		moved("In {x} drop every {k}.", oneOf, func(cs []string, in input) []string {
			return slices.DeleteFunc(cs, func(c string) bool { return c == in.c })
		}),
		{text: "Tally {k} in {x}.", letters: true, second: oneOf, work: func(in input) ([]string, string) {
			steps, count := apart(in), 0
			for _, x := range in.cs {
				if x == in.c {
					count++
				}
				steps = append(steps, fmt.Sprintf("%s == %s %s %d", x, in.c, yes(x == in.c), count))
			}
			return steps, strconv.Itoa(count)
		}},
		{text: "Number the letters of {x}; how many?", letters: true, work: func(in input) ([]string, string) {
			return append(apart(in), numbered(in.cs, 1)...), strconv.Itoa(len(in.cs))
		}},
		{text: "The first {k} letters of {x}, numbered.", letters: true, second: within, work: func(in input) ([]string, string) {
			return append(apart(in), numbered(in.cs[:in.k], 1)...), quoted(in.cs[:in.k])
		}},
		{text: "Write {x} on {k} numbered lines and join them.", letters: true, second: within, work: func(in input) ([]string, string) {
			k := min(in.k, 3)
			lines, all := make([]string, k), []string{}
			for i := range k {
				lines[i] = strings.Join(in.cs, " ")
				all = append(all, in.cs...)
			}
			return append(apart(in), numbered(lines, 1)...), quoted(all)
		}},
		{text: "Go through {x}: keep, skip and so on.", letters: true, work: func(in input) ([]string, string) {
			lines, kept := alternating(in.cs, 0)
			return append(apart(in), lines...), quoted(kept)
		}},
	}
}
