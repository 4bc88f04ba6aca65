package mini

import (
	"math/rand/v2"
	"strconv"
)

// codeMapping are the families that compute a new list, entry by entry.
func codeMapping() []*Family {
	return []*Family{
		{
			Name: "double-each", Topic: "doubling every number", Area: "list mapping", Weight: 4, Popular: 4,
			Params: paramsList,
			Wording: asserting(callList,
				"f doubles every number in a list.",
				"Given a list xs, f returns a list in which each number is doubled.",
				"The list that f returns has twice every number of xs.",
				"Return the list of each number of xs times 2, the double.",
				"def f(xs): return [x * 2 for x in xs]  # double each number, times 2"),
			Draw: func(r *rand.Rand) Vars {
				return Vars{"xs": FormatList(drawInts(r, drawLength(r), 1, 20))}
			},
			Solve: onList(func(xs []int) trace {
				return mapped(xs, func(x int) (string, int) {
					s, _ := Mul(Int(x), Int(2))
					return s, x * 2
				})
			}),
		},
		{
			Name: "add-to-each", Topic: "adding k to every number", Area: "list mapping", Weight: 6, Popular: 2,
			Params: paramsListNumberItems,
			Wording: asserting(callListNumber,
				"f(xs, k) adds k to every number of {items} in xs.",
				"Given a list of {items} and a number k, f increases each number by k.",
				"Every number of xs, a list of {items}, is increased by k, and the new list is returned.",
				"Return a list with k added to each of the numbers of {items}.",
				"def f(xs, k): return [x + k for x in xs]  # add k to each number of {items}"),
			Draw: func(r *rand.Rand) Vars {
				xs := drawInts(r, drawLength(r), 1, 20)
				return Vars{"xs": FormatList(xs), "k": strconv.Itoa(between(r, 2, 12)), "items": drawItem(r)}
			},
			Solve: onListNumber(func(xs []int, k int) trace {
				return mapped(xs, func(x int) (string, int) {
					s, _ := Add(Int(x), Int(k))
					return s, x + k
				})
			}),
		},
		{
			Name: "squares", Topic: "squares of the numbers", Area: "list mapping", Weight: 2, Popular: 3,
			Params: paramsList,
			Wording: asserting(callList,
				"f replaces each number of a list by its square.",
				"Given a list xs, f squares every number.",
				"Return a list of the squares of all numbers in xs, in the same order.",
				"Each number of the list is squared by f, that is, taken times itself.",
				"def f(xs): return [x * x for x in xs]  # the square of each number"),
			Draw: func(r *rand.Rand) Vars {
				return Vars{"xs": FormatList(drawInts(r, between(r, 3, 4), 1, 15))}
			},
			Solve: onList(func(xs []int) trace {
				return mapped(xs, func(x int) (string, int) {
					s, _ := Mul(Int(x), Int(x))
					return s, x * x
				})
			}),
		},
		{
			Name: "running-sums", Topic: "running sums of a list", Area: "list mapping", Weight: 3, Popular: 1,
			Params: paramsListItems,
			Wording: asserting(callList,
				"f returns the running sums of a list of {items}: the total so far at each position.",
				"Given a list of {items}, f returns a list of the sums so far, the running sums.",
				"The result of f is the list of cumulative sums of the {items} in xs, a running total.",
				"Each number of {items} is replaced by the running total so far, and f returns that list.",
				"Return the running total of xs, a list of {items}: at each position the sum of all numbers so far."),
			Draw: func(r *rand.Rand) Vars {
				return Vars{"xs": FormatList(drawInts(r, drawLength(r), 1, 20)), "items": drawItem(r)}
			},
			Solve: onList(func(xs []int) trace {
				steps, totals := sums(xs)
				return trace{steps: steps, answer: FormatList(totals)}
			}),
		},
	}
}
