package mini

import "math/rand/v2"

func financeValuation() []*Family {
	return []*Family{
		{
			Name: "working-capital", Topic: "working capital", Area: areaValuation, Weight: 6, Popular: 1,
			Params: withNumbers("shop", "cash", "stock", "debts"),
			Wording: []string{
				"The {shop} holds {cash} in cash and {stock} in stock, and owes {debts} within a year. What is its working capital?",
				"How large is the working capital of a {shop} when its cash is {cash}, its inventory is {stock} and its short-term debts are {debts}?",
				"Find the working capital of the {shop}, given cash of {cash}, a stock of goods worth {stock} and current debts of {debts}.",
				"Cash: {cash}; inventory: {stock}; current liabilities: {debts}. What is the working capital of the {shop}?",
				"| {shop} | amount |\n| cash | {cash} |\n| inventory | {stock} |\n| short-term debts | {debts} |\nWorking capital?",
			},
			Draw: func(r *rand.Rand) Vars {
				cash, stock := between(r, 20, 600), between(r, 20, 600)
				debts := between(r, 15, cash+stock-10)
				return Vars{"shop": choose(r, financeShops), "cash": digits(cash), "stock": digits(stock), "debts": digits(debts)}
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				assets := w.add("assets = cash + stock", v.Dec("cash"), v.Dec("stock"))
				return w.solution(w.sub("capital = assets - debts", assets, v.Dec("debts")))
			},
		},
		{
			Name: "debt-to-equity", Topic: "debt-to-equity ratio", Area: areaValuation, Weight: 6, Popular: 1,
			Params: withNumbers("firm", "short", "long", "equity"),
			Wording: []string{
				"A {firm} owes {short} in the short term and {long} in the long term. Its equity is {equity}. What is the ratio of debt to equity?",
				"How large is the debt-to-equity ratio of a {firm} with short-term debt of {short}, long-term debt of {long} and equity of {equity}?",
				"Find the total debt of a {firm} divided by its equity, given short-term loans of {short}, long-term loans of {long} and equity of {equity}.",
				"Short-term debt: {short}; long-term debt: {long}; equity: {equity}. What is the debt-to-equity ratio of the {firm}?",
				"| {firm} | amount |\n| short-term loans | {short} |\n| long-term loans | {long} |\n| equity | {equity} |\nDebt divided by equity?",
			},
			Draw: func(r *rand.Rand) Vars {
				equity := choose(r, easyDivisors[4:])
				debt := drawQuotient(r, equity, 1, 9)
				short := between(r, 1, debt-1)
				return Vars{
					"firm": choose(r, financeFirms), "short": digits(short),
					"long": digits(debt - short), "equity": digits(equity),
				}
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				debt := w.add("debt = short + long", v.Dec("short"), v.Dec("long"))
				return w.ratio("ratio = debt / equity", debt, v.Dec("equity"))
			},
		},
		{
			Name: "earnings-per-share", Topic: "earnings per share", Area: areaValuation, Weight: 8, Popular: 4,
			Params: withNumbers("firm", "income", "preferred", "shares"),
			Wording: []string{
				"A {firm} has net income of {income}, pays preferred dividends of {preferred} and has {shares} common shares. What are the earnings per share?",
				"How much does a {firm} earn per common share when net profit is {income}, preferred dividends are {preferred} and there are {shares} shares?",
				"Find the EPS of a {firm}, given a net income of {income}, dividends of {preferred} to preferred holders and {shares} common shares.",
				"Net income: {income}; preferred dividends: {preferred}; shares: {shares}. What are the earnings per share of the {firm}?",
				"| {firm} | amount |\n| net profit | {income} |\n| preferred dividends | {preferred} |\n| common shares | {shares} |\nEarnings per common share?",
			},
			Draw: func(r *rand.Rand) Vars {
				shares, preferred := choose(r, easyDivisors), between(r, 5, 99)
				return Vars{
					"firm": choose(r, financeFirms), "income": digits(preferred + drawQuotient(r, shares, 3, 60)),
					"preferred": digits(preferred), "shares": digits(shares),
				}
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				earnings := w.sub("earnings = income - preferred", v.Dec("income"), v.Dec("preferred"))
				return w.ratio("eps = earnings / shares", earnings, v.Dec("shares"))
			},
		},
		{
			Name: "enterprise-value", Topic: "enterprise value", Area: areaValuation, Weight: 4, Popular: 0,
			Params: withNumbers("firm", "shares", "price", "debt", "cash"),
			Wording: []string{
				"A {firm} has {shares} shares at {price} each, debt of {debt} and cash of {cash}. What is its enterprise value?",
				"How large is the enterprise value of a {firm} with {shares} shares, a share price of {price}, loans of {debt} and {cash} in cash?",
				"Find the enterprise value of the {firm}, given {shares} shares at a price of {price} per share, total debt of {debt} and cash of {cash}.",
				"Shares: {shares}; share price: {price}; debt: {debt}; cash: {cash}. What is the enterprise value of the {firm}?",
				"| {firm} | value |\n| shares | {shares} |\n| share price | {price} |\n| debt | {debt} |\n| cash | {cash} |\nEnterprise value?",
			},
			Draw: func(r *rand.Rand) Vars {
				return Vars{
					"firm": choose(r, financeFirms), "shares": digits(between(r, 20, 300)), "price": digits(between(r, 2, 9)),
					"debt": digits(10 * between(r, 4, 60)), "cash": digits(between(r, 5, 40)),
				}
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				worth := w.mul("cap = shares * price", v.Dec("shares"), v.Dec("price"))
				sum := w.add("sum = cap + debt", worth, v.Dec("debt"))
				return w.solution(w.sub("value = sum - cash", sum, v.Dec("cash")))
			},
		},
	}
}
