package finance

import (
	"regexp"
	"strings"
)

// An unsigned number as answers write it, with commas anywhere inside; which
// commas separate thousands is decided when they are dropped.
const numeral = `(?:\d[\d,]*\.?\d*|\.\d+)(?:e[-+]?\d+)?`

var (
	plain   = regexp.MustCompile(`^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$`)
	grouped = regexp.MustCompile(`^[-+]?\d{1,3}(?:,\d{3})+(?:[.e].*)?$`)
	word    = regexp.MustCompile(`\pL+`)
	truth   = regexp.MustCompile(`\b(?:true|false)\b`)

	// A unit is one word, or one or two characters without a space, on one
	// side of the number only: **5** is no number. A sign is no unit.
	unitAfter  = regexp.MustCompile(`^([-+]?` + numeral + `)(?: [^\d ]+|[^\d ]{1,2})$`)
	unitBefore = regexp.MustCompile(`^(?:[^\d ]*[^\d +−-] |[^\d .+−-]{1,2})([-+]?` + numeral + `)$`)

	symbols = strings.NewReplacer("£", "", "€", "", "¥", "", "$", "", "%", "", "°", "", "`", "")
)

// cleaning is the official order. No step scales: 5 million becomes 5.
var cleaning = []func(string) string{
	strings.ToLower,
	dropFullStop,
	symbols.Replace,
	dropMoneyWords,
	keepResult,
	singleSpaced,
	readBoolean,
	firstChoice,
	dropBrackets,
	joinSign,
	dropUnit,
	dropCommas,
}

// clean leaves of an answer what [parse] reads, or what it does not.
func clean(answer string) string {
	for _, step := range cleaning {
		answer = step(answer)
	}
	return answer
}

func dropFullStop(s string) string { return strings.TrimRight(strings.TrimSpace(s), ".") }

// dropMoneyWords drops whole words, also those that touch a digit: 5usd.
func dropMoneyWords(s string) string {
	return word.ReplaceAllStringFunc(s, func(w string) string {
		switch w {
		case "us", "usd", "rmb", "million", "billion", "thousand":
			return ""
		}
		return w
	})
}

// keepResult keeps what follows the last = or ≈.
func keepResult(s string) string {
	for _, sign := range []string{"=", "≈"} {
		if i := strings.LastIndex(s, sign); i >= 0 {
			s = s[i+len(sign):]
		}
	}
	return s
}

func singleSpaced(s string) string { return strings.Join(strings.Fields(s), " ") }

// readBoolean takes yes and no as the whole answer, true and false anywhere in
// it; of several the first counts.
func readBoolean(s string) string {
	switch s {
	case "yes":
		return "true"
	case "no":
		return "false"
	}
	if b := truth.FindString(s); b != "" {
		return b
	}
	return s
}

func firstChoice(s string) string {
	first, _, _ := strings.Cut(s, " or ")
	return first
}

// dropBrackets drops one pair around the answer. As in Python, and unlike in
// accounting, (5) is 5.
func dropBrackets(s string) string {
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		return strings.TrimSpace(s[1 : len(s)-1])
	}
	return s
}

// joinSign closes the gap that a dropped symbol leaves in -$ 5.
func joinSign(s string) string {
	if strings.HasPrefix(s, "- ") || strings.HasPrefix(s, "+ ") {
		return s[:1] + s[2:]
	}
	return s
}

func dropUnit(s string) string {
	if plain.MatchString(s) {
		return s
	}
	for _, unit := range []*regexp.Regexp{unitAfter, unitBefore} {
		if m := unit.FindStringSubmatch(s); m != nil {
			return m[1]
		}
	}
	return s
}

// dropCommas drops those that separate thousands; 12,5 keeps its comma and is
// no number.
func dropCommas(s string) string {
	if !grouped.MatchString(s) {
		return s
	}
	return strings.ReplaceAll(s, ",", "")
}
