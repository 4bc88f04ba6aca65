package mini

import "math/rand/v2"

func financePayroll() []*Family {
	return []*Family{
		{
			Name: "sales-tax", Topic: "sales tax", Area: areaPayroll, Weight: 3, Popular: 6,
			Params: withNumbers("item", "price", "rate"),
			Wording: []string{
				"A {item} is priced at {price}. Sales tax is {rate}%. What is the total to pay?",
				"Price of the {item}: {price}; sales tax: {rate}%. Find the price with tax.",
				"How much does a {item} cost with {rate}% sales tax when its net price is {price}?",
				"| {item} | value |\n| sales tax | {rate}% |\n| net price | {price} |\nPrice with tax?",
				"Tax on sales: {rate}%; price of a {item} without tax: {price}. How much must the customer pay?",
				"A tax of {rate}% is added to the price of a {item}, which is {price} without it. Find the full price.",
				"| price of one {item} before tax | {price} |\n| sales tax on top | {rate}% |\nWhat does the buyer pay?",
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
				"Income of {name}: {income}; allowance: {allowance}; tax rate: {rate}%. What is the income tax?",
				"| {name} | amount |\n| income | {income} |\n| deductions | {allowance} |\n| tax rate | {rate}% |\nTax to pay?",
				"Tax rate: {rate}%; tax-free allowance: {allowance}; yearly pay: {income}. How much tax does {name} owe?",
				"An allowance of {allowance} is free of tax. {name} earns {income} and pays {rate}% on the rest. Find the income tax.",
				"| {name} | figures |\n| rate of tax | {rate}% |\n| gross income | {income} |\n| tax-free amount | {allowance} |\nHow large is the income tax?",
				"What does {name} owe on an income of {income} at {rate}% tax when the first {allowance} is free?",
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
				"| {name} | hours | wage |\n| normal | {hours} | {wage} |\n| overtime | {extra} | {high} |\nTotal pay?",
				"Normal time of {name}: {hours} hours, wage {wage}; overtime: {extra} hours, wage {high}. Find the gross pay.",
				"Overtime: {extra} hours at {high} an hour; normal time: {hours} hours at {wage} an hour. How much does {name} earn in all?",
				"| {name} | wage | hours |\n| overtime | {high} | {extra} |\n| normal time | {wage} | {hours} |\nGross pay?",
				"At a normal wage of {wage} for {hours} hours and an overtime wage of {high} for {extra} hours, what does {name} receive in total?",
				"{name} puts in {hours} normal hours and {extra} hours of overtime. Pay is {wage} per normal hour and {high} per overtime hour. Work out the total pay.",
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
