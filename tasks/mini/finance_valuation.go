package mini

import "math/rand/v2"

func financeValuation() []*Family {
	return []*Family{
		{
			Name: "working-capital", Topic: "working capital", Area: areaValuation, Weight: 6, Popular: 1,
			Params: withNumbers("shop", "cash", "stock", "debts"),
			Wording: []string{
				"Cash: {cash}; inventory: {stock}; current liabilities: {debts}. What is the working capital of the {shop}?",
				"The {shop} holds {cash} in cash and {stock} in stock, and owes {debts} within a year. Find its working capital.",
				"| {shop} | amount |\n| cash | {cash} |\n| inventory | {stock} |\n| short-term debts | {debts} |\nWorking capital?",
				"Due within a year: {debts}; goods in store: {stock}; cash: {cash}. By how much do the current assets of the {shop} exceed its debts?",
				"| {shop} | value |\n| stock | {stock} |\n| current debts | {debts} |\n| cash | {cash} |\nHow large is the working capital?",
				"What is the working capital of a {shop} with {cash} in cash, short-term debts of {debts} and goods worth {stock} in store?",
				"Work out the working capital: the {shop} owes {debts} in the short term, has {cash} in the till and holds goods worth {stock} too.",
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
				"Short-term debt: {short}; long-term debt: {long}; equity: {equity}. What is the debt-to-equity ratio of the {firm}?",
				"A {firm} owes {short} this year and {long} later. Its equity is {equity}. Compute the ratio of debt to equity.",
				"| {firm} | amount |\n| short-term loans | {short} |\n| long-term loans | {long} |\n| equity | {equity} |\nDebt divided by equity?",
				"Equity: {equity}; long-term loans: {long}; short-term loans: {short}. What is the total debt of the {firm} divided by its equity?",
				"| {firm} | value |\n| debt due later | {long} |\n| equity | {equity} |\n| debt due this year | {short} |\nDebt-to-equity ratio?",
				"The {firm} has equity of {equity}, short-term debt of {short} and long-term debt of {long} on its books. Work out the debt-to-equity ratio.",
				"How many times the equity is the total debt if the {firm} owes {short} soon, has equity of {equity} and owes {long} in later years?",
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
				"Net income: {income}; preferred dividends: {preferred}; shares: {shares}. What are the earnings per share of the {firm}?",
				"A {firm} with {shares} shares has net income of {income} and pays {preferred} to preferred holders. Find its EPS.",
				"| {firm} | amount |\n| net income | {income} |\n| preferred dividends | {preferred} |\n| shares | {shares} |\nEarnings per common share?",
				"Yearly profit: {income}; common shares: {shares}; dividends on preferred stock: {preferred}. How much does the {firm} earn per common share?",
				"| {firm} | figures |\n| preferred dividends | {preferred} |\n| common shares | {shares} |\n| net profit | {income} |\nWhat is the EPS?",
				"After {preferred} for preferred holders out of a net profit of {income}, what does the {firm} earn on each of its {shares} shares?",
				"Find the earnings per share: the {firm} has {shares} common shares, pays preferred dividends of {preferred} and makes a net income of {income} a year.",
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
				"Shares: {shares}; share price: {price}; debt: {debt}; cash: {cash}. What is the enterprise value of the {firm}?",
				"A {firm} has {shares} shares at {price} each, debt of {debt} and cash of {cash}. Find its enterprise value.",
				"| {firm} | value |\n| shares | {shares} |\n| share price | {price} |\n| debt | {debt} |\n| cash | {cash} |\nEnterprise value?",
				"Cash: {cash}; loans: {debt}; price per share: {price}; number of shares: {shares}. What enterprise value does the {firm} have?",
				"With debt of {debt}, the {firm} has {shares} shares that cost {price} each and {cash} in cash. Work out its enterprise value.",
				"| {firm} | figures |\n| price per share | {price} |\n| cash | {cash} |\n| shares | {shares} |\n| debt | {debt} |\nHow large is the enterprise value?",
				"A buyer of the {firm} gets its cash of {cash}, takes {shares} shares, takes over debt of {debt} and pays {price} per share. What is the net cost?",
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
