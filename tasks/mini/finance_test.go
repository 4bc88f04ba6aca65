package mini

import (
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
)

// financeOracles answer in floating point, each from the textbook formula and
// not by the steps that are taught.
var financeOracles = map[string]func(x func(string) float64) float64{
	"gross-profit":       func(x func(string) float64) float64 { return x("revenue") - x("cost") },
	"net-margin":         func(x func(string) float64) float64 { return 100 * (1 - (x("c")+x("t"))/x("r")) },
	"markup-price":       func(x func(string) float64) float64 { return x("c") * (1 + x("p")/100) },
	"break-even":         func(x func(string) float64) float64 { return x("fixed") / (x("price") - x("cost")) },
	"depreciation":       func(x func(string) float64) float64 { return (x("cost") - x("salvage")) / x("years") },
	"working-capital":    func(x func(string) float64) float64 { return x("cash") + x("stock") - x("debts") },
	"debt-to-equity":     func(x func(string) float64) float64 { return (x("short") + x("long")) / x("equity") },
	"earnings-per-share": func(x func(string) float64) float64 { return (x("income") - x("preferred")) / x("shares") },
	"pe-ratio":           func(x func(string) float64) float64 { return x("p") * x("s") / x("n") },
	"enterprise-value": func(x func(string) float64) float64 {
		return x("shares")*x("price") + x("debt") - x("cash")
	},
	"simple-interest": func(x func(string) float64) float64 {
		return x("principal") * x("rate") * x("years") / 100
	},
	"second-year-interest": func(x func(string) float64) float64 { return 0.1 * (1.1*x("start") + x("added")) },
	"installments":         func(x func(string) float64) float64 { return (x("price") - x("down")) / x("months") },
	"sales-tax":            func(x func(string) float64) float64 { return x("price") * (1 + x("rate")/100) },
	"income-tax": func(x func(string) float64) float64 {
		return x("rate") / 100 * (x("income") - x("allowance"))
	},
	"overtime-pay": func(x func(string) float64) float64 {
		return x("hours")*x("wage") + x("extra")*x("high")
	},
	"commission":           func(x func(string) float64) float64 { return x("b") + x("r")/100*x("s") },
	"return-on-investment": func(x func(string) float64) float64 { return 100 * (x("sold")/x("paid") - 1) },
	"portfolio-return": func(x func(string) float64) float64 {
		return x("stocks")/100*x("gain") + x("bonds")/100*x("coupon")
	},
	"dividend-yield": func(x func(string) float64) float64 {
		return 100 * x("dividends") / (x("shares") * x("price"))
	},
	"discount-price":     func(x func(string) float64) float64 { return x("price") * (1 - x("rate")/100) },
	"currency-exchange":  func(x func(string) float64) float64 { return x("rate") * (x("amount") - x("fee")) },
	"three-year-average": func(x func(string) float64) float64 { return (x("first") + x("second") + x("third")) / 3 },
}

// oracleAnswer is the oracle's answer to v.
func oracleAnswer(t *testing.T, f *Family, v Vars) float64 {
	t.Helper()
	return financeOracles[f.Name](func(name string) float64 {
		x, err := strconv.ParseFloat(v[name], 64)
		if err != nil {
			t.Fatalf("%s: %s is %q", f.Name, name, v[name])
		}
		return x
	})
}

func TestFinanceAgreesWithOracle(t *testing.T) {
	for n, f := range financeFamilies() {
		t.Run(f.Name, func(t *testing.T) {
			if financeOracles[f.Name] == nil {
				t.Fatal("no oracle")
			}
			r := rand.New(rand.NewPCG(11, uint64(n)))
			for range 200 {
				v := f.Draw(r)
				s, ok := f.Solve(v)
				if !ok {
					t.Fatalf("no solution for %v", v)
				}
				got, err := strconv.ParseFloat(s.Answer, 64)
				if want := oracleAnswer(t, f, v); err != nil || math.Abs(got-want) > 1e-9 {
					t.Errorf("%v: answer %s, want %v", v, s.Answer, want)
				}
				if len(s.Steps) > 4 {
					t.Errorf("%v: %d steps, want at most 4", v, len(s.Steps))
				}
				for _, step := range s.Steps {
					checkEasy(t, step)
				}
			}
		})
	}
}

