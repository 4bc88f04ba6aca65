package private

// financeWordings are the private wordings of the finance families, by family
// name.
func financeWordings() map[string][]string {
	return map[string][]string{
		"net-margin": {
			"The revenue of {firm} is {r} million, its costs are {c} million and its tax is {t} million. What net margin in percent does it keep?",
			"{firm} has sales of {r} million. Its costs are {c} million and its tax is {t} million. Find the net margin in percent.",
		},
		"markup-price": {
			"A {good} has a purchase cost of {c}. At what price does the shop sell it with a markup of {p} percent?",
			"A shop buys a {good} at a cost of {c}, and the markup is {p} percent. Find the selling price.",
		},
		"pe-ratio": {
			"The earnings of {firm} are {n} in all. It has {s} shares with a share price of {p}. What is the price-earnings ratio?",
			"{firm} has total earnings of {n} on {s} shares, and the price is {p} per share. Find the price-earnings ratio.",
		},
		"commission": {
			"The base salary of {who} is {b}. On sales of {s} there is a commission of {r} percent. How much is the pay in all?",
			"{who} has a base pay of {b} and makes sales of {s} at a commission rate of {r} percent. Find the total earnings.",
		},
		"gross-profit": {
			"The revenue of a {shop} is {revenue} and the cost of its goods is {cost}. How large is its gross profit?",
			"A {shop} has sales of {revenue}. The goods sold had a cost of {cost}. Find the gross profit.",
		},
		"break-even": {
			"Fixed costs are {fixed} and the selling price of a {item} is {price}. It costs {cost} to make one. How many units must be sold to break even?",
			"With fixed costs of {fixed}, a workshop sells each {item} for {price} at a unit cost of {cost}. Find the break-even point in units.",
		},
		"depreciation": {
			"The cost of a {machine} is {cost}. Its residual value is {salvage} after a useful life of {years} years. What is the yearly straight-line depreciation?",
			"A {machine} has a purchase price of {cost} and a salvage value of {salvage}. Its life is {years} years. Find the straight-line depreciation per year.",
		},
		"working-capital": {
			"The cash of a {shop} is {cash} and its stock of goods is worth {stock}. Its short-term debts are {debts}. How large is its working capital?",
			"The {shop} has {cash} in cash, an inventory of {stock} and current liabilities of {debts}. Find its working capital.",
		},
		"debt-to-equity": {
			"The {firm} has short-term loans of {short} and long-term loans of {long}. Its equity is {equity}. How large is the debt-to-equity ratio?",
			"The short-term debt of the {firm} is {short}, the long-term debt is {long} and the equity is {equity}. Find the ratio of debt to equity.",
		},
		"earnings-per-share": {
			"The net income of the {firm} is {income} and its preferred dividends are {preferred}. What are the earnings per share with {shares} common shares?",
			"The {firm} has a net profit of {income} and pays dividends of {preferred} to preferred holders. There are {shares} common shares. Find the earnings per share.",
		},
		"enterprise-value": {
			"The {firm} has {shares} shares with a share price of {price}. Its total debt is {debt}, and it has {cash} in cash. How large is its enterprise value?",
			"There are {shares} shares of the {firm} at {price} each. It has loans of {debt} and cash of {cash}. Find the enterprise value.",
		},
		"simple-interest": {
			"The principal of {name} is {principal} at a yearly rate of {rate}%. How much simple interest is earned after {years} years?",
			"{name} deposits {principal} at a rate of {rate}% a year, and the time is {years} years. Find the simple interest.",
		},
		"second-year-interest": {
			"At 10% compound interest a year, the first deposit of {name} is {start}, and {added} is added after one year. How much interest does year two bring?",
			"A bank pays 10% compound interest a year on a first deposit of {start}. {name} adds {added} after year one. Find the interest of the second year.",
		},
		"installments": {
			"The price of a {item} is {price}. A deposit of {down} is paid, and the rest is spread over {months} equal months. How large is the monthly payment?",
			"A {item} has a full price of {price} and a down payment of {down}. The rest is paid in {months} equal monthly payments without interest. Find the monthly payment.",
		},
		"sales-tax": {
			"The net price of a {item} is {price}. What is the total to pay with a sales tax of {rate}%?",
			"A {item} costs {price} without tax, and the sales tax is {rate}%. Find the full price with tax.",
		},
		"income-tax": {
			"The income of {name} is {income}, and the first {allowance} is tax-free. How much income tax is due at a tax rate of {rate}% on the rest?",
			"{name} has a gross income of {income} with an allowance of {allowance}. The rest is taxed at a rate of {rate}%. Find the income tax.",
		},
		"overtime-pay": {
			"{name} works {hours} normal hours at a wage of {wage}. The overtime is {extra} hours at {high} an hour. What is the gross pay?",
			"{name} has {hours} hours of normal time at {wage} per hour, then {extra} overtime hours at {high} per hour. Find the total pay.",
		},
		"return-on-investment": {
			"An investor buys a {asset} for {paid}. The selling price is {sold}. What is the return on investment in percent?",
			"The purchase price of a {asset} was {paid}, and it was sold for {sold}. Find the return on investment in percent.",
		},
		"portfolio-return": {
			"The money of {name} is {stocks}% in stocks with a return of {gain}% and {bonds}% in bonds with a return of {coupon}%. What is the average return in percent?",
			"In the portfolio of {name}, stocks have a weight of {stocks}% and a return of {gain}%, bonds have a weight of {bonds}% and a return of {coupon}%. Find its return in percent.",
		},
		"dividend-yield": {
			"The {shares} shares of {name} are worth {price} each and pay dividends of {dividends} in all. What is the dividend yield in percent?",
			"{name} owns {shares} shares with a share price of {price}. They pay total dividends of {dividends}. Find the dividend yield in percent.",
		},
		"discount-price": {
			"The regular price of a {item} is {price}. What is the sale price with a discount of {rate}%?",
			"In a sale, a {item} with a list price of {price} is {rate}% off. Find the price after the discount.",
		},
		"currency-exchange": {
			"The amount to exchange into {money} is {amount} dollars, and the bank keeps a fee of {fee} dollars. How much is paid out at a rate of {rate} for each dollar left?",
			"You exchange {amount} dollars into {money}. A fee of {fee} dollars is taken first, and the rate is {rate} for each dollar left. Find the payout.",
		},
		"three-year-average": {
			"Yearly {measure} were {first} in year one, {second} in year two and {third} in year three. What is the average?",
			"The {measure} of a firm were {first} in the first year, {second} in the second year and {third} in the third year. Find the mean of the three years.",
		},
	}
}
