// Package number reads numbers as people and models write them.
//
// A number is read whole or refused: sign, currency, digits with grouping marks,
// fraction, root, power of ten, scale word and percent sign are one grammar. A text in
// which an operator, a power or a digit is left over holds no number. So "5^2", "5!"
// and "5/x" are refused, and never read as 5.
//
// The grammar knows 1,234.5, 1 234.5, 12,34,567 and 1{,}234 with thin spaces for the
// marks; -$45, $-45, ($45) and "minus 45" for the same loss; \frac{5}{6}, 5/6,
// 2 1/2, 2\sqrt{3}, \pi/2, 5 \times 10^3 and "5 million". A percent sign is a unit:
// 5 % is 5. A comma is never a decimal mark.
//
// The package is not for the rules of published suites, which read numbers in their
// own ways, and it works nothing out: 2*3 and 2+3 are refused. Invariants: any text is
// read or refused in time that grows with its length; values are exact (math/big) but
// for roots and pi, which have the precision of a float64; every value fits a float64.
package number

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Number is a finite number.
type Number struct {
	value *big.Rat
	// Whole says that it was written as an integer: without a decimal point, an
	// exponent, a fraction or a scale word.
	Whole bool
}

// Parse reads a text that is nothing but a number.
func Parse(text string) (Number, error) {
	n, rest, err := read(normal(text))
	if err == nil && strings.TrimSpace(rest) != "" {
		err = errPlain
	}
	return n, err
}

// Find reads the first number of a sentence, and gives what stands before and behind
// it, in the signs that the package knows. It refuses a text whose first digit belongs
// to a word, such as CO2.
func Find(text string) (before string, n Number, behind string, err error) {
	text = normal(text)
	fresh := true // a number may begin here
	for i, r := range text {
		if fresh {
			n, rest, err := read(text[i:])
			if err != errNone {
				return text[:i], n, rest, err
			}
		}
		if '0' <= r && r <= '9' {
			return text[:i], n, "", errPlain
		}
		fresh = r == ' ' || strings.ContainsRune(`:"*_(=≈~`, r)
	}
	return text, n, "", errNone
}

// What is wrong with a text.
var (
	errNone   = errors.New("not a finite plain number") // none begins here
	errPlain  = errors.New("not a finite plain number") // too large, or more than one
	errOpen   = errors.New("an expression that is not worked out")
	errUnsure = errors.New("a number with a letter that may scale it")
)

// Near reports whether n differs from want by at most absolute, or by at most
// relative times want. Without tolerances the two must be equal.
func (n Number) Near(want Number, absolute, relative float64) bool {
	difference := new(big.Rat).Sub(n.value, want.value)
	difference.Abs(difference)
	share := new(big.Rat).Mul(decimal(relative), new(big.Rat).Abs(want.value))
	return difference.Sign() == 0 || difference.Cmp(decimal(absolute)) <= 0 || difference.Cmp(share) <= 0
}

// decimal is the number that x is written as: 0.01 is one hundredth.
func decimal(x float64) *big.Rat {
	r, ok := new(big.Rat).SetString(strconv.FormatFloat(x, 'g', -1, 64))
	if !ok {
		return new(big.Rat) // no finite number
	}
	return r
}

// String writes the number with all digits of an integer, else as a float64.
func (n Number) String() string {
	if n.value.IsInt() && len(n.value.Num().String()) <= 21 {
		return n.value.Num().String()
	}
	x, _ := n.value.Float64()
	return fmt.Sprint(x)
}

// fits reports whether a float64 can hold the value.
func fits(r *big.Rat) bool {
	x, _ := r.Float64()
	return !math.IsInf(x, 0)
}
