package rules

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Numeric compares numbers: right if they differ by at most absolute, or by at
// most relative times the expected one.
func Numeric(absolute, relative float64) (Rule, error) {
	for _, t := range []float64{absolute, relative} {
		if !(t >= 0) || math.IsInf(t, 0) {
			return Rule{}, fmt.Errorf("a tolerance must be a finite number and not negative, got %v", t)
		}
	}
	return Rule{numeric{absolute, relative}}, nil
}

type numeric struct{ absolute, relative float64 }

// A number as people write it; what goes on like [part] is something else.
var (
	written = regexp.MustCompile(`[-+\x{2212}]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?`)
	whole   = regexp.MustCompile(`^` + written.String() + `$`)
	part    = regexp.MustCompile(`^(?:[,.]?\d|\s?[/^*]\s?\d|:\d)`)
)

func (n numeric) compare(answer, want string, stated bool) (bool, string) {
	found := written.FindAllStringIndex(answer, -1)
	if len(found) == 0 {
		return false, "the answer holds no number"
	}
	at := found[0]
	if !stated { // a line of working ends with its result
		at = found[len(found)-1]
	}
	if part.MatchString(answer[at[1]:]) {
		return false, "the answer is not a plain number"
	}
	got, err := number(answer[at[0]:at[1]])
	if err != nil {
		return false, "the answer is " + err.Error()
	}
	expected, err := number(want)
	if err != nil {
		return false, "the expected answer is " + err.Error()
	}
	if got == expected || math.Abs(got-expected) <= math.Max(n.absolute, n.relative*math.Abs(expected)) {
		return true, fmt.Sprintf("%v is close enough to %v", got, expected)
	}
	return false, fmt.Sprintf("%v is not close enough to %v", got, expected)
}

func (numeric) check(want string) error {
	if want == "" {
		return errors.New("the item has no answer")
	}
	if _, err := number(want); err != nil {
		return fmt.Errorf("the item's answer %q is %w", shown(want), err)
	}
	return nil
}

// number reads a plain decimal number.
func number(text string) (float64, error) {
	if !whole.MatchString(text) {
		return 0, errors.New("not a finite plain number")
	}
	x, err := strconv.ParseFloat(strings.NewReplacer(",", "", "−", "-").Replace(text), 64)
	if err != nil {
		return 0, errors.New("not a finite plain number")
	}
	return x, nil
}
