package code

import (
	"math"
	"math/big"
)

const (
	tooLarge       = unknown("the value is too large to be computed")
	divisionByZero = unknown("the expression divides by zero")
	notANumber     = unknown("the result is not a number")
)

// calculator does Python's constant arithmetic as long as there is room.
type calculator struct{ room int }

// spend takes n from the room and says whether that was there.
func (c *calculator) spend(n int) bool {
	c.room -= min(n, c.room+1)
	return c.room >= 0
}

// known returns the reason why one of the values is none, if so.
func known(values ...value) (unknown, bool) {
	for _, v := range values {
		switch v := v.(type) {
		case unknown:
			return v, false
		case equation:
			return notCompared, false
		}
	}
	return "", true
}

func inapplicable(op string) unknown {
	return unknown("operator " + op + " does not apply to these operands")
}

func (c *calculator) unary(op string, v value) value {
	if why, ok := known(v); !ok {
		return why
	}
	switch v := v.(type) {
	case *big.Int:
		switch op {
		case "-":
			return c.sized(new(big.Int).Neg(v))
		case "~":
			return c.sized(new(big.Int).Not(v))
		}
		return v
	case float64:
		switch op {
		case "-":
			return -v
		case "+":
			return v
		}
	}
	return inapplicable(op)
}

func (c *calculator) binary(op string, a, b value) value {
	if why, ok := known(a, b); !ok {
		return why
	}
	x, wholeX := a.(*big.Int)
	y, wholeY := b.(*big.Int)
	switch {
	case wholeX && wholeY:
		return c.integers(op, x, y)
	case op == "*" && wholeX && !isFloat(b):
		return c.repeat(b, x)
	case op == "*" && wholeY && !isFloat(a):
		return c.repeat(a, y)
	case (wholeX || isFloat(a)) && (wholeY || isFloat(b)):
		return c.floats(op, a, b)
	case op == "+":
		return c.concatenate(a, b)
	}
	return inapplicable(op)
}

func isFloat(v value) bool {
	_, ok := v.(float64)
	return ok
}

// sized is z unless that is too large.
func (c *calculator) sized(z *big.Int) value {
	if z.BitLen() > maxBits || !c.spend(1+z.BitLen()/64) {
		return tooLarge
	}
	return z
}

func (c *calculator) integers(op string, x, y *big.Int) value {
	z := new(big.Int)
	switch op {
	case "+":
		return c.sized(z.Add(x, y))
	case "-":
		return c.sized(z.Sub(x, y))
	case "*":
		return c.sized(z.Mul(x, y))
	case "&":
		return c.sized(z.And(x, y))
	case "|":
		return c.sized(z.Or(x, y))
	case "^":
		return c.sized(z.Xor(x, y))
	case "**":
		return c.power(x, y)
	case "<<", ">>":
		return c.shift(op, x, y)
	case "/", "//", "%":
		return c.divide(op, x, y)
	}
	return inapplicable(op)
}

// divide rounds / to the nearest float and // towards minus infinity; % has the
// sign of the divisor.
func (c *calculator) divide(op string, x, y *big.Int) value {
	if y.Sign() == 0 {
		return divisionByZero
	}
	if op == "/" {
		quotient, _ := new(big.Rat).SetFrac(x, y).Float64()
		if math.IsInf(quotient, 0) || !c.spend(1+x.BitLen()/64) {
			return tooLarge
		}
		return quotient
	}
	quotient, rest := new(big.Int).QuoRem(x, y, new(big.Int))
	if rest.Sign() != 0 && rest.Sign() != y.Sign() {
		quotient.Sub(quotient, big.NewInt(1))
		rest.Add(rest, y)
	}
	if op == "//" {
		return c.sized(quotient)
	}
	return c.sized(rest)
}

func (c *calculator) power(x, y *big.Int) value {
	if y.Sign() < 0 {
		return c.floats("**", x, y)
	}
	if x.BitLen() <= 1 { // -1, 0, 1: only the exponent's parity and being zero count
		small := int64(y.Bit(0))
		if y.Sign() > 0 && small == 0 {
			small = 2
		}
		return c.sized(new(big.Int).Exp(x, big.NewInt(small), nil))
	}
	// a result has more than (bits-1)*exponent bits
	if y.BitLen() > 32 || int64(x.BitLen()-1)*y.Int64() >= maxBits || !c.spend(maxBits/64) {
		return tooLarge
	}
	return c.sized(new(big.Int).Exp(x, y, nil))
}

func (c *calculator) shift(op string, x, y *big.Int) value {
	if y.Sign() < 0 {
		return unknown("the shift is negative")
	}
	far := y.Cmp(big.NewInt(maxBits)) > 0
	switch {
	case op == ">>" && far:
		return c.sized(new(big.Int).Rsh(x, maxBits+1))
	case op == ">>":
		return c.sized(new(big.Int).Rsh(x, uint(y.Uint64())))
	case x.Sign() == 0:
		return x
	case far:
		return tooLarge
	}
	return c.sized(new(big.Int).Lsh(x, uint(y.Uint64())))
}
