package mini

import (
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/autodatabench/autodatabench/results"
)

// The finance domain: a sentence, a line of `name: number;` pairs or a small
// table, and a numeric question. All amounts are whole numbers; draws choose
// the result first where a division has to come out.
//
// Percentages are worked by way of one percent: `percent = price / 100`, then
// `tax = percent * rate` or `margin = profit / percent`.

// The areas of the finance domain.
const (
	areaProfit    = "profitability"
	areaValuation = "company ratios"
	areaInterest  = "loans and bonds"
	areaPayroll   = "taxes and pay"
	areaInvesting = "investing"
	areaBudget    = "budgeting"
)

// financeFamilies returns the families of the finance domain, in the order of
// their areas.
func financeFamilies() []*Family {
	all := slices.Concat(financeShown(), financeProfit(), financeValuation(), financeInterest(),
		financePayroll(), financeInvesting(), financeBudget())
	for _, f := range all {
		f.Domain = results.Finance
	}
	return all
}

// knownFinance names the four families that the student's pre-training may show.
func knownFinance() []string {
	return []string{"pe-ratio", "commission", "net-margin", "markup-price"}
}

// The cosmetic words of the finance families.
var (
	financePeople = []string{
		"Mia", "Noah", "Ava", "Liam", "Zoe", "Omar", "Ines", "Kofi", "Lena", "Ravi",
	}
	financeNames = []string{
		"Acme", "Borealis", "Cobalt", "Delphi", "Everest", "Fjord", "Granite", "Helix", "Indigo", "Juniper",
	}
	financeShops = []string{
		"bakery", "cafe", "florist", "garage", "bookshop", "dairy", "brewery", "tailor", "hotel", "printer",
	}
	financeFirms = []string{
		"bank", "mine", "airline", "brewer", "shipyard", "retailer", "refinery", "foundry", "carrier", "mill",
	}
	financeGoods = []string{
		"lamp", "chair", "mug", "shirt", "bag", "clock", "table", "vase", "kite", "desk",
	}
	financeMachines = []string{
		"truck", "printer", "lathe", "tractor", "van", "press", "crane", "server", "boat", "drill",
	}
	financeHoldings = []string{
		"house", "painting", "stock", "bond", "field", "forest", "coin", "fund", "vineyard", "boat",
	}
	financeCurrencies = []string{
		"pesos", "crowns", "rupees", "yen", "dinars", "francs", "rand", "baht", "zloty", "pounds",
	}
	financeMeasures = []string{
		"sales", "profits", "exports", "wages", "rents", "orders", "taxes", "savings", "imports", "costs",
	}
)

// easyDivisors are the divisors that exact divisions are drawn for.
var easyDivisors = []int{2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 20, 25, 30, 40, 50, 60}

// easyRates are the percentages that amounts are multiplied by.
var easyRates = []int{2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25}

// drawPrice returns an amount of which one percent has at most two digits: a
// multiple of 100 up to 7900, or of 10 below 1000.
func drawPrice(r *rand.Rand) int {
	if r.IntN(2) == 0 {
		return 10 * between(r, 2, 99)
	}
	return 100 * between(r, 1, 79)
}

// drawQuotient returns a dividend of d whose quotient lies from lo to hi: whole,
// or for one even d in four halfway between two whole numbers.
func drawQuotient(r *rand.Rand, d, lo, hi int) int {
	if d%2 == 0 && r.IntN(4) == 0 {
		return d/2 + d*between(r, lo, hi-1)
	}
	return d * between(r, lo, hi)
}

// drawChange returns a whole amount of 100 times an easy divisor and a part of
// it from 2 to 75 percent.
func drawChange(r *rand.Rand) (whole, part int) {
	percent := choose(r, easyDivisors)
	return 100 * percent, drawQuotient(r, percent, 2, 75)
}

func digits(n int) string { return strconv.Itoa(n) }

// split is a division on the way to the answer. Its quotient must be exact: a
// rounded one would carry its error into what follows.
func (w *work) split(formula string, a, b Dec) Dec {
	c := w.div(formula, a, b)
	_, product := Mul(c, b)
	w.spoil = w.spoil || product != a
	return c
}

// ratio is the division that ends the work. A rounded quotient near zero would
// be off by more than answers may be.
func (w *work) ratio(formula string, a, b Dec) (Solution, bool) {
	c := w.div(formula, a, b)
	_, product := Mul(c, b)
	small := c < unit/10 && c > -unit/10
	w.spoil = w.spoil || small && product != a
	return w.solution(c)
}
