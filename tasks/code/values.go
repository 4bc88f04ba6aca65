package code

import (
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// value is a Python constant: nil for None, a *big.Int for integers and
// booleans, a float64, or one of the types below.
type value any

type (
	text     string           // UTF-8, lone surrogates written alike as three bytes
	octets   string           // a bytes object
	list     []value          //
	tuple    []value          //
	set      map[string]value // nil values by key
	dict     map[string]value // values by key
	unknown  string           // no value; the text says why
	equation struct{ right value }
)

// notCompared is what comparisons are worth inside of an expression. An equation
// is one whose first operator is ==; only an assertion looks into it.
const notCompared = unknown("comparisons are not evaluated")

func boolean(b bool) value {
	if b {
		return big.NewInt(1)
	}
	return new(big.Int)
}

// equal is Python's ==. A value that is unknown equals nothing.
func equal(a, b value) bool {
	switch a := a.(type) {
	case nil:
		return b == nil
	case *big.Int:
		if y, ok := b.(float64); ok {
			return equalMixed(a, y)
		}
		y, ok := b.(*big.Int)
		return ok && a.Cmp(y) == 0
	case float64:
		if y, ok := b.(*big.Int); ok {
			return equalMixed(y, a)
		}
		y, ok := b.(float64)
		return ok && a == y
	case text:
		y, ok := b.(text)
		return ok && a == y
	case octets:
		y, ok := b.(octets)
		return ok && a == y
	case list:
		y, ok := b.(list)
		return ok && slices.EqualFunc(a, y, equal)
	case tuple:
		y, ok := b.(tuple)
		return ok && slices.EqualFunc(a, y, equal)
	case set:
		y, ok := b.(set)
		return ok && maps.EqualFunc(a, y, equal)
	case dict:
		y, ok := b.(dict)
		return ok && maps.EqualFunc(a, y, equal)
	}
	return false
}

// equalMixed compares exactly: 2**53 + 1 is not the float 2.0**53.
func equalMixed(x *big.Int, y float64) bool {
	whole, ok := wholeNumber(y)
	return ok && x.Cmp(whole) == 0
}

// wholeNumber is the integer that x equals, if it does.
func wholeNumber(x float64) (*big.Int, bool) {
	if math.IsInf(x, 0) || x != math.Trunc(x) {
		return nil, false
	}
	whole, _ := big.NewFloat(x).Int(nil)
	return whole, true
}

// key is a text that equal hashable values share and different ones do not.
func (c *calculator) key(v value) (string, unknown) {
	var b strings.Builder
	why := c.writeKey(&b, v)
	return b.String(), why
}

// writeKey says why v has no key; the empty text says that it has one.
func (c *calculator) writeKey(b *strings.Builder, v value) unknown {
	before := b.Len()
	switch v := v.(type) {
	case nil:
		b.WriteString("N")
	case *big.Int:
		b.WriteString("i" + v.Text(16))
	case float64:
		if whole, ok := wholeNumber(v); ok {
			b.WriteString("i" + whole.Text(16))
		} else {
			b.WriteString("f" + strconv.FormatFloat(v, 'g', -1, 64))
		}
	case text:
		b.WriteString(textKey(v))
	case octets:
		b.WriteString("b" + strconv.Quote(string(v)))
	case tuple:
		b.WriteString("(")
		for _, item := range v {
			if why := c.writeKey(b, item); why != "" {
				return why
			}
			b.WriteString(",")
		}
		b.WriteString(")")
	case unknown:
		return v
	case equation:
		return notCompared
	default:
		return "a list, set or dictionary is neither a key nor in a set"
	}
	if !c.spend(b.Len() - before) {
		return tooLarge
	}
	return ""
}

func textKey(s text) string { return "t" + strconv.Itoa(len(s)) + ":" + string(s) }
