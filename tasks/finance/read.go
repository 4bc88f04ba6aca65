package finance

import (
	"regexp"
	"strings"
)

var (
	closing = regexp.MustCompile(`(?i)the answer is`)

	// A boolean word, or a number: its sign, a currency, a second place for the
	// sign, the digits. A dash with a space after it is no sign.
	answer = regexp.MustCompile(`(?i)\b(true|yes)\b|\b(false|no)\b|([-+]?)(?:USD?\s?)?(?:\\?[$£€¥]\s?)?([-+]?)(` + numeral + `)`)

	// Digits that go on like this belong to something else than a plain number:
	// 1.2.3, 1_000, 0x10, 5/2, 5*10^6.
	goesOn = regexp.MustCompile(`^[._xX/*^]\d`)

	typeset = strings.NewReplacer("−", "-", "{,}", ",")
)

// read takes the answer out of a response, in the form that [parse] reads. A
// reason says why there is none.
func read(response string) (text, reason string) {
	response = response[max(0, len(response)-maxResponse):] // the closing words come last
	phrases := closing.FindAllStringIndex(response, -1)
	if len(phrases) == 0 {
		return "", `there is no "the answer is"`
	}
	rest := typeset.Replace(response[phrases[len(phrases)-1][1]:])
	m := answer.FindStringSubmatchIndex(rest)
	if m == nil {
		return "", `no number follows the last "the answer is"`
	}
	switch {
	case m[2] >= 0:
		return "true", ""
	case m[4] >= 0:
		return "false", ""
	}
	text, ok := join(rest[m[6]:m[7]], rest[m[8]:m[9]], rest[m[10]:m[11]], rest[m[1]:])
	if !ok {
		return strings.TrimSpace(rest[m[0]:m[1]]), `what follows the last "the answer is" is not a plain number`
	}
	return text, ""
}

// join puts the parts of a number together. It refuses two signs, commas that
// do not separate thousands, and digits that go on.
func join(sign, innerSign, digits, after string) (string, bool) {
	if sign != "" && innerSign != "" {
		return "", false
	}
	trimmed := strings.TrimRight(digits, ",.")
	if trimmed == digits && goesOn.MatchString(after) {
		return "", false
	}
	text := dropCommas(strings.ToLower(sign + innerSign + trimmed))
	return text, plain.MatchString(text)
}
