package mini

import "math/rand/v2"

func financeBudget() []*Family {
	return []*Family{
		{
			Name: "discount-price", Topic: "discount", Area: areaBudget, Weight: 3, Popular: 14,
			Params: withNumbers("item", "price", "rate"),
			Wording: []string{
				"A {item} costs {price}. In a sale it is {rate}% off. What is the sale price?",
				"How much is a {item} with a regular price of {price} when the shop takes {rate}% off?",
				"Find the sale price of a {item}, given a list price of {price} and a discount of {rate}%.",
				"List price of the {item}: {price}; discount: {rate}%. What is the price after the discount?",
				"| {item} | value |\n| list price | {price} |\n| discount | {rate}% |\nPrice after the discount?",
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
				"You change {amount} dollars into {money}. The bank keeps a fee of {fee} dollars and pays {rate} for every other dollar. How much do you get?",
				"How many {money} does an exchange of {amount} dollars bring after a fee of {fee} dollars at a rate of {rate} for each dollar left?",
				"Find the payout in {money}, given {amount} dollars to exchange, a fee of {fee} dollars and a rate of {rate} for each dollar after the fee.",
				"Dollars to exchange into {money}: {amount}; fee in dollars: {fee}; rate for each dollar: {rate}. How much is paid out after the fee?",
				"| exchange | {money} |\n| amount | {amount} dollars |\n| fee, taken first | {fee} dollars |\n| rate | {rate} per dollar |\nHow much is paid out?",
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
				"A firm had {measure} of {first} in the first year, {second} in the second and {third} in the third. What is the yearly average?",
				"What is the yearly average of {measure} that were {first} in 2022, {second} in 2023 and {third} in 2024?",
				"Find the mean of the {measure} of three years, given {first} in year one, {second} in year two and {third} in year three.",
				"Yearly {measure}: first year: {first}; second year: {second}; third year: {third}. What is the average?",
				"| year | {measure} |\n| 2022 | {first} |\n| 2023 | {second} |\n| 2024 | {third} |\nMean of the three years?",
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
