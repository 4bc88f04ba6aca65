package number

import (
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

var (
	// Signs and currencies in any order; which of them stand together is checked.
	sign     = regexp.MustCompile(`^\s*(?:([-+])|(?i:(minus|negative)\b))\s*`)
	currency = regexp.MustCompile(`^\s*(?:(?:US|AU?|CA?|HK|NZ|NT|S|R)?\$+|[£€¥₹₩₽₺₫₦₱₪₴฿]|(?:USD|EUR|GBP|JPY|INR|CNY|RMB|CHF|AUD|CAD|SEK|NOK|DKK)\b|(?i:rs\b\.?|kr\b\.?))\s*`)
	percent  = regexp.MustCompile(`^\s*(?:%|(?i:percent|per cent|pct)\b)`)
	scale    = regexp.MustCompile(`^\s*(?i:(hundred|thousand|lakh|million|crore|billion|trillion)s?)\b`)

	// The digits of a number with the marks that group them, and its exponent.
	digits   = regexp.MustCompile(`^(?:\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3}|\d{1,3}(?: \d{3})+|\d{1,3}(?:['’]\d{3})+|\d+)?(?:\.\d+)?`)
	exponent = regexp.MustCompile(`^[eE]([-+]?\d{1,4})`)
	power    = regexp.MustCompile(`^\s*(?:\^|\*\*)\s*(?:\{\s*([-+]?\s*\d{1,4})\s*\}|\(\s*([-+]?\s*\d{1,4})\s*\)|([-+]?\d{1,4}))`)
	mixed    = regexp.MustCompile(`^(?:\s+(\d{1,4})/(\d{1,4})|\s*\\frac\s*\{(\d{1,4})\}\{(\d{1,4})\}|\s*\\frac\s*(\d)(\d))`)

	// A text that goes on like this behind a number is more than a number.
	goesOn = regexp.MustCompile(`^(?:\d|[.,:_'’]\d|[kKMBbxXyYzZneEij](?:\W|$)|\s*-\s*$|!|[({\[]\s*[-+.\d]|\s*[-+*^=<>|±≈]\s*[-+.($\d\\]|\s*[*^=+<>|±≈]|\s*/\s*(?:[^\pL\s]|\pL(?:\W|$)|$)|\s*\\(?:sqrt|pi|frac|log|ln|sin|cos|tan|exp)|\s+\d)`)
	unsure = regexp.MustCompile(`^(?:[kKMBb]|\s?(?i:mn|mln|bn|bln|trn))(?:\W|$)`)

	scales = map[string]int64{"hundred": 2, "thousand": 3, "lakh": 5, "million": 6, "crore": 7, "billion": 9, "trillion": 12}
)

const (
	maxPower   = 400 // of ten; a float64 ends at 308
	maxDepth   = 6   // fractions within fractions
	maxFactors = 3   // beside the coefficient
)

// read takes the number that the text begins with, and what follows it. errNone
// says that no number begins there.
func read(text string) (n Number, rest string, err error) {
	signed, negative, rest, ok := prefix(text)
	if !ok {
		return n, text, errOpen
	}
	var a amount
	if strings.HasPrefix(rest, "(") {
		a, rest, err = bracketed(rest[1:], signed)
	} else {
		a, rest, err = product(rest, maxDepth)
	}
	if err != nil {
		return n, text, err
	}
	rest = units(&a, rest)
	switch {
	case unsure.MatchString(rest):
		return n, text, errUnsure
	case goesOn.MatchString(rest):
		return n, text, errOpen
	case !fits(a.value):
		return n, text, errPlain
	}
	if negative {
		a.value.Neg(a.value)
	}
	return Number{a.value, a.whole}, rest, nil
}

// prefix takes signs and currencies off a text. Two signs are none.
func prefix(text string) (signed, negative bool, rest string, ok bool) {
	rest = strings.TrimLeft(text, " ")
	for {
		if at := currency.FindString(rest); at != "" {
			rest = rest[len(at):]
			continue
		}
		m := sign.FindStringSubmatch(rest)
		if m == nil {
			return signed, negative, rest, true
		}
		if signed {
			return signed, negative, rest, false
		}
		signed, negative, rest = true, m[1] != "+", rest[len(m[0]):]
	}
}

// units takes currencies, a percent sign and a scale word off what follows.
func units(a *amount, rest string) string {
	for _, unit := range []*regexp.Regexp{percent, currency} {
		rest = rest[len(unit.FindString(rest)):]
	}
	if m := scale.FindStringSubmatch(rest); m != nil {
		rest = rest[len(m[0]):]
		a.value.Mul(a.value, ten(scales[strings.ToLower(m[1])]))
		a.whole = false
	}
	return rest[len(currency.FindString(rest)):]
}

// bracketed reads what stands in brackets, whose opening one is passed. In accounts
// ($45) is a loss of 45; a sign, or more than digits, makes them mere brackets.
func bracketed(text string, signed bool) (amount, string, error) {
	inner, rest, ok := strings.Cut(text, ")")
	if !ok || strings.Contains(inner, "(") {
		return amount{}, text, errNone
	}
	innerSigned, negative, number, ok := prefix(inner)
	if !ok || signed && innerSigned {
		return amount{}, text, errOpen
	}
	a, left, err := product(number, maxDepth)
	if err != nil {
		return amount{}, text, err
	}
	if left = units(&a, left); strings.TrimSpace(left) != "" {
		return amount{}, text, errOpen
	}
	if negative || a.plain && !signed && !innerSigned {
		a.value.Neg(a.value)
	}
	a.plain = false
	return a, rest, nil
}

// amount is a value without its sign.
type amount struct {
	value *big.Rat
	plain bool // digits alone, with their marks and exponent
	whole bool
}

// product reads an atom, a fraction of two, or a coefficient with powers of ten,
// roots and pi.
func product(text string, depth int) (amount, string, error) {
	a, rest, err := atom(text, depth)
	if err != nil {
		return a, text, err
	}
	if a.whole {
		if m := mixed.FindStringSubmatch(rest); m != nil {
			top, bottom := integer(m[1]+m[3]+m[5]), integer(m[2]+m[4]+m[6])
			if top >= bottom {
				return a, text, errOpen
			}
			return amount{value: a.value.Add(a.value, big.NewRat(top, bottom))}, rest[len(m[0]):], nil
		}
	}
	divided := false
	for factors := 0; ; factors++ {
		operator, after := operatorOf(rest)
		if operator == 0 || operator == '/' && divided || factors == maxFactors {
			return a, rest, nil
		}
		b, behind, err := atom(after, depth)
		switch {
		case err == errNone && operator == '/' && unitAfter.MatchString(after):
			return a, rest, nil // 5 per hour
		case err != nil:
			return a, text, errOpen
		case operator == '*' && b.plain, operator == '/' && b.value.Sign() == 0:
			return a, text, errOpen
		}
		if divided = divided || operator == '/'; operator == '/' {
			a.value.Quo(a.value, b.value)
		} else {
			a.value.Mul(a.value, b.value)
		}
		a.plain, a.whole, rest = false, false, behind
	}
}

var (
	operators = regexp.MustCompile(`^\s*(?:(\*)(?:[^*]|$)|([xX])\s*10\s*(?:\^|\*\*)|(/))`)
	implied   = regexp.MustCompile(`^\s*\\(?:sqrt|pi)`)
	unitAfter = regexp.MustCompile(`^\s*\pL{2,}`)
)

// operatorOf is the operator that a text begins with, 0 if there is none, and what
// follows it. A coefficient may stand before a root or pi without one.
func operatorOf(text string) (operator byte, rest string) {
	m := operators.FindStringSubmatchIndex(text)
	switch {
	case m == nil && implied.MatchString(text):
		return '*', text
	case m == nil:
		return 0, text
	case m[6] >= 0:
		return '/', text[m[7]:]
	case m[4] >= 0:
		return '*', text[m[5]:]
	}
	return '*', text[m[3]:]
}

// atom reads digits, a power of ten, \frac, \sqrt or \pi.
func atom(text string, depth int) (amount, string, error) {
	text = strings.TrimLeft(text, " ")
	switch {
	case depth == 0:
		return amount{}, text, errOpen
	case strings.HasPrefix(text, `\frac`):
		return fraction(text[len(`\frac`):], depth-1)
	case strings.HasPrefix(text, `\sqrt`):
		return root(text[len(`\sqrt`):], depth-1)
	case strings.HasPrefix(text, "sqrt("):
		return root(text[len("sqrt"):], depth-1)
	case strings.HasPrefix(text, `\pi`):
		return amount{value: new(big.Rat).SetFloat64(math.Pi)}, text[len(`\pi`):], nil
	}
	written := digits.FindString(text)
	if written == "" {
		return amount{}, text, errNone
	}
	rest := text[len(written):]
	value, ok := new(big.Rat).SetString(marks.Replace(written))
	if !ok {
		return amount{}, text, errNone
	}
	a := amount{value: value, plain: true, whole: !strings.Contains(written, ".")}
	if m := exponent.FindStringSubmatch(rest); m != nil {
		e := integer(m[1])
		if e > maxPower || e < -maxPower {
			return a, text, errPlain
		}
		a.value.Mul(a.value, ten(e))
		a.whole, rest = false, rest[len(m[0]):]
	}
	m := power.FindStringSubmatch(rest)
	if m == nil {
		return a, rest, nil
	}
	e := integer(strings.ReplaceAll(m[1]+m[2]+m[3], " ", ""))
	if written != "10" || e > maxPower || e < -maxPower {
		return a, text, errOpen
	}
	return amount{value: ten(e)}, rest[len(m[0]):], nil
}

var marks = strings.NewReplacer(",", "", " ", "", "'", "", "’", "")

func integer(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return math.MaxInt32 // beyond every limit
	}
	return n
}

// ten is a power of ten.
func ten(e int64) *big.Rat {
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(max(e, -e)), nil)
	if e < 0 {
		return new(big.Rat).SetFrac(big.NewInt(1), p)
	}
	return new(big.Rat).SetInt(p)
}
