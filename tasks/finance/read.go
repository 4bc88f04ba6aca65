package finance

import (
	"regexp"
	"strings"
)

var (
	closing = regexp.MustCompile(`(?i)the answer is`)

	// A boolean word, or a number: its sign, a currency, a second place for the
	// sign, the digits. A dash with a space after it is a sign before a currency only.
	answer = regexp.MustCompile(`(?i)\b(true|yes)\b|\b(false|no)\b|((?:[-+] ?)?)((?:USD?\s?|Rs\.?\s?|kr\.?\s?)?(?:\\?[$£€¥₹]\s?)?)([-+]?)(` + numeral + `)`)

	// Digits that go on like this belong to something else than a plain number:
	// 1.2.3, 1_000, 0x10, 5/2, 5 * 10^6.
	goesOn = regexp.MustCompile(`^(?:[._xX]\d|\s?[/*^×÷]\s?\d)`)

	typeset = strings.NewReplacer("−", "-", "–", "-", "{,}", ",")
	negated = regexp.MustCompile(`^([\s:*]*)(?i:minus|negative)\s+`)
	indian  = regexp.MustCompile(`^[-+]?\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d*)?$`)
	another = regexp.MustCompile(`^\s+\pL`)
)

// read takes the answer out of a response, in the form that [parse] reads. A
// reason says why there is none.
func read(response string) (text, reason string) {
	response = response[max(0, len(response)-maxResponse):] // the closing words come last
	phrases := closing.FindAllStringIndex(response, -1)
	if len(phrases) == 0 {
		return "", `there is no "the answer is"`
	}
	last := len(phrases) - 1
	for last > 0 && strings.HasSuffix(response[:phrases[last][0]], "(") { // a remark on the answer
		last--
	}
	rest := negated.ReplaceAllString(typeset.Replace(response[phrases[last][1]:]), "${1}-")
	m := first(rest)
	if m == nil {
		return "", `no number follows the last "the answer is"`
	}
	switch {
	case m[2] >= 0:
		return "true", ""
	case m[4] >= 0:
		return "false", ""
	}
	sign := rest[m[6]:m[7]]
	if strings.HasSuffix(sign, " ") && (m[8] == m[9] || m[6] == 0 || rest[m[6]-1] == '\n') {
		sign = "" // it begins a line of a list
	}
	text, ok := join(strings.TrimSpace(sign), rest[m[10]:m[11]], rest[m[12]:m[13]], rest[m[1]:])
	if !ok {
		return strings.TrimSpace(rest[m[0]:m[1]]), `what follows the last "the answer is" is not a plain number`
	}
	return text, ""
}

// first is the first match of answer. A "no" before another word, as in "no more
// than 5", is none where a number follows.
func first(text string) []int {
	found := answer.FindAllStringSubmatchIndex(text, -1)
	for _, m := range found {
		denies := m[4] >= 0 && strings.EqualFold(text[m[4]:m[5]], "no") && another.MatchString(text[m[5]:])
		if !denies {
			return m
		}
	}
	if found == nil {
		return nil
	}
	return found[0]
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
	text := strings.ToLower(sign + innerSign + trimmed)
	if indian.MatchString(text) {
		text = strings.ReplaceAll(text, ",", "")
	}
	text = dropCommas(text)
	return text, plain.MatchString(text)
}
