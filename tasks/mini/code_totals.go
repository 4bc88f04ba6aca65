package mini

import (
	"fmt"
	"math/rand/v2"
	"strconv"
)

// codeTotals are the families that make one number out of a list.
func codeTotals() []*Family {
	return []*Family{
		{
			Name: "sum", Topic: "sum of a list", Area: "list totals", Weight: 10, Popular: 24,
			Params: paramsListItems,
			Wording: asserting(callList,
				"f takes a list of {items} and returns their sum.",
				"All the {items} in the list are added up by f, which gives back the total.",
				"Given a list xs of {items}, f adds up all its numbers and returns the sum.",
				"Return the total of xs, a list of {items}: the sum of all numbers.",
				"def f(xs): return sum(xs)  # total of all the {items}, added up"),
			Draw: func(r *rand.Rand) Vars {
				return Vars{"xs": FormatList(drawInts(r, drawLength(r), 1, 20)), "items": drawItem(r)}
			},
			Solve: onList(func(xs []int) trace {
				steps, totals := sums(xs)
				return trace{steps: steps, answer: strconv.Itoa(totals[len(totals)-1])}
			}),
		},
		{
			Name: "product", Topic: "product of a list", Area: "list totals", Weight: 3, Popular: 2,
			Params: paramsList,
			Wording: asserting(callList,
				"f multiplies all numbers of a list and returns the product.",
				"Given a list xs, f returns the product of all its numbers.",
				"All the numbers in the list are multiplied together by f, which gives back the product.",
				"Return the product of xs: all numbers multiplied by one another.",
				"The result of f is what all numbers of the list give when we multiply them together."),
			Draw:  drawFactors,
			Solve: onList(product),
		},
		{
			Name: "sum-of-evens", Topic: "sum of the even numbers", Area: "list totals", Weight: 4, Popular: 2,
			Params: paramsList,
			Wording: asserting(callList,
				"f adds up only the even numbers of a list and ignores the odd ones.",
				"Given a list xs, f returns the sum of its even numbers.",
				"Return the total of the even numbers in xs; the odd numbers do not count.",
				"Only the even numbers of the list are added up by f, which gives back their sum.",
				"def f(xs): return sum(x for x in xs if x % 2 == 0)  # sum of the even numbers"),
			Draw: func(r *rand.Rand) Vars {
				return Vars{"xs": FormatList(drawParities(r, between(r, 4, 5), between(r, 2, 3)))}
			},
			Solve: onList(sumOfEvens),
		},
		{
			Name: "range", Topic: "difference between maximum and minimum", Area: "list totals", Weight: 4, Popular: 1,
			Params: paramsListItems,
			Wording: asserting(callList,
				"f returns the difference between the largest and the smallest number of {items}.",
				"For a list of {items}, f tells the range: the maximum minus the minimum.",
				"Given a list of {items}, f subtracts the smallest number from the largest and returns the difference.",
				"Return the range of xs, a list of {items}: the difference of maximum and minimum.",
				"def f(xs): return max(xs) - min(xs)  # range of the {items}: largest minus smallest"),
			Draw: func(r *rand.Rand) Vars {
				return Vars{"xs": FormatList(drawDistinct(r, 3, 1, 20)), "items": drawItem(r)}
			},
			Solve: onList(func(xs []int) trace {
				up, most := largest(xs)
				down, fewest := smallest(xs)
				s, _ := Sub(Int(most), Int(fewest))
				return trace{steps: append(append(up, down...), s), answer: strconv.Itoa(most - fewest)}
			}),
		},
	}
}

// drawFactors keeps products within what the student multiplies: at most three
// digits by one.
func drawFactors(r *rand.Rand) Vars {
	if r.IntN(4) == 0 {
		return Vars{"xs": FormatList(append(drawInts(r, 1, 2, 9), drawInts(r, 3, 1, 4)...))}
	}
	return Vars{"xs": FormatList(append(drawInts(r, 1, 2, 20), drawInts(r, 2, 1, 9)...))}
}

// drawParities returns n numbers from 1 to 20 of which evens are even.
func drawParities(r *rand.Rand, n, evens int) []int {
	xs := drawInts(r, n, 1, 10)
	for i, place := range r.Perm(n) {
		xs[place] *= 2
		if i >= evens {
			xs[place]--
		}
	}
	return xs
}

func product(xs []int) trace {
	var t trace
	p := xs[0]
	for _, x := range xs[1:] {
		s, _ := Mul(Int(p), Int(x))
		t.steps = append(t.steps, s)
		p *= x
		if p > maxCodeTotal || p < -maxCodeTotal {
			return trace{bad: true}
		}
	}
	t.answer = strconv.Itoa(p)
	return t
}

// parities names each number odd or even and picks the even ones.
func parities(xs []int) (steps []string, evens []int) {
	for _, x := range xs {
		name := "odd"
		if x%2 == 0 {
			name = "even"
			evens = append(evens, x)
		}
		steps = append(steps, fmt.Sprintf("%d %s", x, name))
	}
	return steps, evens
}

// sumOfEvens carries the total along: the student need not look back for the
// even numbers.
func sumOfEvens(xs []int) trace {
	var t trace
	total := 0
	steps, _ := parities(xs)
	for i, x := range xs {
		step := strconv.Itoa(total)
		if x%2 == 0 {
			step, _ = Add(Int(total), Int(x))
			total += x
		}
		t.steps = append(t.steps, steps[i]+" "+step)
	}
	t.answer = strconv.Itoa(total)
	return t
}
