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
				"Every odd number is removed from the list by f.",
				"def f(xs): return [x for x in xs if x % 2 == 0]",
				"Given a list xs, f selects the elements that can be divided by 2 without remainder.",
				"Return the list without its odd values; the order of the others does not change.",
				"The even items are picked out by f and returned as a list in their old order.",
				"def f(xs): return list(filter(lambda x: x % 2 == 0, xs))"),
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
				"Only numbers above the limit k stay in the list; f returns them in order.",
				"def f(xs, k): return [x for x in xs if x > k]",
				"Given a list xs and a number k, f selects all values over k.",
				"f throws out every element that is less than or equal to k and returns the others in order.",
				"Return the items of xs that are larger than k, in the order of the list.",
				"def f(xs, k): return list(filter(lambda x: x > k, xs))"),
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
				"f(xs, k) counts on how many days there were more than k {items}.",
				"The limit is k; f tells how many of the numbers of {items} in the list lie above it.",
				"def f(xs, k): return len([x for x in xs if x > k])  # xs: {items}",
				"Given a list of {items} and a number k, f returns how many values are larger than k.",
				"The result of f is the number of elements over k in xs, a list of {items}.",
				"def f(xs, k): return sum(1 for x in xs if x > k)  # xs: {items}",
				"def f(xs, k): return len(list(filter(lambda x: x > k, xs)))  # xs: {items}"),
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
