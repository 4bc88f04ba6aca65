package mini

import "math/rand/v2"

// shareRates are the percentages that a markup is drawn from.
var shareRates = []int{2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 25, 50}

// financeShown are the families that the student's pre-training may show
// (knownFinance). Changing one calls for new weights.
func financeShown() []*Family {
	hundred := Int(100)
	return []*Family{
		{
			Name: "net-margin", Topic: "net margin", Area: areaProfit, Weight: 6, Popular: 3,
			Params: withNumbers("firm", "r", "c", "t"),
			Wording: []string{
				"{firm} earns revenue of {r} million, with costs of {c} million and tax of {t} million. What is the net margin in percent?",
				"How many percent of its revenue of {r} million does {firm} keep as net margin after costs of {c} million and tax of {t} million?",
				"Find the net margin of {firm} in percent, given sales of {r} million, costs of {c} million and tax of {t} million.",
				"Revenue: {r}; costs: {c}; tax: {t} (all in millions). What is the net margin of {firm} in percent?",
				"| {firm} | millions |\n| sales | {r} |\n| costs | {c} |\n| tax | {t} |\nNet margin in percent?",
			},
			Draw: func(r *rand.Rand) Vars {
				revenue := choose(r, []int{20, 25, 30, 40, 50, 60})
				percent := between(r, 2, 60)
				for revenue*percent%100 != 0 {
					percent = between(r, 2, 60)
				}
				spent := revenue - revenue*percent/100
				tax := between(r, 1, spent-1)
				return quantities{"r": revenue, "c": spent - tax, "t": tax}.with(r, "firm", financeNames)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				a := w.sub("before tax = revenue - costs", v.Dec("r"), v.Dec("c"))
				n := w.sub("net = before tax - tax", a, v.Dec("t"))
				x := w.mul("x = net * 100", n, hundred)
				return w.ratio("margin = x / revenue", x, v.Dec("r"))
			},
		},
		{
			Name: "markup-price", Topic: "markup", Area: areaProfit, Weight: 5, Popular: 3,
			Params: withNumbers("good", "c", "p"),
			Wording: []string{
				"A shop buys a {good} for {c} and adds a markup of {p} percent. What is the selling price?",
				"At what price does a shop sell a {good} when its cost is {c} and the markup is {p} percent?",
				"Find the selling price of a {good}, given a purchase cost of {c} and a markup of {p} percent on the cost.",
				"Cost of a {good}: {c}; markup: {p} percent. At what price is it sold?",
				"| {good} | value |\n| purchase cost | {c} |\n| markup | {p} percent |\nSelling price?",
			},
			Draw: func(r *rand.Rand) Vars {
				for {
					c, p := drawPrice(r), choose(r, shareRates)
					if c*(100+p) < 10_000*100 {
						return quantities{"c": c, "p": p}.with(r, "good", financeGoods)
					}
				}
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				a := w.split("one percent = cost / 100", v.Dec("c"), hundred)
				m := w.mul("markup = one percent * rate", a, v.Dec("p"))
				return w.solution(w.add("price = cost + markup", v.Dec("c"), m))
			},
		},
		{
			Name: "pe-ratio", Topic: "price-earnings ratio", Area: areaValuation, Weight: 5, Popular: 8,
			Params: withNumbers("firm", "n", "s", "p"),
			Wording: []string{
				"{firm} earns {n} with {s} shares, and a share costs {p}. What is the price-earnings ratio?",
				"What is the price-earnings ratio of {firm} when it has total earnings of {n} on {s} shares and a share price of {p}?",
				"Find the price-earnings ratio of {firm}, given earnings of {n} in all, {s} shares and a price of {p} per share.",
				"Earnings: {n}; shares: {s}; share price: {p}. What is the price-earnings ratio of {firm}?",
				"| {firm} | value |\n| total earnings | {n} |\n| shares | {s} |\n| share price | {p} |\nPrice-earnings ratio?",
			},
			Draw: func(r *rand.Rand) Vars {
				s, e := choose(r, easyDivisors), between(r, 2, 12)
				return quantities{"n": s * e, "s": s, "p": e * between(r, 5, 40)}.with(r, "firm", financeNames)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				e := w.split("eps = earnings / shares", v.Dec("n"), v.Dec("s"))
				return w.ratio("ratio = price / eps", v.Dec("p"), e)
			},
		},
		{
			Name: "commission", Topic: "commission", Area: areaPayroll, Weight: 5, Popular: 2,
			Params: withNumbers("who", "b", "s", "r"),
			Wording: []string{
				"{who} gets a base salary of {b}, makes sales of {s} and gets a commission of {r} percent on them. How much is the pay in all?",
				"How much does {who} earn with a base salary of {b} and sales of {s} at {r} percent commission?",
				"Find the total earnings of {who}, given a base pay of {b}, sales of {s} and a commission rate of {r} percent on the sales.",
				"Base salary: {b}; sales: {s}; commission: {r} percent. What does {who} earn?",
				"| {who} | value |\n| base pay | {b} |\n| sales | {s} |\n| commission on sales | {r} percent |\nTotal pay?",
			},
			Draw: func(r *rand.Rand) Vars {
				return quantities{"b": between(r, 100, 900), "s": 100 * between(r, 2, 90), "r": between(r, 2, 9)}.with(r, "who", financePeople)
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				a := w.split("one percent = sales / 100", v.Dec("s"), hundred)
				c := w.mul("commission = one percent * rate", a, v.Dec("r"))
				return w.solution(w.add("pay = base + commission", v.Dec("b"), c))
			},
		},
	}
}
