package mini

import "math/rand/v2"

func financeBudget() []*Family {
	return []*Family{
		{
			Name: "discount-price", Topic: "discount", Area: areaBudget, Weight: 3, Popular: 14,
			Params: withNumbers("item", "price", "rate"),
			Wording: []string{
				"A {item} costs {price}. In a sale it is {rate}% off. What is the sale price?",
				"List price of the {item}: {price}; discount: {rate}%. Find the price after the discount.",
				"How much is a {item} of {price} when the shop takes {rate}% off?",
				"| {item} | value |\n| discount | {rate}% |\n| list price | {price} |\nPrice after the discount?",
				"Reduction: {rate}%; regular price of the {item}: {price}. How much does the buyer pay?",
				"With {rate}% taken off, what must be paid for a {item} that normally costs {price} in the shop?",
				"| price cut | {rate}% |\n| old price of a {item} | {price} |\nWhat is the new price?",
			},
			Draw: func(r *rand.Rand) Vars {
				return Vars{"item": choose(r, financeGoods), "price": digits(drawPrice(r)), "rate": digits(choose(r, easyRates))}
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				price := v.Dec("price")
				percent := w.split("percent = price / 100", price, Int(100))
				discount := w.mul("discount = percent * rate", percent, v.Dec("rate"))
				return w.solution(w.sub("new = price - discount", price, discount))
			},
		},
		{
			Name: "currency-exchange", Topic: "currency exchange", Area: areaBudget, Weight: 3, Popular: 3,
			Params: withNumbers("money", "amount", "fee", "rate"),
			Wording: []string{
				"Exchange of {amount} dollars into {money}: fee {fee} dollars, rate {rate} for each dollar. How many {money} are paid out?",
				"You change {amount} dollars into {money}. The bank keeps {fee} dollars and pays {rate} for every other dollar. How much do you get?",
				"The rate of {money} is {rate} for a dollar. After a fee of {fee} dollars, what do {amount} dollars bring?",
				"Dollars brought: {amount}; {money} per dollar: {rate}; fee in dollars: {fee}. How much is paid out after the fee?",
				"| exchange fee | {fee} dollars |\n| amount | {amount} dollars |\n| {money} for one dollar | {rate} |\nThe fee comes off first. How much is paid out?",
				"For each dollar left after a charge of {fee} dollars a bank gives {rate} in {money}. Work out the payout for {amount} dollars.",
				"| {money} | exchange |\n| rate | {rate} per dollar |\n| amount | {amount} dollars |\n| fee, taken first | {fee} dollars |\nHow much do you get?",
			},
			Draw: drawExchange,
			Solve: func(v Vars) (Solution, bool) {
				var w work
				rest := w.sub("rest = amount - fee", v.Dec("amount"), v.Dec("fee"))
				return w.solution(w.mul("money = rest * rate", rest, v.Dec("rate")))
			},
		},
		{
			Name: "three-year-average", Topic: "three-year average", Area: areaBudget, Weight: 2, Popular: 3,
			Params: withNumbers("measure", "first", "second", "third"),
			Wording: []string{
				"Yearly {measure}: {first} in 2022, {second} in 2023, {third} in 2024. What is the average?",
				"| year | {measure} |\n| 2022 | {first} |\n| 2023 | {second} |\n| 2024 | {third} |\nMean of the three years?",
				"A firm had {measure} of {first}, {second} and {third} in three years. Find the yearly average.",
				"2024: {third}; 2023: {second}; 2022: {first}. What are the average {measure} of these years?",
				"Last year {measure} reached {third}, after {first} and {second} in the two years before. Work out the three-year average.",
				"| year | {measure} |\n| 2023 | {second} |\n| 2022 | {first} |\n| 2024 | {third} |\nYearly average?",
				"Find the mean of {measure} that were {second} in the second year, {third} in the third and {first} in the first.",
			},
			Draw: func(r *rand.Rand) Vars {
				average := between(r, 40, 800)
				first, second := average+between(r, -15, 15), average+between(r, -15, 15)
				return Vars{
					"measure": choose(r, financeMeasures), "first": digits(first), "second": digits(second),
					"third": digits(3*average - first - second),
				}
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				two := w.add("two = first + second", v.Dec("first"), v.Dec("second"))
				sum := w.add("sum = two + third", two, v.Dec("third"))
				return w.ratio("average = sum / 3", sum, Int(3))
			},
		},
	}
}

// drawExchange draws a sum that is left after the fee and a rate: three digits
// times one, or two digits times a round rate.
func drawExchange(r *rand.Rand) Vars {
	rest, rate := between(r, 20, 900), between(r, 2, 9)
	if r.IntN(3) == 0 {
		rest, rate = between(r, 20, 95), choose(r, []int{10, 12, 15, 20, 25, 50})
	}
	fee := between(r, 2, 20)
	return Vars{
		"money": choose(r, financeCurrencies), "amount": digits(rest + fee), "fee": digits(fee), "rate": digits(rate),
	}
}
