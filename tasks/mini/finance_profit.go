package mini

import "math/rand/v2"

func financeProfit() []*Family {
	return []*Family{
		{
			Name: "gross-profit", Topic: "gross profit", Area: areaProfit, Weight: 3, Popular: 10,
			Params: withNumbers("shop", "revenue", "cost"),
			Wording: []string{
				"Revenue of the {shop}: {revenue}; cost of goods: {cost}. What is the gross profit?",
				"A {shop} sold goods for {revenue} that it had bought for {cost}. Find its gross profit.",
				"| {shop} | amount |\n| sales | {revenue} |\n| cost of sales | {cost} |\nHow large is the gross profit?",
				"Cost of goods: {cost}; turnover: {revenue}. What gross profit does the {shop} make?",
				"Work out the gross profit of a {shop} whose goods cost {cost} and brought takings of {revenue} in all.",
				"| {shop} | value |\n| cost of goods sold | {cost} |\n| revenue | {revenue} |\nGross profit?",
				"How much does a {shop} gain on goods that it bought for {cost} and sold for {revenue} this week?",
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
				"Fixed costs: {fixed}; price of a {item}: {price}; cost of making it: {cost}. How many must be sold to break even?",
				"A workshop has fixed costs of {fixed}. Each {item} sells for {price} and costs {cost} to make. Find the break-even number.",
				"| fixed costs | {fixed} |\n| price of one {item} | {price} |\n| unit cost | {cost} |\nBreak-even point in units?",
				"Price per {item}: {price}; cost per piece: {cost}; fixed costs: {fixed}. Where is the break-even point in pieces?",
				"It costs {cost} to make one {item}, fixed expenses are {fixed} and the selling price is {price} each. How many must be sold to cover all costs?",
				"| cost to make one {item} | {cost} |\n| selling price | {price} |\n| fixed expenses | {fixed} |\nHow many sales break even?",
				"How many units break even when a {item} sells for {price}, fixed costs are {fixed} and each one costs {cost} to make?",
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
				"Cost of the {machine}: {cost}; salvage value: {salvage}; useful life: {years} years. Find the yearly depreciation.",
				"| {machine} | value |\n| cost | {cost} |\n| residual value | {salvage} |\n| life in years | {years} |\nAnnual depreciation?",
				"Scrap value of the {machine}: {salvage}; years of use: {years}; purchase price: {cost}. How much value is lost each year?",
				"Over {years} years a {machine} bought for {cost} falls evenly in value to {salvage}. Work out the depreciation per year.",
				"| {machine} | figures |\n| residual value | {salvage} |\n| purchase price | {cost} |\n| years of use | {years} |\nStraight-line depreciation per year?",
				"How much value does a {machine} lose per year if it is used for {years} years, then sold for {salvage}, and costs {cost} new?",
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
