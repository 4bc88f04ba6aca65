package science

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// A power of ten in a unit or an answer, with the dollar signs and spaces that
// go with it. The exponent is the group.
var powerOfTen = regexp.MustCompile(`\$? *10\^\{? *(-?[0-9]+) *\}? *\$?`)

// Prompt is the question that a student is asked: the problem and, behind it,
// its unit without the power of ten. As published, the sentence stands there
// without a unit as well.
func Prompt(text, unit string) string {
	_, promptUnit, _ := splitUnit(unit)
	return text + " The unit of the answer is " + promptUnit + "."
}

// Gold reads the published answer and the unit that the prompt names. Where text
// follows a power of ten in the unit, a lone space too, that text is the
// prompt's unit and the answer is scaled; where nothing follows, the power is
// the unit, so that the published number itself is asked for. ok is false where
// the answer is not a finite number; the unit counts all the same.
func Gold(answerNumber, unit string) (gold float64, promptUnit string, ok bool) {
	exponent, promptUnit, scaled := splitUnit(unit)
	if scaled {
		gold, ok = scale(answerNumber, exponent)
	} else {
		gold, ok = parseFloat(strings.TrimFunc(answerNumber, isSpace))
	}
	return gold, promptUnit, ok
}

// splitUnit takes the power of ten out of a scaled item's unit. Of several
// powers the first scales and the text behind the last is the unit, as in the
// official scorer. Any other unit is returned whole.
func splitUnit(unit string) (exponent, promptUnit string, scaled bool) {
	found := powerOfTen.FindAllStringSubmatchIndex(unit, -1)
	if len(found) == 0 {
		return "", unit, false
	}
	first, last := found[0], found[len(found)-1]
	rest := unit[last[1]:]
	if rest == "" {
		return "", unit, false
	}
	return unit[first[2]:first[3]], rest, true
}

// predicted reads an answer's number. text is the answer as a verdict shows it;
// a reason says why there is no number.
func predicted(answer string, scaled bool) (x float64, text, reason string) {
	if mantissa, power, ok := splitProduct(answer); ok && scaled {
		x, ok := product(mantissa, power)
		if !ok {
			return 0, answer, "the answer is not a number times a power of ten"
		}
		return x, repr(x), ""
	}
	words := strings.FieldsFunc(strings.ReplaceAll(answer, ",", ""), isSpace)
	if len(words) == 0 {
		return 0, answer, "the answer is empty"
	}
	x, ok := parseFloat(words[0])
	if !ok {
		return 0, answer, "the answer does not begin with a plain number"
	}
	return x, answer, ""
}

// splitProduct splits an answer at its multiplication sign. The first sign is
// \times after a reader of escapes has been at it, which the official scorer
// accepts, by accident or not.
func splitProduct(answer string) (mantissa, power string, ok bool) {
	for _, sign := range []string{"\times", `\times`, "*"} {
		if mantissa, power, ok = strings.Cut(answer, sign); !ok {
			continue
		}
		if strings.Contains(power, sign) {
			return mantissa, "", true // three factors are no power of ten
		}
		return mantissa, power, true
	}
	return "", "", false
}

// product is the mantissa times the first power of ten in the other factor. The
// mantissa's commas are not dropped.
func product(mantissa, power string) (float64, bool) {
	found := powerOfTen.FindStringSubmatch(power)
	if found == nil {
		return 0, false
	}
	return scale(mantissa, found[1])
}

// scale is mantissa times ten to the exponent, which is a decimal integer.
func scale(mantissa, exponent string) (float64, bool) {
	x, ok := parseFloat(strings.TrimFunc(mantissa, isSpace))
	if !ok {
		return 0, false
	}
	// Read and not computed, for the nearest number: math.Pow may be one bit off.
	ten, err := strconv.ParseFloat("1e"+exponent, 64)
	if err != nil {
		return 0, false
	}
	x *= ten
	return x, !math.IsInf(x, 0)
}
