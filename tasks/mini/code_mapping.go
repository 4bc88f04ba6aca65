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
				"Each number is multiplied by 2 and f returns the new list.",
				"The list that f returns has twice every number of xs.",
				"def f(xs): return [x * 2 for x in xs]",
				"Given a list xs, f returns a list in which each value is twice as large.",
				"Every element is added to itself, and the results are returned by f as a list.",
				"Return the items of xs, each times two.",
				"def f(xs): return list(map(lambda x: 2 * x, xs))"),
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
				"Everybody gets k more {items}; f returns the new list.",
				"def f(xs, k): return [x + k for x in xs]  # xs: {items}",
				"Given a list of {items} and a number k, f makes each value larger by k.",
				"Every element of xs, a list of {items}, is increased by k, and the new list is returned.",
				"Return a list with k added to each of the numbers of {items}.",
				"def f(xs, k): return list(map(lambda x: x + k, xs))  # xs: {items}"),
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
				"Every number is multiplied by itself and f returns the new list.",
				"def f(xs): return [x * x for x in xs]",
				"Given a list xs, f squares every element.",
				"Return a list of the squares of all values in xs, in the same order.",
				"def f(xs): return [x ** 2 for x in xs]",
				"def f(xs): return list(map(lambda x: x * x, xs))"),
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
				"Day by day f notes how many {items} there are so far, beginning with the first number.",
				"The first number of {items} stays, and to each later one f adds all those before it.",
				"Given a list of {items}, f returns a list that has, at each place, the sum of all values up to there.",
				"The result of f is the list of cumulative sums of the {items} in xs.",
				"Each number of {items} is replaced by the total of itself and all numbers before it.",
				"def f(xs): return [sum(xs[:i + 1]) for i in range(len(xs))]  # xs: {items}"),
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
