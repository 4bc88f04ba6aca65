package mini

import (
	"fmt"
	"math/rand/v2"
	"strconv"
)

// codeFiltering are the families that keep or count some numbers of a list.
func codeFiltering() []*Family {
	return []*Family{
		{
			Name: "keep-evens", Topic: "keeping the even numbers", Area: "list filtering", Weight: 4, Popular: 6,
			Params: paramsList,
			Wording: asserting(callList,
				"f keeps the even numbers of a list and drops the odd ones.",
				"A new list with only the even numbers, in the same order, is what f returns.",
				"Given a list xs, f drops every odd number and keeps every even number.",
				"Return the list of the even numbers in xs, without the odd numbers.",
				"def f(xs): return [x for x in xs if x % 2 == 0]  # keep the even numbers"),
			Draw: func(r *rand.Rand) Vars {
				n := drawLength(r)
				return Vars{"xs": FormatList(drawParities(r, n, between(r, 1, n-1)))}
			},
			Solve: onList(func(xs []int) trace {
				steps, evens := parities(xs)
				return trace{steps: steps, answer: FormatList(evens)}
			}),
		},
		{
			Name: "keep-greater", Topic: "keeping the numbers greater than k", Area: "list filtering", Weight: 6, Popular: 1,
			Params: paramsListNumber,
			Wording: asserting(callListNumber,
				"f(xs, k) keeps the numbers of xs that are greater than k.",
				"Given a list xs and a number k, f returns the list of all numbers greater than k.",
				"Only the numbers above k stay in the list; f keeps them in order.",
				"Return a list that keeps each number of xs if it is greater than k.",
				"def f(xs, k): return [x for x in xs if x > k]  # keep the numbers greater than k"),
			Draw: drawLimit,
			Solve: onListNumber(func(xs []int, k int) trace {
				var t trace
				var kept []int
				for _, x := range xs {
					t.steps = append(t.steps, fmt.Sprintf("%d > %d %s", x, k, yesNo(x > k)))
					if x > k {
						kept = append(kept, x)
					}
				}
				t.answer = FormatList(kept)
				return t
			}),
		},
		{
			Name: "count-greater", Topic: "counting the numbers greater than k", Area: "list filtering", Weight: 5, Popular: 2,
			Params: paramsListNumberItems,
			Wording: asserting(callListNumber,
				"f(xs, k) counts how many numbers of xs, a list of {items}, are greater than k.",
				"Given a list of {items} and a number k, f returns how many numbers are greater than k.",
				"The result of f is the count of numbers above k in xs, a list of {items}.",
				"Return how many of the numbers of {items} in xs are greater than k, as a count.",
				"def f(xs, k): return sum(1 for x in xs if x > k)  # count the numbers of {items} above k"),
			Draw: func(r *rand.Rand) Vars {
				v := drawLimit(r)
				v["items"] = drawItem(r)
				return v
			},
			Solve: onListNumber(func(xs []int, k int) trace {
				var t trace
				count := 0
				for _, x := range xs {
					if x > k {
						count++
					}
					t.steps = append(t.steps, fmt.Sprintf("%d > %d %s %d", x, k, yesNo(x > k), count))
				}
				t.answer = strconv.Itoa(count)
				return t
			}),
		},
	}
}

// drawLimit draws a list and a limit that at least one number of it exceeds.
func drawLimit(r *rand.Rand) Vars {
	xs := drawInts(r, drawLength(r), 1, 20)
	return Vars{"xs": FormatList(xs), "k": strconv.Itoa(max(1, xs[r.IntN(len(xs))]-between(r, 1, 4)))}
}
