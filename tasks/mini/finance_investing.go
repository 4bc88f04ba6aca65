package mini

import (
	"math/rand/v2"
	"slices"
)

func financeInvesting() []*Family {
	return []*Family{
		{
			Name: "return-on-investment", Topic: "return on investment", Area: areaInvesting, Weight: 3, Popular: 16,
			Params: withNumbers("asset", "paid", "sold"),
			Wording: []string{
				"A {asset} was bought for {paid} and sold for {sold}. What is the return on investment in percent?",
				"What return in percent does an investor get who buys a {asset} for {paid} and sells it for {sold}?",
				"Find the return on investment in percent for a {asset}, given a buying price of {paid} and a selling price of {sold}.",
				"Purchase price of the {asset}: {paid}; sale price: {sold}. What is the ROI in percent?",
				"| {asset} | amount |\n| bought for | {paid} |\n| sold for | {sold} |\nReturn on investment in percent?",
			},
			Draw: func(r *rand.Rand) Vars {
				for {
					if paid, gain := drawChange(r); paid+gain < 10_000 {
						return Vars{"asset": choose(r, financeHoldings), "paid": digits(paid), "sold": digits(paid + gain)}
					}
				}
			},
			Solve: func(v Vars) (Solution, bool) {
				var w work
				paid := v.Dec("paid")
				gain := w.sub("gain = sold - paid", v.Dec("sold"), paid)
				percent := w.split("percent = paid / 100", paid, Int(100))
				return w.ratio("return = gain / percent", gain, percent)
			},
		},
		{
			Name: "portfolio-return", Topic: "portfolio return", Area: areaInvesting, Weight: 5, Popular: 0,
			Params: withNumbers("name", "stocks", "gain", "bonds", "coupon"),
			Wording: []string{
				"{name} holds {stocks}% stocks returning {gain}% and {bonds}% bonds returning {coupon}%. What is the portfolio return in percent?",
				"What does {name} earn overall in percent when {stocks}% of the money is in stocks earning {gain}% and {bonds}% is in bonds earning {coupon}%?",
				"Find the portfolio return of {name} in percent, given {stocks}% in stocks with a return of {gain}% and {bonds}% in bonds with a return of {coupon}%.",
				"Stocks of {name}: weight {stocks}%, return {gain}%; bonds: weight {bonds}%, return {coupon}%. What is the average return in percent?",
				"| {name} | weight | return |\n| stocks | {stocks}% | {gain}% |\n| bonds | {bonds}% | {coupon}% |\nPortfolio return in percent?",
			},
			Draw: func(r *rand.Rand) Vars {
				stocks := 5 * between(r, 2, 18)
				return Vars{
					"name": choose(r, financePeople), "stocks": digits(stocks), "gain": digits(choose(r, easyRates)),
					"bonds": digits(100 - stocks), "coupon": digits(choose(r, easyRates)),
				}
			},
			Solve: func(v Vars) (Solution, bool) {
				if v.Dec("stocks")+v.Dec("bonds") != Int(100) {
					return Solution{}, false
				}
				var w work
				first := w.mul("stocks = weight * return", v.Dec("stocks"), v.Dec("gain"))
				second := w.mul("bonds = weight * return", v.Dec("bonds"), v.Dec("coupon"))
				sum := w.add("sum = stocks + bonds", first, second)
				return w.ratio("return = sum / 100", sum, Int(100))
			},
		},
		{
			Name: "dividend-yield", Topic: "dividend yield", Area: areaInvesting, Weight: 2, Popular: 1,
			Params: withNumbers("name", "shares", "price", "dividends"),
			Wording: []string{
				"{name} owns {shares} shares at a price of {price} each and gets {dividends} in dividends. What is the dividend yield in percent?",
				"What dividend yield in percent does {name} get when {shares} shares with a share price of {price} pay total dividends of {dividends}?",
				"Find the dividend yield in percent for {name}, given {shares} shares worth {price} each and dividends of {dividends} in all.",
				"Shares of {name}: {shares}; share price: {price}; dividends in all: {dividends}. What is the dividend yield in percent?",
				"| {name} | value |\n| shares | {shares} |\n| price of each | {price} |\n| all dividends | {dividends} |\nDividend yield in percent?",
			},
			Draw: drawDividends,
			Solve: func(v Vars) (Solution, bool) {
				var w work
				value := w.mul("value = shares * price", v.Dec("shares"), v.Dec("price"))
				percent := w.split("percent = value / 100", value, Int(100))
				return w.ratio("yield = dividends / percent", v.Dec("dividends"), percent)
			},
		},
	}
}

// drawDividends draws a holding that is worth 100 times an easy divisor.
func drawDividends(r *rand.Rand) Vars {
	var shares, price, percent int
	for !slices.Contains(easyDivisors, percent) {
		shares, price = choose(r, []int{10, 12, 15, 20, 25, 50, 100}), between(r, 4, 99)
		percent = 0
		if shares*price%100 == 0 {
			percent = shares * price / 100
		}
	}
	return Vars{
		"name": choose(r, financePeople), "shares": digits(shares), "price": digits(price),
		"dividends": digits(drawQuotient(r, percent, 1, 25)),
	}
}
