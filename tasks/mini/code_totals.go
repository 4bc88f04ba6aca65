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
				"A list holds the {items} of each day; f says how many there are altogether.",
				"def f(xs): return sum(xs)  # xs: {items}",
				"Given a list xs of {items}, f adds up all its values.",
				"f totals the {items}: every number of the list is added to the ones before, and the final sum is returned.",
				"Return how many {items} we get when all the numbers in xs are put together.",
				"def f(xs): return sum(x for x in xs)  # xs: {items}"),
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
				"Starting with the first number, f keeps multiplying by the next one until the list ends.",
				"The value of f is the product of the numbers in xs.",
				"Given a list xs, f returns all its elements multiplied together.",
				"All the values in the list are multiplied by one another, and f gives back the result.",
				"Return what we get by multiplying every item of xs.",
				"def f(xs): return xs[0] * f(xs[1:]) if xs else 1"),
			Draw:  drawFactors,
			Solve: onList(product),
		},
		{
			Name: "sum-of-evens", Topic: "sum of the even numbers", Area: "list totals", Weight: 4, Popular: 2,
			Params: paramsList,
			Wording: asserting(callList,
				"f adds up only the even numbers of a list and ignores the odd ones.",
				"Odd numbers do not count: f returns the sum of those that 2 divides.",
				"def f(xs): return sum(x for x in xs if x % 2 == 0)",
				"Given a list xs, f throws out the odd values and sums the rest.",
				"The result of f is the total of all even elements in the list.",
				"def f(xs): return sum(filter(lambda x: x % 2 == 0, xs))",
				"def f(xs): return sum([x for x in xs if not x % 2])"),
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
				"How far apart are the best and the worst day? f subtracts the fewest {items} from the most.",
				"The result of f is the highest value of {items} less the lowest one.",
				"Given a list of {items}, f finds the biggest and the smallest value and subtracts the second from the first.",
				"def f(xs): return max(xs) - min(xs)  # xs: {items}",
				"def f(xs): return sorted(xs)[-1] - sorted(xs)[0]  # xs: {items}"),
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
