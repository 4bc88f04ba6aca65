package mini

import "math/rand/v2"

func financeInterest() []*Family {
	return []*Family{
		{
			Name: "simple-interest", Topic: "simple interest", Area: areaInterest, Weight: 5, Popular: 26,
			Params: withNumbers("name", "principal", "rate", "years"),
			Wording: []string{
				"{name} deposits {principal} at {rate}% simple interest for {years} years. How much interest is earned?",
				"Account of {name}: principal {principal}, rate {rate}% a year, {years} years. What is the simple interest?",
				"What simple interest does {name} get on {principal} at a rate of {rate}% per year after {years} years?",
				"| account of {name} | value |\n| yearly rate | {rate}% |\n| years | {years} |\n| deposit | {principal} |\nSimple interest in all?",
				"| loan of {name} | terms |\n| years | {years} |\n| amount borrowed | {principal} |\n| rate per year | {rate}% |\nHow much simple interest is due?",
				"Interest rate: {rate}% a year; sum lent by {name}: {principal}; time: {years} years. What interest comes in without compounding?",
				"{name} leaves money in the bank for {years} years at {rate}% simple interest. The sum is {principal} all the time. Work out the interest earned.",
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
				"A bank pays 10% a year. {name} deposits {start} and adds {added} after the first year. How much interest does the second year bring?",
				"{name} puts {start} in an account at 10% compound interest and pays in {added} more one year later. Find the interest of year two.",
				"Rate: 10% a year, compounded; first deposit of {name}: {start}; deposit after one year: {added}. What is the interest in the second year?",
				"| {name} | value |\n| deposit after year one | {added} |\n| deposit at the start | {start} |\n| yearly rate | 10% |\nCompound interest in year two?",
				"Deposit after one year: {added}; first deposit: {start}; compound interest: 10% a year. How much interest does {name} receive for year two?",
				"Find the interest of the second year at 10% a year: {name} adds {added} after year one to a first deposit of {start} and its interest.",
				"| added after one year | {added} |\n| first deposit of {name} | {start} |\nInterest of the second year at 10% a year?",
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
				"Price of the {item}: {price}; down payment: {down}; months: {months}; no interest. How much is paid each month?",
				"{months} equal monthly payments follow a deposit of {down} on a {item} priced at {price}. How large is one payment?",
				"| {item} | terms |\n| paid at once | {down} |\n| full price | {price} |\n| number of monthly payments | {months} |\nHow large is each payment?",
				"A {item} at {price} is paid off in {months} equal monthly installments after {down} in cash at the start. Find the monthly installment.",
				"Deposit: {down}; number of monthly installments: {months}; price of the {item}: {price}. What is due each month without interest?",
				"| months | {months} |\n| price of a {item} | {price} |\n| down payment | {down} |\nWhat is paid each month if there is no interest?",
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
