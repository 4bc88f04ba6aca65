package mini

import (
	"math"
	"regexp"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/tasks"
)

// closingNumber judges finance: the first number after the last "the answer is".
type closingNumber struct{}

var (
	closing = regexp.MustCompile(`(?i)the answer is`)
	numeral = regexp.MustCompile(`([-+]?)\s?(?:US)?[$£€¥]?\s?([-+]?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?)`)
	grouped = regexp.MustCompile(`^\d{1,3}(?:,\d{3})+(?:[.eE].*)?$`)
	runsOn  = regexp.MustCompile(`^(?:[\pL\d_]|\.[\d.]|\s?(?:\*\*?|[-+/^×÷])\s?[\d(]|\s*(?i:hundred|thousand|million|billion|trillion)\b)`)
)

func (closingNumber) Judge(response string, item tasks.Item) results.Verdict {
	text := strings.ReplaceAll(cut.Bytes(response, maxResponse), "−", "-")
	phrases := closing.FindAllStringIndex(text, -1)
	if len(phrases) == 0 {
		return refuse("", `there is no "the answer is"`)
	}
	text = text[phrases[len(phrases)-1][1]:]
	at := numeral.FindStringSubmatchIndex(text)
	if at == nil {
		return refuse("", `no number follows the last "the answer is"`)
	}
	plain, ok := cleanNumeral(text[at[2]:at[3]], text[at[4]:at[5]], text[at[1]:])
	if !ok {
		return refuse(strings.TrimSpace(text[at[0]:at[1]]), `what follows the last "the answer is" is not a plain number`)
	}
	got, ok := parseFloat(plain)
	if !ok {
		return refuse(plain, "the number is out of range")
	}
	want, ok := parseFloat(item.Answer)
	if !ok {
		return refuse(plain, "the expected answer is not a number")
	}
	allowed := financeTolerance * math.Abs(want)
	return compared(plain, got, want, want-allowed <= got && got <= want+allowed)
}

// cleanNumeral joins a sign before the currency to the digits and drops the
// commas that separate thousands. It refuses two signs, commas elsewhere, and
// digits that run on into a word, a further number, an expression or a scale word:
// 0x10, 1_000, 1.2.3, 190/2, 190 million.
func cleanNumeral(sign, digits, after string) (string, bool) {
	if sign != "" && strings.ContainsAny(digits[:1], "+-") {
		return "", false
	}
	unsigned := strings.TrimLeft(digits, "+-")
	trimmed := strings.TrimRight(unsigned, ",")
	if strings.Contains(trimmed, ",") && !grouped.MatchString(trimmed) {
		return "", false
	}
	if trimmed == unsigned && runsOn.MatchString(after) {
		return "", false
	}
	signs := sign + digits[:len(digits)-len(unsigned)]
	return signs + strings.ReplaceAll(trimmed, ",", ""), true
}
