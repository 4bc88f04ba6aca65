package code

import (
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// stringLiteral is a decoded string token.
type stringLiteral struct {
	decoded []byte
	bytes   bool
	refused unknown // why a string that Python parses is not read here
}

// decodeString reads a string token; not ok is an error in Python too.
func decodeString(source string) (stringLiteral, bool) {
	opening := stringStart.FindString(source)
	quote := strings.TrimLeft(opening, "rubfRUBF")
	prefix := strings.ToLower(opening[:len(opening)-len(quote)])
	body := source[len(opening) : len(source)-len(quote)]
	d := &decoder{rest: body}
	d.bytes = strings.Contains(prefix, "b")
	if d.bytes && strings.ContainsFunc(body, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return stringLiteral{}, false
	}
	if strings.Contains(prefix, "f") && strings.ContainsAny(body, "{}") {
		return stringLiteral{refused: "f-string fields are not evaluated"}, true
	}
	if strings.Contains(prefix, "r") {
		d.decoded = []byte(body)
		return d.stringLiteral, true
	}
	for d.rest != "" {
		if !d.next() {
			return stringLiteral{}, false
		}
	}
	return d.stringLiteral, true
}

// decoder consumes rest from the left.
type decoder struct {
	stringLiteral
	rest string
}

var simpleEscapes = map[byte]string{
	'\n': "", '\\': `\`, '\'': "'", '"': `"`, 'a': "\a", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v",
}

// next consumes what stands before an escape, or one escape.
func (d *decoder) next() bool {
	plain := strings.IndexByte(d.rest, '\\')
	if plain != 0 {
		if plain < 0 {
			plain = len(d.rest)
		}
		d.decoded = append(d.decoded, d.rest[:plain]...)
		d.rest = d.rest[plain:]
		return true
	}
	c := d.rest[1] // a string does not end with a single backslash
	d.rest = d.rest[2:]
	if simple, ok := simpleEscapes[c]; ok {
		d.decoded = append(d.decoded, simple...)
		return true
	}
	switch {
	case '0' <= c && c <= '7':
		return d.octal(c)
	case c == 'x':
		return d.hexadecimal(2)
	case c == 'u' && !d.bytes:
		return d.hexadecimal(4)
	case c == 'U' && !d.bytes:
		return d.hexadecimal(8)
	case c == 'N' && !d.bytes:
		d.refused = "characters are not looked up by name"
		return true
	}
	d.decoded = append(d.decoded, '\\', c) // an unknown escape stands for itself
	return true
}

// octal reads up to three digits, of which first is consumed.
func (d *decoder) octal(first byte) bool {
	r := rune(first - '0')
	for n := 0; n < 2 && d.rest != "" && '0' <= d.rest[0] && d.rest[0] <= '7'; n++ {
		r = r<<3 | rune(d.rest[0]-'0')
		d.rest = d.rest[1:]
	}
	return d.character(r)
}

func (d *decoder) hexadecimal(digits int) bool {
	if len(d.rest) < digits || strings.Trim(d.rest[:digits], "0123456789abcdefABCDEF") != "" {
		return false
	}
	r, _ := strconv.ParseUint(d.rest[:digits], 16, 32)
	d.rest = d.rest[digits:]
	return r <= utf8.MaxRune && d.character(rune(r))
}

// character appends a code point, or a byte to bytes. A surrogate has no UTF-8;
// its three bytes follow the same pattern.
func (d *decoder) character(r rune) bool {
	switch {
	case d.bytes:
		d.decoded = append(d.decoded, byte(r))
	case 0xD800 <= r && r <= 0xDFFF:
		d.decoded = append(d.decoded, 0xE0|byte(r>>12), 0x80|byte(r>>6)&0xBF, 0x80|byte(r)&0xBF)
	default:
		d.decoded = utf8.AppendRune(d.decoded, r)
	}
	return true
}

// numberValue reads a number token; not ok is an error in Python too.
func numberValue(source string) (value, bool) {
	digits := strings.ToLower(strings.ReplaceAll(source, "_", ""))
	switch {
	case len(digits) > 1 && digits[0] == '0' && strings.ContainsAny(digits[1:2], "xob"):
		z, ok := new(big.Int).SetString(digits, 0)
		if !ok || z.BitLen() > maxBits {
			return tooLarge, ok
		}
		return z, true
	case strings.HasSuffix(digits, "j"):
		return unknown("complex numbers are not read"), true
	case strings.ContainsAny(digits, ".e"):
		x, _ := strconv.ParseFloat(digits, 64) // infinite when out of range, as in Python
		return x, true
	}
	if len(digits) > maxDigits || digits[0] == '0' && strings.Trim(digits, "0") != "" {
		return nil, false
	}
	return new(big.Int).SetString(digits, 10)
}