// financeStep is "name = formula = a op b = c"; a name is one word or two.
var financeStep = regexp.MustCompile(`^[a-z]+(?: [a-z]+)? = [a-z]+(?: [a-z]+)? [-+*/] [a-z0-9]+ = ([\d.]+) ([-+*/]) ([\d.]+) = ([\d.]+)$`)

// roundFactors multiply numbers of two digits.
var roundFactors = []Dec{Int(10), Int(12), Int(15), Int(20), Int(25), Int(50), Int(100), Int(1000)}

// checkEasy holds a step to arithmetic that the student has learned before.
func checkEasy(t *testing.T, step string) {
	t.Helper()
	g := financeStep.FindStringSubmatch(step)
	if g == nil {
		t.Fatalf("step %q is not of the one shape", step)
	}
	a, b, c := parseEasy(t, step, g[1]), parseEasy(t, step, g[3]), parseEasy(t, step, g[4])
	easy := true
	switch g[2] {
	case "*":
		x, y := spelled(a), spelled(b)
		easy = max(x, y) <= 999 && min(x, y) <= 9 || max(x, y) <= 30 ||
			slices.Contains(roundFactors, a) && y <= 99 || slices.Contains(roundFactors, b) && x <= 99
	case "/":
		easy = b == Int(100) || slices.Contains(easyDivisors, int(b/unit)) && b%unit == 0
	}
	if !easy || c%100 != 0 {
		t.Errorf("step %q is beyond the student's arithmetic", step)
	}
}

// parseEasy reads a number of a step: below 10,000, with at most two decimals.
func parseEasy(t *testing.T, step, text string) Dec {
	t.Helper()
	d, ok := ParseDec(text)
	if !ok || d >= Int(10_000) || d%100 != 0 {
		t.Fatalf("step %q: operand %q", step, text)
	}
	return d
}

// spelled is the number that the decimal's digits spell without the point.
func spelled(d Dec) int {
	n := int(d)
	for range 4 {
		if n%10 != 0 {
			return n
		}
		n /= 10
	}
	return n
}

func TestFinanceRefusesRoundedSteps(t *testing.T) {
	for _, c := range []struct {
		family string
		v      Vars
		answer string // empty: refused
	}{
		{"pe-ratio", Vars{"p": "36", "n": "48", "s": "12"}, "9"},
		{"pe-ratio", Vars{"p": "36", "n": "1", "s": "3000"}, ""},
		{"pe-ratio", Vars{"p": "36", "n": "48", "s": "0"}, ""},
		{"debt-to-equity", Vars{"short": "1", "long": "1", "equity": "3"}, "0.6667"},
		{"debt-to-equity", Vars{"short": "1", "long": "1", "equity": "90000"}, ""},
		{"break-even", Vars{"fixed": "100", "price": "20", "cost": "20"}, ""},
		{"gross-profit", Vars{"revenue": "100", "cost": "130"}, "-30"},
		{"portfolio-return", Vars{"stocks": "60", "gain": "8", "bonds": "40", "coupon": "3"}, "6"},
		{"portfolio-return", Vars{"stocks": "60", "gain": "8", "bonds": "50", "coupon": "3"}, ""},
	} {
		f, ok := ByName(results.Finance, c.family)
		if !ok {
			t.Fatalf("no family %s", c.family)
		}
		s, ok := f.Solve(c.v)
		if diff := cmp.Diff(c.answer, s.Answer); diff != "" || ok != (c.answer != "") {
			t.Errorf("%s %v: ok %v, answer (-want +got):\n%s", c.family, c.v, ok, diff)
		}
	}
}
