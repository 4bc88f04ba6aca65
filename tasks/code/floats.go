package code

import (
	"math"
	"math/big"
)

// floats does an operation of which at least one operand is a float, or an
// integer power with a negative exponent.
func (c *calculator) floats(op string, a, b value) value {
	x, okX := toFloat(a)
	y, okY := toFloat(b)
	if !okX || !okY {
		return tooLarge
	}
	switch op {
	case "+":
		return number(x + y)
	case "-":
		return number(x - y)
	case "*":
		return number(x * y)
	case "**":
		if !c.spend(maxRoots * 4) {
			return tooLarge
		}
		return floatPower(x, y)
	case "/", "//", "%":
		if y == 0 {
			return divisionByZero
		}
		if op == "/" {
			return number(x / y)
		}
		quotient, rest := floorDivide(x, y)
		if op == "//" {
			return number(quotient)
		}
		return number(rest)
	}
	return inapplicable(op)
}

func number(x float64) value {
	if math.IsNaN(x) {
		return notANumber
	}
	return x
}

// toFloat rounds an integer to the nearest float and refuses one beyond.
func toFloat(v value) (float64, bool) {
	switch v := v.(type) {
	case *big.Int:
		x, _ := new(big.Float).SetInt(v).Float64()
		return x, !math.IsInf(x, 0)
	case float64:
		return v, true
	}
	return 0, false
}

// floorDivide is Python's divmod: the rest has the sign of the divisor, and the
// quotient comes from the exact rest, not from rounding x/y.
func floorDivide(x, y float64) (quotient, rest float64) {
	rest = math.Mod(x, y)
	quotient = (x - rest) / y
	switch {
	case rest == 0:
		rest = math.Copysign(0, y)
	case (rest < 0) != (y < 0):
		rest += y
		quotient--
	}
	if quotient == 0 {
		return math.Copysign(0, x/y), rest
	}
	whole := math.Floor(quotient)
	if quotient-whole > 0.5 {
		whole++
	}
	return whole, rest
}

// floatPower is x**y as Python computes it: an error for 0 to a negative power
// and for a finite result out of range; complex results are not read.
func floatPower(x, y float64) value {
	switch {
	case x == 0 && y < 0:
		return divisionByZero
	case x < 0 && y != math.Trunc(y) && !math.IsInf(x, 0):
		return unknown("complex numbers are not read")
	}
	z := roundedPower(x, y)
	if math.IsInf(z, 0) && !math.IsInf(x, 0) && !math.IsInf(y, 0) {
		return tooLarge
	}
	return number(z)
}

// Powers are computed to more digits than a float has and rounded once, as
// math.Pow is not exact enough to equal C's pow.
const (
	powerPrecision = 256     // bits
	maxExponent    = 1 << 16 // keeps the intermediate exponents in range
	maxRoots       = 128     // later bits of an exponent do not change the float
)

func roundedPower(x, y float64) float64 {
	if x == 0 || math.IsInf(x, 0) || math.IsInf(y, 0) || math.Abs(y) > maxExponent {
		return math.Pow(x, y)
	}
	whole, fraction := math.Modf(math.Abs(y))
	z := big.NewFloat(1).SetPrec(powerPrecision)
	square := big.NewFloat(x).SetPrec(powerPrecision)
	for n := uint(whole); n > 0; n >>= 1 {
		if n&1 == 1 {
			z.Mul(z, square)
		}
		square.Mul(square, square)
	}
	root := big.NewFloat(x).SetPrec(powerPrecision)
	for n := 0; n < maxRoots && fraction > 0; n++ { // x is positive here
		root.Sqrt(root)
		if fraction *= 2; fraction >= 1 {
			z.Mul(z, root)
			fraction--
		}
	}
	if y < 0 {
		z.Quo(big.NewFloat(1), z)
	}
	rounded, _ := z.Float64()
	return rounded
}
