package number

import (
	"math"
	"math/big"
	"strings"
)

// fraction reads the two arguments of \frac.
func fraction(text string, depth int) (amount, string, error) {
	top, rest, err := argument(text, depth)
	if err != nil {
		return amount{}, text, err
	}
	bottom, rest, err := argument(rest, depth)
	if err != nil {
		return amount{}, text, err
	}
	if bottom.Sign() == 0 {
		return amount{}, text, errOpen
	}
	return amount{value: top.Quo(top, bottom)}, rest, nil
}

// root reads the argument of \sqrt. Squares of fractions have exact roots.
func root(text string, depth int) (amount, string, error) {
	x, rest, err := argument(text, depth)
	if err != nil {
		return amount{}, text, err
	}
	if x.Sign() < 0 || !fits(x) {
		return amount{}, text, errOpen
	}
	top, bottom := new(big.Int).Sqrt(x.Num()), new(big.Int).Sqrt(x.Denom())
	if exact := new(big.Rat).SetFrac(top, bottom); new(big.Rat).Mul(exact, exact).Cmp(x) == 0 {
		return amount{value: exact}, rest, nil
	}
	f, _ := x.Float64()
	r := new(big.Rat).SetFloat64(math.Sqrt(f))
	return amount{value: r}, rest, nil
}

// argument is what stands in braces or brackets, or one digit.
func argument(text string, depth int) (*big.Rat, string, error) {
	text = strings.TrimLeft(text, " ")
	if text == "" {
		return nil, text, errOpen
	}
	if '0' <= text[0] && text[0] <= '9' {
		return big.NewRat(int64(text[0]-'0'), 1), text[1:], nil
	}
	end := closing(text)
	if end < 0 {
		return nil, text, errOpen
	}
	_, negative, number, ok := prefix(text[1:end])
	if !ok {
		return nil, text, errOpen
	}
	a, left, err := product(number, depth)
	if err != nil || strings.TrimSpace(left) != "" {
		return nil, text, errOpen
	}
	if negative {
		a.value.Neg(a.value)
	}
	return a.value, text[end+1:], nil
}

// closing is the index of the brace or bracket that closes the text's first one, -1
// if there is none.
func closing(text string) int {
	open, shut := text[0], byte('}')
	switch open {
	case '{':
	case '(':
		shut = ')'
	default:
		return -1
	}
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case open:
			depth++
		case shut:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}
