package mini

import "math/rand/v2"

func financePayroll() []*Family {
	return []*Family{
		{
			Name: "sales-tax", Topic: "sales tax", Area: areaPayroll, Weight: 3, Popular: 6,
			Params: withNumbers("item", "price", "rate"),
			Wording: []string{
				"A {item} is priced at {price} before tax. Sales tax is {rate}%. What is the total to pay?",
				"How much does a {item} cost with tax when the net price is {price} and the sales tax is {rate}%?",
				"Find the full price of a {item}, given a price of {price} without tax and a sales tax of {rate}%.",
				"Net price of the {item}: {price}; sales tax: {rate}%. What is the price with tax?",
				"| {item} | value |\n| price before tax | {price} |\n| sales tax | {rate}% |\nTotal price with tax?",
			},
			Draw: func(r *rand.Rand) Vars {
				return Vars{"item": choose(r, financeGoods), "price": digits(drawPrice(r)), "rate": digits(choose(r, easyRates))}
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				price := v.Dec("price")
				percent := w.split("percent = price / 100", price, Int(100))
				tax := w.mul("tax = percent * rate", percent, v.Dec("rate"))
				return w.solution(w.add("total = price + tax", price, tax))
			},
		},
		{
			Name: "income-tax", Topic: "income tax", Area: areaPayroll, Weight: 6, Popular: 2,
			Params: withNumbers("name", "income", "allowance", "rate"),
			Wording: []string{
				"{name} earns {income}. The first {allowance} is tax-free and the rest is taxed at {rate}%. How much tax is due?",
				"How much income tax does {name} owe on an income of {income} when an allowance of {allowance} is tax-free and the rest is taxed at {rate}%?",
				"Find the income tax of {name}, given a gross income of {income}, a tax-free amount of {allowance} and a tax rate of {rate}% on the rest.",
				"Income of {name}: {income}; allowance: {allowance}; tax rate: {rate}%. What is the income tax?",
				"| {name} | amount |\n| income | {income} |\n| tax-free allowance | {allowance} |\n| tax rate | {rate}% |\nIncome tax to pay?",
			},
			Draw: func(r *rand.Rand) Vars {
				taxable, allowance := drawPrice(r), 50*between(r, 2, 30)
				return Vars{
					"name": choose(r, financePeople), "income": digits(taxable + allowance),
					"allowance": digits(allowance), "rate": digits(choose(r, easyRates)),
				}
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				taxable := w.sub("taxable = income - allowance", v.Dec("income"), v.Dec("allowance"))
				percent := w.split("percent = taxable / 100", taxable, Int(100))
				return w.solution(w.mul("tax = percent * rate", percent, v.Dec("rate")))
			},
		},
		{
			Name: "overtime-pay", Topic: "overtime pay", Area: areaPayroll, Weight: 5, Popular: 2,
			Params: withNumbers("name", "hours", "wage", "extra", "high"),
			Wording: []string{
				"{name} works {hours} hours at {wage} an hour and {extra} overtime hours at {high} an hour. What is the total pay?",
				"How much does {name} earn in all for {hours} normal hours at a wage of {wage} and {extra} overtime hours at a wage of {high}?",
				"Find the gross pay of {name}, given {hours} normal hours at {wage} per hour and {extra} hours of overtime at {high} per hour.",
				"Normal time of {name}: {hours} hours, wage {wage}; overtime: {extra} hours, wage {high}. What is the gross pay?",
				"| {name} | hours | wage |\n| normal | {hours} | {wage} |\n| overtime | {extra} | {high} |\nTotal pay?",
			},
			Draw: func(r *rand.Rand) Vars {
				wage := choose(r, []int{6, 7, 8, 9, 10, 12, 15, 20})
				return Vars{
					"name": choose(r, financePeople), "hours": digits(between(r, 10, 40)), "wage": digits(wage),
					"extra": digits(between(r, 2, 9)), "high": digits(wage + between(r, 2, 10)),
				}
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				normal := w.mul("normal = hours * wage", v.Dec("hours"), v.Dec("wage"))
				overtime := w.mul("overtime = hours * wage", v.Dec("extra"), v.Dec("high"))
				return w.solution(w.add("pay = normal + overtime", normal, overtime))
			},
		},
	}
}
