package code

import (
	"math/big"
	"slices"
	"strings"
)

func (c *calculator) concatenate(a, b value) value {
	switch a := a.(type) {
	case text:
		return joinTexts(c, a, b)
	case octets:
		return joinTexts(c, a, b)
	case list:
		return joinItems(c, a, b)
	case tuple:
		return joinItems(c, a, b)
	}
	return inapplicable("+")
}

func joinTexts[T ~string](c *calculator, a T, b value) value {
	second, ok := b.(T)
	if !ok {
		return inapplicable("+")
	}
	if !c.spend(len(a) + len(second)) {
		return tooLarge
	}
	return a + second
}

func joinItems[T ~[]value](c *calculator, a T, b value) value {
	second, ok := b.(T)
	if !ok {
		return inapplicable("+")
	}
	if !c.spend(len(a) + len(second)) {
		return tooLarge
	}
	return slices.Concat(a, second)
}

func (c *calculator) repeat(v value, n *big.Int) value {
	switch v := v.(type) {
	case text:
		count, ok := c.times(len(v), n)
		return either(ok, text(strings.Repeat(string(v), count)))
	case octets:
		count, ok := c.times(len(v), n)
		return either(ok, octets(strings.Repeat(string(v), count)))
	case list:
		count, ok := c.times(len(v), n)
		return either(ok, slices.Repeat(v, count))
	case tuple:
		count, ok := c.times(len(v), n)
		return either(ok, slices.Repeat(v, count))
	}
	return inapplicable("*")
}

// times is how often something of the given length is repeated, zero when that
// is refused.
func (c *calculator) times(length int, n *big.Int) (int, bool) {
	if !n.IsInt64() { // an error in Python too
		return 0, false
	}
	if n.Sign() <= 0 || length == 0 {
		return 0, true
	}
	if n.BitLen() > 32 || int64(length)*n.Int64() > int64(c.room) {
		return 0, false
	}
	return int(n.Int64()), c.spend(length * int(n.Int64()))
}

func either(ok bool, v value) value {
	if !ok {
		return tooLarge
	}
	return v
}
