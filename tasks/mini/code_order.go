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
				"Of all the {items} in the list, f picks the maximum.",
				"Given a list of {items}, f finds the largest value.",
				"Return the maximum of xs, a list of {items}: its largest number.",
				"def f(xs): return max(xs)  # maximum, the largest number of {items}"),
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
				"Of all the {items} in the list, f picks the minimum.",
				"Given a list of {items}, f finds the smallest value.",
				"Return the minimum of xs, a list of {items}: its smallest number.",
				"def f(xs): return min(xs)  # minimum, the smallest number of {items}"),
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
				"Given a list xs, f returns its numbers sorted in ascending order.",
				"Return the numbers of xs in increasing order, as a sorted list.",
				"The list is sorted by f, so that its numbers are increasing.",
				"def f(xs): return sorted(xs)  # sort the numbers in ascending order"),
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
