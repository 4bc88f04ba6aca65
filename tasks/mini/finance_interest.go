package mini

import "math/rand/v2"

func financeInterest() []*Family {
	return []*Family{
		{
			Name: "simple-interest", Topic: "simple interest", Area: areaInterest, Weight: 5, Popular: 26,
			Params: withNumbers("name", "principal", "rate", "years"),
			Wording: []string{
				"{name} deposits {principal} at {rate}% simple interest for {years} years. How much interest is earned?",
				"How much simple interest does {name} get on a deposit of {principal} at a rate of {rate}% a year after {years} years?",
				"Find the simple interest on the loan of {name}, given a principal of {principal}, a yearly rate of {rate}% and a time of {years} years.",
				"Principal of {name}: {principal}; rate: {rate}% a year; time: {years} years. What is the simple interest?",
				"| account of {name} | value |\n| deposit | {principal} |\n| yearly rate | {rate}% |\n| years | {years} |\nSimple interest in all?",
			},
			Draw: func(r *rand.Rand) Vars {
				return Vars{
					"name": choose(r, financePeople), "principal": digits(100 * between(r, 2, 99)),
					"rate": digits(between(r, 2, 9)), "years": digits(between(r, 2, 9)),
				}
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				percent := w.split("percent = principal / 100", v.Dec("principal"), Int(100))
				yearly := w.mul("yearly = percent * rate", percent, v.Dec("rate"))
				return w.solution(w.mul("interest = yearly * years", yearly, v.Dec("years")))
			},
		},
		{
			Name: "second-year-interest", Topic: "compound interest", Area: areaInterest, Weight: 2, Popular: 0,
			Params: withNumbers("name", "start", "added"),
			Wording: []string{
				"A bank pays 10% compound interest. {name} deposits {start} and adds {added} after the first year. How much interest does the second year bring?",
				"How much interest does {name} get in year two at 10% compound interest when the first deposit is {start} and {added} is added after year one?",
				"Find the interest of the second year at 10% compound interest, given that {name} deposits {start} at the start and adds {added} after one year.",
				"Compound interest: 10% a year; first deposit of {name}: {start}; deposit after one year: {added}. What is the interest in the second year?",
				"| {name} | value |\n| compound interest | 10% a year |\n| first deposit | {start} |\n| added after year one | {added} |\nInterest in year two?",
			},
			Draw: func(r *rand.Rand) Vars {
				return Vars{
					"name": choose(r, financePeople), "start": digits(100 * between(r, 1, 50)), "added": digits(10 * between(r, 2, 99)),
				}
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				start := v.Dec("start")
				first := w.split("first = start / 10", start, Int(10))
				balance := w.add("balance = start + first", start, first)
				total := w.add("total = balance + added", balance, v.Dec("added"))
				return w.ratio("second = total / 10", total, Int(10))
			},
		},
		{
			Name: "installments", Topic: "installments", Area: areaInterest, Weight: 4, Popular: 1,
			Params: withNumbers("item", "price", "down", "months"),
			Wording: []string{
				"A {item} costs {price}. After a down payment of {down} the rest is paid in {months} equal months. What is the monthly payment?",
				"How large is one monthly payment when a {item} has a price of {price}, the deposit is {down} and the rest is spread over {months} equal months?",
				"Find the monthly installment for a {item}, given a price of {price}, a deposit of {down} and {months} equal monthly payments without interest.",
				"Price of the {item}: {price}; down payment: {down}; months: {months}; no interest. How much is paid each month?",
				"| {item} | terms |\n| full price | {price} |\n| down payment | {down} |\n| number of monthly payments | {months} |\nHow large is each payment?",
			},
			Draw: func(r *rand.Rand) Vars {
				months, down := choose(r, easyDivisors[:14]), 5*between(r, 2, 80)
				return Vars{
					"item": choose(r, financeGoods), "price": digits(down + drawQuotient(r, months, 8, 90)),
					"down": digits(down), "months": digits(months),
				}
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				rest := w.sub("rest = price - down", v.Dec("price"), v.Dec("down"))
				return w.ratio("payment = rest / months", rest, v.Dec("months"))
			},
		},
	}
}
