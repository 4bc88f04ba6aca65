package mini

import "math/rand/v2"

func financeProfit() []*Family {
	return []*Family{
		{
			Name: "gross-profit", Topic: "gross profit", Area: areaProfit, Weight: 3, Popular: 10,
			Params: withNumbers("shop", "revenue", "cost"),
			Wording: []string{
				"A {shop} sold goods for {revenue} that had a cost of {cost}. What is its gross profit?",
				"How large is the gross profit of a {shop} when its revenue is {revenue} and its goods cost {cost}?",
				"Find the gross profit of a {shop}, given sales of {revenue} and a cost of sales of {cost}.",
				"Revenue of the {shop}: {revenue}; cost of goods: {cost}. What is the gross profit?",
				"| {shop} | amount |\n| sales | {revenue} |\n| cost of goods sold | {cost} |\nGross profit?",
			},
			Draw: func(r *rand.Rand) Vars {
				cost, profit := between(r, 20, 950), between(r, 10, 900)
				return Vars{"shop": choose(r, financeShops), "revenue": digits(cost + profit), "cost": digits(cost)}
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				return w.solution(w.sub("profit = revenue - cost", v.Dec("revenue"), v.Dec("cost")))
			},
		},
		{
			Name: "break-even", Topic: "break-even point", Area: areaProfit, Weight: 5, Popular: 4,
			Params: withNumbers("item", "fixed", "price", "cost"),
			Wording: []string{
				"A workshop has fixed costs of {fixed}. Each {item} sells for {price} and costs {cost} to make. How many must be sold to break even?",
				"How many units break even when fixed costs are {fixed}, the price of a {item} is {price} and the unit cost is {cost}?",
				"Find the break-even number of sales, given fixed costs of {fixed}, a selling price of {price} per {item} and a cost of {cost} to make one.",
				"Fixed costs: {fixed}; price of a {item}: {price}; cost of making it: {cost}. What is the break-even point in units?",
				"| {item} | value |\n| fixed costs | {fixed} |\n| selling price of one | {price} |\n| unit cost | {cost} |\nBreak-even point in units?",
			},
			Draw: func(r *rand.Rand) Vars {
				margin, cost := choose(r, easyDivisors), between(r, 2, 80)
				units := between(r, 5, 99)
				return Vars{
					"item": choose(r, financeGoods), "fixed": digits(margin * units),
					"price": digits(cost + margin), "cost": digits(cost),
				}
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				margin := w.sub("margin = price - cost", v.Dec("price"), v.Dec("cost"))
				return w.ratio("units = fixed / margin", v.Dec("fixed"), margin)
			},
		},
		{
			Name: "depreciation", Topic: "depreciation", Area: areaProfit, Weight: 4, Popular: 5,
			Params: withNumbers("machine", "cost", "salvage", "years"),
			Wording: []string{
				"A {machine} costs {cost} and is worth {salvage} after {years} years. What is the straight-line depreciation per year?",
				"How much is the yearly straight-line depreciation of a {machine} when its cost is {cost}, its salvage value {salvage} and its life {years} years?",
				"Find the straight-line depreciation per year of a {machine}, given a purchase price of {cost}, a residual value of {salvage} and a useful life of {years} years.",
				"Cost of the {machine}: {cost}; salvage value: {salvage}; useful life: {years} years. What is the yearly depreciation?",
				"| {machine} | value |\n| cost | {cost} |\n| residual value | {salvage} |\n| life in years | {years} |\nAnnual depreciation?",
			},
			Draw: func(r *rand.Rand) Vars {
				years, salvage := between(r, 2, 12), 10*between(r, 2, 60)
				yearly := 5 * between(r, 4, 120)
				return Vars{
					"machine": choose(r, financeMachines), "cost": digits(salvage + years*yearly),
					"salvage": digits(salvage), "years": digits(years),
				}
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				loss := w.sub("loss = cost - salvage", v.Dec("cost"), v.Dec("salvage"))
				return w.ratio("yearly = loss / years", loss, v.Dec("years"))
			},
		},
	}
}
