package science

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// tolerance is relative to the larger of the two numbers. There is no absolute
// one: a published 0 needs exactly 0.
const tolerance = 0.05

// within reports whether the finite numbers are close enough.
func within(got, gold float64) bool {
	return math.Abs(got-gold) <= tolerance*math.Max(math.Abs(got), math.Abs(gold))
}

// plainNumber is what Python's float reads but for infinities and NaN: decimal
// notation, with single underscores between digits.
var plainNumber = func() *regexp.Regexp {
	const digits = `[0-9](?:_?[0-9])*`
	return regexp.MustCompile(`^[-+]?(?:` + digits + `(?:\.(?:` + digits + `)?)?|\.` + digits + `)(?:[eE][-+]?` + digits + `)?$`)
}()

// parseFloat reads a finite number without space around it.
func parseFloat(s string) (float64, bool) {
	s = strings.Map(asciiDigit, s)
	if !plainNumber.MatchString(s) {
		return 0, false
	}
	x, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	return x, err == nil
}

// asciiDigit maps the decimal digits of all scripts to 0-9, as Python's float
// does. Unicode puts those of a script in a row, from zero to nine.
func asciiDigit(r rune) rune {
	if r <= unicode.MaxASCII || !unicode.IsDigit(r) {
		return r
	}
	for _, row := range unicode.Digit.R16 {
		if rune(row.Lo) <= r && r <= rune(row.Hi) {
			return '0' + (r-rune(row.Lo))%10
		}
	}
	for _, row := range unicode.Digit.R32 {
		if rune(row.Lo) <= r && r <= rune(row.Hi) {
			return '0' + (r-rune(row.Lo))%10
		}
	}
	return r
}

// isSpace is Python's white space, which has four control characters more.
func isSpace(r rune) bool { return unicode.IsSpace(r) || '\x1c' <= r && r <= '\x1f' }

// repr writes a number as Python does, for the parsed answers of scaled items.
func repr(x float64) string {
	if a := math.Abs(x); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.FormatFloat(x, 'e', -1, 64)
	}
	s := strconv.FormatFloat(x, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
