package private

// financeWordings are the private wordings of the finance families, by family
// name.
func financeWordings() map[string][]string {
	return map[string][]string{
		"net-margin": {
			"Costs of {c} million and tax of {t} million come off the revenue of {firm}, which is {r} million. Which net margin in percent remains?",
			"What share in percent of revenue is profit at {firm} if revenue is {r}, costs are {c} and tax is {t} (millions)?",
		},
		"markup-price": {
			"The cost of a {good} is {c}. The shop marks it up by {p} percent. What does a customer pay?",
			"Find the price of a {good} after a {p} percent markup on its cost of {c}.",
		},
		"pe-ratio": {
			"The {s} shares of {firm} trade at {p}. The firm earns {n}. Which price-earnings ratio is that?",
			"With {s} shares outstanding and profit of {n}, {firm} trades at {p} a share. Give its price-earnings ratio.",
		},
		"commission": {
			"Sales of {s} earn {who} a commission of {r} percent besides the base salary of {b}. Find the total pay.",
			"How much money does {who} take home with {b} of base salary plus {r} percent of {s} in sales?",
		},
		"gross-profit": {
			"In one year the {shop} made sales of {revenue}, and the goods sold cost {cost}. State the gross profit.",
			"Cost of goods sold: {cost}; revenue: {revenue}. Give the gross profit of the {shop}.",
		},
		"break-even": {
			"Rent and wages are {fixed} in all. If one {item} sells at {price} with a variable cost of {cost}, at how many units is there no loss?",
			"How many units cover fixed costs of {fixed}, when a {item} brings {price} and takes {cost} to produce?",
		},
		"depreciation": {
			"A firm buys a {machine} for {cost}, uses it for {years} years and sells it for {salvage}. How much does it write off each year?",
			"Written off evenly over {years} years, a {machine} bought at {cost} ends at {salvage}. How large is the charge of one year?",
		},
		"working-capital": {
			"How much working capital has a {shop} with cash of {cash}, goods in stock worth {stock} and short-term bills of {debts}?",
			"Current liabilities of the {shop} are {debts}. Current assets are cash of {cash} and inventory of {stock}. Compute working capital.",
		},
		"debt-to-equity": {
			"What is the total debt of the {firm} relative to its equity of {equity}, if short loans are {short} and long loans {long}?",
			"Loans due soon: {short}; loans due later: {long}; owners' equity: {equity}. Give the debt-equity ratio of the {firm}.",
		},
		"earnings-per-share": {
			"The {firm} made {income}, of which {preferred} goes to preferred shares. How much is left for each of its {shares} common shares?",
			"Compute earnings per share: the {firm} has {shares} shares, preferred dividends of {preferred} and net income of {income}.",
		},
		"enterprise-value": {
			"What is the {firm} worth with its debt of {debt} but without its cash of {cash}, if {shares} shares trade at {price}?",
			"Compute the enterprise value of a {firm}: debt {debt}, cash {cash}, and {shares} shares priced at {price} each.",
		},
		"simple-interest": {
			"A loan of {principal} to {name} bears simple interest of {rate}% a year. Find the interest for {years} years.",
			"Over {years} years, how much simple interest at {rate}% does {name} collect on {principal}?",
		},
		"second-year-interest": {
			"An account of {name} opens with {start} and grows 10% a year. A year later {added} is added. Give the interest for the second year.",
			"{name} saves {start} at 10% a year with interest on interest, then {added} more after a year. What does year two alone earn?",
		},
		"installments": {
			"A buyer pays {down} at once for a {item} that costs {price}, and the balance in {months} equal monthly parts. Find one part.",
			"How much is due each month for a {item} of {price} with {down} paid up front and {months} months to pay the rest?",
		},
		"sales-tax": {
			"The shop adds {rate}% tax to the price of {price} for a {item}. What does the customer pay in all?",
			"Before tax a {item} costs {price}; the tax rate is {rate}%. Give the final price.",
		},
		"income-tax": {
			"At a rate of {rate}% above an allowance of {allowance}, how much income tax does {name} pay on {income}?",
			"{name} has an income of {income} and deducts {allowance} before paying {rate}% tax. Compute the tax.",
		},
		"overtime-pay": {
			"A week of {name}: {hours} regular hours paid {wage} each, then {extra} overtime hours paid {high} each. What are the earnings?",
			"How much does {name} earn for {hours} hours at a wage of {wage} plus {extra} hours of overtime at a wage of {high}?",
		},
		"return-on-investment": {
			"What return in percent does an owner make who pays {paid} for a {asset} and later sells it at {sold}?",
			"Cost of a {asset}: {paid}; proceeds from selling it: {sold}. Compute the return in percent of the cost.",
		},
		"portfolio-return": {
			"Stocks are {stocks}% of a portfolio and gain {gain}%; bonds are {bonds}% and gain {coupon}%. How many percent does {name} gain?",
			"What is the weighted return in percent for {name} with {stocks}% in stocks at {gain}% and {bonds}% in bonds at {coupon}%?",
		},
		"dividend-yield": {
			"Dividends of {dividends} come in for {name} on {shares} shares worth {price} each. How many percent do they yield?",
			"What percent of their value do the {shares} shares of {name} pay, at {price} a share and {dividends} of dividends?",
		},
		"discount-price": {
			"With a coupon for {rate}% off, what do you pay for a {item} that normally costs {price}?",
			"The price of a {item} falls by {rate}% from {price}. Give the new price.",
		},
		"currency-exchange": {
			"A traveller has {amount} dollars, pays a fee of {fee} and changes the rest into {money}, {rate} for a dollar. How many {money} is that?",
			"From {amount} dollars a fee of {fee} is taken; the rest turns into {money} at {rate} to the dollar. Find the sum received.",
		},
		"three-year-average": {
			"What are average {measure} if the first year shows {first}, the second {second} and the third {third}?",
			"Three years of {measure}: {first}, then {second}, then {third}. Compute the mean per year.",
		},
	}
}
