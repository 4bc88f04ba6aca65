package rules

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/autodatabench/autodatabench/tasks/number"
)

// Numeric compares numbers: right if they differ by at most absolute, or by at
// most relative times the expected one. The relative tolerance holds for decimals: a
// count of 500 is not 502. With whole it holds for whole numbers too.
func Numeric(absolute, relative float64, whole bool) (Rule, error) {
	for _, t := range []float64{absolute, relative} {
		if !(t >= 0) || math.IsInf(t, 0) {
			return Rule{}, fmt.Errorf("a tolerance must be a finite number and not negative, got %v", t)
		}
	}
	return Rule{rule: numeric{absolute, relative, whole}}, nil
}

type numeric struct {
	absolute, relative float64
	whole              bool
}

func (n numeric) compare(answer, want string, stated bool) (bool, string) {
	read := concluded
	if stated {
		read = statedNumber
	}
	got, err := read(unquoted(answer))
	if err != nil {
		return false, "the answer is " + err.Error()
	}
	expected, err := number.Parse(want)
	if err != nil {
		return false, "the expected answer is " + err.Error()
	}
	relative := n.relative
	if expected.Whole && !n.whole {
		relative = 0
	}
	if got.Near(expected, n.absolute, relative) {
		return true, fmt.Sprintf("%v is close enough to %v", got, expected)
	}
	return false, fmt.Sprintf("%v is not close enough to %v", got, expected)
}

func (numeric) check(want string) error {
	if want == "" {
		return errors.New("the item has no answer")
	}
	if _, err := number.Parse(want); err != nil {
		return fmt.Errorf("the item's answer %q is %w", shown(want), err)
	}
	return nil
}

// around are marks of which a pair may stand around a number and mean nothing. Round
// brackets are none: in accounts they are a minus.
var around = [][2]string{{`"`, `"`}, {"'", "'"}, {"“", "”"}, {"‘", "’"}, {"«", "»"}, {"「", "」"}, {"『", "』"}, {"【", "】"}, {"〈", "〉"}, {"《", "》"}, {"[", "]"}, {"{", "}"}}

// unquoted is an answer without such pairs, until nothing changes.
func unquoted(answer string) string {
	for {
		before := answer
		for _, p := range around {
			if inner, ok := strings.CutPrefix(answer, p[0]); ok {
				if inner, ok = strings.CutSuffix(inner, p[1]); ok && !strings.Contains(inner, p[1]) {
					answer = bare(inner)
				}
			}
		}
		if answer == before {
			return answer
		}
	}
}

var (
	// A remark begins here: what follows says why, or something else.
	remark = regexp.MustCompile(`;|[.!?:](?:\s|$)|,(?:\s+\pL|\s*$)|\s[-–—]\s+\pL|\s?\([^)]*\pL\pL|\b(?i:because|since|as|which|where|when|if|rounded|given|so|but|after)\b`)
	// Words before a number, and behind it, that make another of it, or none.
	turning = regexp.MustCompile(`(?i)\b(?:not|no|never|neither|nor|cannot|between|from|either|or|less|more|fewer|greater|larger|smaller|higher|lower|above|below|over|under|least|most|than|up to|half of|half the|half an?|twice|double|triple|plus|minus|times|divided|root of|factorial of)\b|n['’]t\b`)
	turned  = regexp.MustCompile(`(?i)\b(?:or|to|through|plus|minus|times|divided|below|squared|cubed|factorial|dozens?|half|not|no)\b`)
	further = regexp.MustCompile(`^,\s+(?i:and|or)\b`)
	equals  = regexp.MustCompile(`=|≈|\\approx|\\simeq`)
	// Signs of an expression, or a function, before a number.
	working = regexp.MustCompile(`[+*/^<>|{}\\±!?]|\pL\($`)
	// The power of a unit, as in m/s^2.
	unitPower = regexp.MustCompile(`(\pL)(?:\^|\*\*)(?:[-+]?\d\b|\{[-+]?\d\})`)
)

var (
	errSeveral = errors.New("not one number alone")
	errNoEnd   = errors.New("no sentence that ends in a number")
)

// statedNumber is the one number that an answer states: among words, but not among
// other numbers, signs, or words that turn it into another.
func statedNumber(answer string) (number.Number, error) {
	if n, err := number.Parse(answer); err == nil {
		return n, nil
	}
	before, n, behind, err := number.Find(lastSide(answer))
	if err != nil {
		return n, err
	}
	if at := remark.FindStringIndex(behind); at != nil {
		if further.MatchString(behind[at[0]:]) {
			return n, errSeveral
		}
		behind = behind[:at[0]]
	}
	if turning.MatchString(before) || turned.MatchString(behind) || working.MatchString(before) || strings.ContainsAny(unitPower.ReplaceAllString(behind, "$1"), "0123456789") {
		return n, errSeveral
	}
	return n, nil
}

// lastSide is what an equation, before any remark, ends in.
func lastSide(answer string) string {
	head, tail := answer, ""
	if at := remark.FindStringIndex(answer); at != nil {
		head, tail = answer[:at[0]], answer[at[0]:]
	}
	if at := equals.FindAllStringIndex(head, -1); at != nil {
		head = head[at[len(at)-1][1]:]
	}
	return head + tail
}

// conclusion is what a number that ends a sentence follows.
var conclusion = regexp.MustCompile(`(?i)(?:[=≈:]|\\approx|\b(?:is|are|was|be|equals|equal to|gives|give|get|gets|obtain|obtains|yields|yield|makes|make|total|about|approximately|roughly|answer|result)\b|\b(?:it|that)['’]s\b)\s*`)

// concluded is the number that a last line is, or ends in as a sentence does. A
// number among others or before words is part of the working.
func concluded(line string) (number.Number, error) {
	line = unquoted(strings.TrimLeft(line, "# ")) // of a heading
	if n, err := number.Parse(line); err == nil {
		return n, nil
	}
	found := conclusion.FindAllStringIndex(line, -1)
	if found == nil {
		return number.Number{}, errNoEnd
	}
	n, err := number.Parse(bare(line[found[len(found)-1][1]:]))
	if err != nil {
		return n, errNoEnd
	}
	return n, nil
}
