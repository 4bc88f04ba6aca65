package mini

import (
	"regexp"
	"strings"
)

// Plain reports whether a step is within the arithmetic that the suite asks
// for, so that a set is judged by what it teaches and not by how well a small
// student reckons. With trailing zeros and the decimal point left out, a
// product has one factor of one digit, another of at most three and a result of
// at most three; a quotient is such a product backwards; a sum or difference
// stays below 1000. Squares go up to 15.
func Plain(a Dec, sign string, b, result Dec) bool {
	switch strings.TrimSpace(sign) {
	case "*":
		return a == b && abs(a) <= Int(15) || plainProduct(a, b, result)
	case "/":
		return plainProduct(b, result, a)
	}
	for a%10 == 0 && b%10 == 0 && result%10 == 0 && (a != 0 || b != 0) {
		a, b, result = a/10, b/10, result/10
	}
	return abs(a) < 1000 && abs(b) < 1000 && abs(result) < 1000
}

func plainProduct(a, b, product Dec) bool {
	da, db := significant(a), significant(b)
	return min(da, db) <= 1 && max(da, db) <= 3 && significant(product) <= 3
}

// significant counts the digits between leading and trailing zeros.
func significant(n Dec) int {
	n = abs(n)
	for n != 0 && n%10 == 0 {
		n /= 10
	}
	count := 0
	for ; n > 0; n /= 10 {
		count++
	}
	return count
}

func abs(n Dec) Dec { return max(n, -n) }

var operation = regexp.MustCompile(`(-?[\d.]+) ([-+*/]) (-?[\d.]+) = (-?[\d.]+)$`)

// plain reports whether all steps of a solution are [Plain].
func (s Solution) plain() bool {
	for _, step := range s.Steps {
		m := operation.FindStringSubmatch(step)
		if m == nil {
			continue
		}
		a, _ := ParseDec(m[1])
		b, _ := ParseDec(m[3])
		result, _ := ParseDec(m[4])
		if !Plain(a, m[2], b, result) {
			return false
		}
	}
	return true
}
