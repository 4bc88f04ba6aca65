package mini

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Dec is a decimal number in units of 1/10000. Operations on it round half away
// from zero to four places and stop at the ends of its range.
type Dec int64

const unit = 10_000

// Int is n as a decimal.
func Int(n int) Dec { return muldiv(Dec(n), unit, 1) }

// ParseDec reads a number as it stands in a question: up to twelve digits, then
// up to four decimals. Signs other than a leading minus, exponents and
// separators are not numbers.
func ParseDec(s string) (Dec, bool) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, fraction, point := strings.Cut(digits, ".")
	if len(whole) < 1 || len(whole) > 12 || len(fraction) > 4 || (point && fraction == "") {
		return 0, false
	}
	n := int64(0)
	for _, c := range []byte(whole + fraction + strings.Repeat("0", 4-len(fraction))) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int64(c-'0')
	}
	if negative {
		n = -n
	}
	return Dec(n), true
}

// String is the shortest decimal notation: "36", "3.5", "-0.25".
func (d Dec) String() string {
	sign, n := "", uint64(d)
	if d < 0 {
		sign, n = "-", -n
	}
	s := sign + strconv.FormatUint(n/unit, 10)
	if f := n % unit; f != 0 {
		digits := strconv.FormatUint(unit+f, 10)[1:]
		s += "." + strings.TrimRight(digits, "0")
	}
	return s
}

// Dec is the value of a Number parameter, 0 if it is none.
func (v Vars) Dec(name string) Dec {
	d, _ := ParseDec(v[name])
	return d
}

// Int is the value of an integer parameter, 0 if it is none.
func (v Vars) Int(name string) int {
	d := v.Dec(name)
	if d%unit != 0 {
		return 0
	}
	return int(d / unit)
}

// Add returns the step "a + b = c" and c.
func Add(a, b Dec) (string, Dec) {
	c := clamp(new(big.Int).Add(big.NewInt(int64(a)), big.NewInt(int64(b))))
	return step(a, "+", b, c), c
}

// Sub returns the step "a - b = c" and c.
func Sub(a, b Dec) (string, Dec) {
	c := clamp(new(big.Int).Sub(big.NewInt(int64(a)), big.NewInt(int64(b))))
	return step(a, "-", b, c), c
}

// Mul returns the step "a * b = c" and c.
func Mul(a, b Dec) (string, Dec) {
	c := muldiv(a, b, unit)
	return step(a, "*", b, c), c
}

// Div returns the step "a / b = c" and c; ok is false when b is zero.
func Div(a, b Dec) (s string, c Dec, ok bool) {
	if b == 0 {
		return "", 0, false
	}
	c = muldiv(a, unit, b)
	return step(a, "/", b, c), c, true
}

func step(a Dec, op string, b, c Dec) string {
	return a.String() + " " + op + " " + b.String() + " = " + c.String()
}

// muldiv is a * b / c, rounded half away from zero; c is not zero.
func muldiv(a, b, c Dec) Dec {
	p := new(big.Int).Mul(big.NewInt(int64(a)), big.NewInt(int64(b)))
	q := big.NewInt(int64(c))
	negative := p.Sign()*q.Sign() < 0
	p.Abs(p).Lsh(p, 1)
	q.Abs(q)
	p.Add(p, q).Quo(p, q.Lsh(q, 1))
	if negative {
		p.Neg(p)
	}
	return clamp(p)
}

func clamp(n *big.Int) Dec {
	if n.IsInt64() {
		return Dec(n.Int64())
	}
	if n.Sign() < 0 {
		return math.MinInt64
	}
	return math.MaxInt64
}

// ParseList reads a list of integers as it stands in a question, "[3, 1, 2]":
// at most 64 items of at most seven digits.
func ParseList(s string) ([]int, bool) {
	inner, opened := strings.CutPrefix(s, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	if !opened || !closed {
		return nil, false
	}
	if strings.TrimSpace(inner) == "" {
		return []int{}, true
	}
	fields := strings.Split(inner, ",")
	if len(fields) > 64 {
		return nil, false
	}
	xs := make([]int, len(fields))
	for i, field := range fields {
		field = strings.Trim(field, " ")
		d, ok := ParseDec(field)
		if !ok || strings.Contains(field, ".") || d >= Int(10_000_000) || d <= Int(-10_000_000) {
			return nil, false
		}
		xs[i] = int(d / unit)
	}
	return xs, true
}

// FormatList writes a list of integers as questions and answers do: "[3, 1, 2]".
func FormatList(xs []int) string {
	parts := make([]string, len(xs))
	for i, x := range xs {
		parts[i] = strconv.Itoa(x)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
