package quality

import (
	"math"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// counts are the measures of length and of repetition.
func counts(rows []results.Row) []Figure {
	n := float64(len(rows))
	questions, answers := 0, 0
	exact, near := map[string]bool{}, map[string]bool{}
	for _, r := range rows {
		question := strings.Fields(strings.ToLower(r.Prompt()))
		questions += len(question)
		answers += len(strings.Fields(r.Output))
		exact[strings.Join(question, " ")] = true
		near[masked(question)] = true
	}
	figure := func(m Measure, value float64) Figure {
		return Figure{Measure: m, Rows: len(rows), Value: results.Num(value, true)}
	}
	repeated := func(name string, different map[string]bool) Figure {
		m := share(name)
		m.Better = "lower"
		return figure(m, 1-float64(len(different))/n)
	}
	length := func(name string, words int) Figure {
		return figure(Measure{Name: name, Low: results.Num(0, true)}, float64(words)/n)
	}
	return []Figure{
		length("instruction length (words)", questions), length("response length (words)", answers),
		repeated("repeated instructions (share)", exact), repeated("instructions repeated with other numbers (share)", near),
	}
}

// masked is a text without its numbers.
func masked(words []string) string {
	text := strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return '#'
		}
		return r
	}, strings.Join(words, " "))
	for strings.Contains(text, "##") {
		text = strings.ReplaceAll(text, "##", "#")
	}
	return strings.NewReplacer("#.#", "#", "#,#", "#").Replace(text)
}

// Axes gives the measures whose axis has no end one that all values of the sets fit in:
// a round number.
func Axes(sets [][]Figure) []Measure {
	if len(sets) == 0 {
		return nil
	}
	var list []Measure
	for i, f := range sets[0] {
		m := f.Measure
		low, high := math.Inf(1), math.Inf(-1)
		for _, set := range sets {
			if v := set[i].Value; v.Known {
				low, high = min(low, v.Value), max(high, v.Value)
			}
		}
		if math.IsInf(low, 0) {
			low, high = 0, 1
		}
		if !m.Low.Known {
			m.Low = results.Num(-round(-low), true)
		}
		if !m.High.Known {
			m.High = results.Num(round(max(high, m.Low.Value+1e-6)), true)
		}
		list = append(list, m)
	}
	return list
}

// round is the next number with one digit that is no smaller.
func round(x float64) float64 {
	if x <= 0 {
		if x == 0 {
			return 0
		}
		scale := math.Pow(10, math.Floor(math.Log10(-x)))
		return -math.Floor(-x/scale) * scale
	}
	scale := math.Pow(10, math.Floor(math.Log10(x)))
	return math.Ceil(x/scale-1e-9) * scale
}
