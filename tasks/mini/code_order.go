package mini

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// codeOrder are the families that compare the numbers of a list.
func codeOrder() []*Family {
	drawNumbers := func(r *rand.Rand) Vars {
		return Vars{"xs": FormatList(drawDistinct(r, drawLength(r), 1, 30)), "items": drawItem(r)}
	}
	return []*Family{
		{
			Name: "maximum", Topic: "largest number of a list", Area: "number ordering", Weight: 6, Popular: 14,
			Params: paramsListItems,
			Wording: asserting(callList,
				"f returns the largest number in a list of {items}.",
				"On the best day there were the most {items}; f takes the numbers of all days and returns that one.",
				"Of all the {items} in the list, f picks the maximum.",
				"def f(xs): return max(xs)  # xs: {items}",
				"Given a list of {items}, f finds the highest value.",
				"Return the biggest element of xs, a list of {items}.",
				"The numbers of {items} are compared by f, and only the greatest one is returned.",
				"def f(xs): return sorted(xs)[-1]  # xs: {items}"),
			Draw: drawNumbers,
			Solve: onList(func(xs []int) trace {
				steps, best := largest(xs)
				return trace{steps: steps, answer: strconv.Itoa(best)}
			}),
		},
		{
			Name: "minimum", Topic: "smallest number of a list", Area: "number ordering", Weight: 5, Popular: 4,
			Params: paramsListItems,
			Wording: asserting(callList,
				"f returns the smallest number in a list of {items}.",
				"On the worst day there were the fewest {items}; f takes the numbers of all days and returns that one.",
				"Of all the {items} in the list, f picks the minimum.",
				"def f(xs): return min(xs)  # xs: {items}",
				"Given a list of {items}, f finds the lowest value.",
				"Return the least element of xs, a list of {items}.",
				"The numbers of {items} are compared by f, and only the smallest one is returned.",
				"def f(xs): return sorted(xs)[0]  # xs: {items}"),
			Draw: drawNumbers,
			Solve: onList(func(xs []int) trace {
				steps, best := smallest(xs)
				return trace{steps: steps, answer: strconv.Itoa(best)}
			}),
		},
		{
			Name: "sort-ascending", Topic: "sorting a list", Area: "number ordering", Weight: 4, Popular: 12,
			Params: paramsList,
			Wording: asserting(callList,
				"f sorts a list of numbers in ascending order.",
				"The numbers are put in order by f, from the smallest to the largest.",
				"def f(xs): return sorted(xs)",
				"Given a list xs, f arranges its values from lowest to highest.",
				"Return the elements of xs in increasing order.",
				"The result of f is the same list sorted so that smaller numbers come before bigger ones.",
				"def f(xs): return sorted(xs, reverse=False)"),
			Draw: func(r *rand.Rand) Vars {
				return Vars{"xs": FormatList(drawDistinct(r, between(r, 3, 4), 1, 20))}
			},
			Solve: onList(selectionSort),
		},
	}
}

// selectionSort takes the smallest number out, one after the other.
func selectionSort(xs []int) trace {
	var t trace
	rest := slices.Clone(xs)
	for len(rest) > 1 {
		i := slices.Index(rest, slices.Min(rest))
		names := strings.Trim(FormatList(rest), "[]")
		t.steps = append(t.steps, fmt.Sprintf("min(%s) = %d", names, rest[i]))
		rest = slices.Delete(rest, i, i+1)
	}
	t.answer = FormatList(slices.Sorted(slices.Values(xs)))
	return t
}
