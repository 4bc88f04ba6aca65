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
				"The numbers come back from f in the opposite order, last one first.",
				"f reads a list of numbers backwards and returns what it reads.",
				"def f(xs): return xs[::-1]",
				"Given a list xs, f returns its elements from the last to the first.",
				"The order of the items in the list is turned around by f.",
				"Return the values of xs back to front.",
				"def f(xs): return list(reversed(xs))"),
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
				"Only the beginning of the list is kept by f, k numbers long.",
				"def f(xs, k): return xs[:k]",
				"Given a list xs and a number k, f picks the k items that come first.",
				"f drops everything after the first k elements of the list.",
				"Return a list of the k values at the front of xs, in the same order.",
				"def f(xs, k): return [xs[i] for i in range(k)]"),
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
				"The number at the front and the one at the back change places; f leaves the others where they are.",
				"f returns the list with its two ends exchanged.",
				"Given a list xs, f puts the last element first and the first element last; nothing else moves.",
				"Return a copy of xs in which the first and the last value have traded places.",
				"def f(xs): return [xs[-1]] + xs[1:-1] + [xs[0]]",
				"def f(xs): return xs[-1:] + xs[1:-1] + xs[:1]"),
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
				"The numbers at positions 0, 2, 4 and so on are returned by f.",
				"f takes one number, skips the next one, and goes on like this to the end.",
				"def f(xs): return xs[::2]",
				"Given a list xs, f leaves only the first element, the third, the fifth and so on.",
				"f throws out the second value, the fourth and so on, and returns the others in order.",
				"Return the items of xs whose index is even.",
				"def f(xs): return [xs[i] for i in range(0, len(xs), 2)]"),
			Draw:  draw,
			Solve: onList(everySecond),
		},
		{
			Name: "contains", Topic: "whether k is in the list", Area: "list positions", Weight: 2, Popular: 2,
			Params: paramsListNumber,
			Wording: asserting(callListNumber,
				"f(xs, k) tells whether k occurs in xs.",
				"True if some number of the list equals k, otherwise False: that is the value of f.",
				"def f(xs, k): return k in xs",
				"Given a list xs and a number k, f checks if k is one of the elements.",
				"f returns True when k can be found among the values of xs, and False when it cannot.",
				"def f(xs, k): return any(x == k for x in xs)",
				"def f(xs, k): return xs.count(k) > 0"),
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
