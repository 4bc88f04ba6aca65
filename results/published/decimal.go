package published

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Decimal is a number with the digits it was printed with.
type Decimal struct {
	Text   string
	Value  float64
	Places int // digits after the point
}

var decimal = regexp.MustCompile(`^-?[0-9]{1,6}(\.[0-9]{1,6})?$`)

// ParseDecimal reads a plain decimal such as -6.72.
func ParseDecimal(text string) (Decimal, error) {
	if !decimal.MatchString(text) {
		return Decimal{}, fmt.Errorf("%q is no plain decimal number", text)
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return Decimal{}, err
	}
	_, fraction, _ := strings.Cut(text, ".")
	return Decimal{Text: text, Value: value, Places: len(fraction)}, nil
}

// HalfUnit is half a unit of the last printed digit: how far the true value can
// lie from the printed one.
func (d Decimal) HalfUnit() float64 { return 0.5 / math.Pow10(d.Places) }

// Fit says how a fraction becomes a printed percentage.
type Fit string

// The fits.
const (
	Rounded   Fit = "rounded"
	Truncated Fit = "truncated"
	NoFit     Fit = "" // no fraction of the set has these digits
)

// Count finds the number of correct answers among items whose share in % has
// the printed digits, by rounding or else by cutting off.
func (d Decimal) Count(items int) (correct int, fit Fit) {
	scale := int(math.Pow10(d.Places))
	printed := int(math.Round(d.Value * float64(scale)))
	near := int(d.Value * float64(items) / 100)
	for _, fit := range []Fit{Rounded, Truncated} {
		for k := max(0, near-1); k <= min(items, near+2); k++ {
			units := 100 * scale * k // of the last digit, times items
			if fit == Rounded && (2*units+items)/(2*items) == printed || fit == Truncated && units/items == printed {
				return k, fit
			}
		}
	}
	return 0, NoFit
}
