package mini

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
)

// codePosition are the families that choose or move numbers by where they stand.
func codePosition() []*Family {
	draw := func(r *rand.Rand) Vars {
		return Vars{"xs": FormatList(drawDistinct(r, drawLength(r), 1, 20))}
	}
	return []*Family{
		{
			Name: "reverse-list", Topic: "reversing a list", Area: "list positions", Weight: 4, Popular: 5,
			Params: paramsList,
			Wording: asserting(callList,
				"f reverses a list.",
				"Given a list xs, f returns its numbers in reverse order.",
				"The numbers of the list come back from f backwards, in reversed order.",
				"Return the numbers of xs backwards, from the last to the first.",
				"def f(xs): return xs[::-1]  # reverse the list of numbers"),
			Draw: draw,
			Solve: onList(func(xs []int) trace {
				ys := slices.Clone(xs)
				slices.Reverse(ys)
				return trace{steps: []string{spaced(xs), spaced(ys)}, answer: FormatList(ys)}
			}),
		},
		{
			Name: "first-k", Topic: "the first k numbers", Area: "list positions", Weight: 4, Popular: 1,
			Params: paramsListNumber,
			Wording: asserting(callListNumber,
				"f(xs, k) returns the first k numbers of xs.",
				"Given a list xs and a number k, f takes the first k numbers.",
				"Only the first k numbers at the beginning of the list are returned by f.",
				"Return a list of the k numbers that come first in xs, from its beginning.",
				"def f(xs, k): return xs[:k]  # the first k numbers"),
			Draw: func(r *rand.Rand) Vars {
				n := drawLength(r)
				return Vars{"xs": FormatList(drawDistinct(r, n, 1, 20)), "k": strconv.Itoa(between(r, 2, n-1))}
			},
			Solve: onListNumber(firstNumbers),
		},
		{
			Name: "swap-ends", Topic: "swapping the first and the last number", Area: "list positions", Weight: 4, Popular: 0,
			Params: paramsList,
			Wording: asserting(callList,
				"f swaps the first and the last number of a list.",
				"f returns the list with its two ends swapped: the first and the last number exchange places.",
				"Given a list xs, f exchanges the first and the last number; the others stay.",
				"Return a copy of xs in which the numbers at the two ends, first and last, are swapped.",
				"def f(xs): return [xs[-1]] + xs[1:-1] + [xs[0]]  # swap first and last, the two ends"),
			Draw: draw,
			Solve: onList(func(xs []int) trace {
				last := len(xs) - 1
				ys := slices.Clone(xs)
				ys[0], ys[last] = ys[last], ys[0]
				steps := []string{fmt.Sprintf("first %d", xs[0]), fmt.Sprintf("last %d", xs[last])}
				return trace{steps: steps, answer: FormatList(ys)}
			}),
		},
		{
			Name: "every-second", Topic: "every second number", Area: "list positions", Weight: 5, Popular: 2,
			Params: paramsList,
			Wording: asserting(callList,
				"f keeps every second number of a list, starting with the first.",
				"Given a list xs, f takes one number, skips the next one, and so on: every second number.",
				"Every second number of the list stays, from the first on; f skips the numbers between them.",
				"Return every second number of xs from index 0 on, skipping the ones between.",
				"def f(xs): return xs[::2]  # every second number, skip the others"),
			Draw:  draw,
			Solve: onList(everySecond),
		},
		{
			Name: "contains", Topic: "whether k is in the list", Area: "list positions", Weight: 2, Popular: 2,
			Params: paramsListNumber,
			Wording: asserting(callListNumber,
				"f(xs, k) tells whether k occurs in xs.",
				"Given a list xs and a number k, f checks whether the list contains k.",
				"Return True if xs contains k, otherwise False.",
				"The value of f is True if k occurs in the list, and False if it does not.",
				"def f(xs, k): return k in xs  # True if the list contains k, else False"),
			Draw: func(r *rand.Rand) Vars {
				xs := drawDistinct(r, drawLength(r), 1, 20)
				k := between(r, 1, 20)
				if r.IntN(2) == 0 {
					k = xs[r.IntN(len(xs))]
				}
				return Vars{"xs": FormatList(xs), "k": strconv.Itoa(k)}
			},
			Solve: onListNumber(contains),
		},
	}
}

func firstNumbers(xs []int, k int) trace {
	if k < 1 || k > len(xs) {
		return trace{bad: true}
	}
	var t trace
	for i, x := range xs[:k] {
		t.steps = append(t.steps, fmt.Sprintf("%d: %d", i+1, x))
	}
	t.answer = FormatList(xs[:k])
	return t
}

func everySecond(xs []int) trace {
	var t trace
	var kept []int
	for i, x := range xs {
		if i%2 == 0 {
			kept = append(kept, x)
			t.steps = append(t.steps, fmt.Sprintf("%d keep", x))
		} else {
			t.steps = append(t.steps, fmt.Sprintf("%d skip", x))
		}
	}
	t.answer = FormatList(kept)
	return t
}

// contains stops at the number that it looks for.
func contains(xs []int, k int) trace {
	var t trace
	for _, x := range xs {
		t.steps = append(t.steps, fmt.Sprintf("%d == %d %s", x, k, yesNo(x == k)))
		if x == k {
			t.answer = "True"
			return t
		}
	}
	t.answer = "False"
	return t
}
