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
				"Revenue: {r}; costs: {c}; tax: {t} (all in millions). Compute the net margin of {firm} in percent.",
				"How many percent of its revenue of {r} million does {firm} keep as net margin after costs of {c} million and tax of {t} million?",
				"Costs: {c} million; sales: {r} million; tax: {t} million. What net margin in percent does {firm} reach?",
				"| {firm} | millions |\n| tax | {t} |\n| revenue | {r} |\n| costs | {c} |\nNet margin in percent?",
				"After costs of {c} million and tax of {t} million on sales of {r} million, what percent of sales is left to {firm} as profit?",
				"| tax | {t} million |\n| expenses | {c} million |\n| turnover | {r} million |\nWork out the net margin of {firm} in percent.",
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
				"Cost of a {good}: {c}; markup: {p} percent. At what price is it sold?",
				"With a markup of {p} percent on the cost, for how much does a {good} sell that was bought for {c}?",
				"| {good} | value |\n| markup | {p} percent |\n| purchase cost | {c} |\nSelling price?",
				"Markup: {p} percent; cost price of the {good}: {c}. What does the customer pay?",
				"A dealer marks up goods by {p} percent. A {good} costs her {c} to buy. What price does she charge?",
				"| cost of one {good} | {c} |\n| added on top | {p} percent |\nAt what price does the shop sell it?",
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
				"Earnings: {n}; shares: {s}; share price: {p}. Find the price-earnings ratio of {firm}.",
				"At a share price of {p}, what is the price-earnings ratio of {firm}, which earns {n} in all on {s} shares?",
				"{firm} has earnings of {n}, a price of {p} per share and {s} shares in all. Work out its price-earnings ratio.",
				"| {firm} | value |\n| shares | {s} |\n| share price | {p} |\n| total earnings | {n} |\nPrice-earnings ratio?",
				"Number of shares: {s}; total profit: {n}; price of a share: {p}. How many times the earnings per share does a share of {firm} cost?",
				"| price of a share | {p} |\n| shares of {firm} | {s} |\n| total net profit | {n} |\nWhat is the P/E ratio?",
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
				"{who} gets a base salary of {b} and a commission of {r} percent on sales of {s}. How much is that in all?",
				"Base salary: {b}; sales: {s}; commission: {r} percent. What does {who} earn?",
				"What are the earnings of {who}, who sells for {s} at {r} percent commission and has a base salary of {b}?",
				"| {who} | value |\n| sales | {s} |\n| base pay | {b} |\n| commission on sales | {r} percent |\nTotal pay?",
				"Commission rate: {r} percent; fixed pay: {b}; turnover: {s}. How much does {who} get altogether?",
				"At {r} percent commission, {who} sells goods for {s} and also gets a fixed salary of {b} on top. Work out the total earnings.",
				"| commission | {r} percent |\n| base salary of {who} | {b} |\n| sales made | {s} |\nWhat are the total earnings?",
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
