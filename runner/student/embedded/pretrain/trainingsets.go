package pretrain

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// TrainingSet is a set of known quality.
type TrainingSet struct {
	Name string
	Rows []results.Row
}

// wrongShare is the percentage of rows, or of families, that a flawed set has
// wrong.
const wrongShare = 40

// TrainingSets draws sets of n rows of the domain from its families' open
// split, in public wordings: a perfect one, and one for each flaw that the
// student must punish. A family has its share of the rows by its weight, and its
// wordings are equally frequent.
func TrainingSets(domain results.Domain, n int, seed uint64) []TrainingSet {
	families := mini.Families(domain)
	flawed := func(name string, only int, flaw func(g *gen, family int, s mini.Solution) mini.Solution, format func(string) string) TrainingSet {
		g := newGen(seed)
		set := TrainingSet{Name: name}
		for at, wordings := range g.balanced(families[:only], n) {
			for _, wording := range wordings {
				q, s := g.solvedAs(families[at], wording)
				set.Rows = append(set.Rows, results.Row{Instruction: q, Output: format(mini.Response(domain, flaw(g, at, s)))})
			}
		}
		return set
	}
	same := func(text string) string { return text }
	none := func(_ *gen, _ int, s mini.Solution) mini.Solution { return s }
	all := len(families)
	return []TrainingSet{
		flawed("perfect", all, none, same),
		flawed("40 % wrong numbers", all, func(g *gen, _ int, s mini.Solution) mini.Solution {
			if g.chance(wrongShare) {
				return g.wrongNumber(s)
			}
			return s
		}, same),
		flawed("40 % of families wrong", all, func(_ *gen, family int, s mini.Solution) mini.Solution {
			if family%5 < 2 {
				return wrongRule(s)
			}
			return s
		}, same),
		flawed("three families", 3, none, same),
		flawed("wrong format", all, none, func(text string) string {
			at := strings.LastIndex(text, "\n")
			last := text[at+1:]
			for _, open := range []string{`\boxed{`, "the answer is ", " == "} {
				if _, value, ok := strings.Cut(last, open); ok {
					return text[:at+1] + "Result " + strings.TrimRight(value, ".}")
				}
			}
			return text
		}),
	}
}

// balanced deals n rows to the families by weight and, within a family, to its
// wordings in turn, beginning anywhere: the wordings of each family's rows.
func (g *gen) balanced(families []*mini.Family, n int) [][]string {
	total := 0
	for _, f := range families {
		total += f.Weight
	}
	dealt, seen := make([][]string, len(families)), 0
	for i, f := range families {
		share := n*(seen+f.Weight)/total - n*seen/total
		seen += f.Weight
		first := g.IntN(len(f.Wording))
		for k := range share {
			dealt[i] = append(dealt[i], f.Wording[(first+k)%len(f.Wording)])
		}
	}
	return dealt
}

// wrongNumber changes the first digit of a number of the answer, beyond every
// tolerance, in the last step too where the answer stands there; truth values
// flip and strings lose their first letter.
func (g *gen) wrongNumber(s mini.Solution) mini.Solution {
	places := leadingDigits.FindAllStringIndex(s.Answer, -1)
	if len(places) == 0 || strings.HasPrefix(s.Answer, "'") {
		return replaceAnswer(s, otherText(s.Answer))
	}
	b := []byte(s.Answer)
	at := pick(g, places)[0]
	b[at] = '1' + (b[at]-'0'+byte(g.between(0, 7)))%9
	return replaceAnswer(s, string(b))
}

var leadingDigits = regexp.MustCompile(`\b\d`)

var lastStep = regexp.MustCompile(`(-?[\d.]+) ([-+*/]) (-?[\d.]+) = -?[\d.]+$`)

// wrongRule is what a consistent misunderstanding gives: the last operation is
// exchanged (+ with -, * with /); answers without one are one too large, lists
// the other way round.
func wrongRule(s mini.Solution) mini.Solution {
	if n := len(s.Steps); n > 0 && s.Call == "" {
		if m := lastStep.FindStringSubmatch(s.Steps[n-1]); m != nil {
			a, okA := mini.ParseDec(m[1])
			b, okB := mini.ParseDec(m[3])
			swap := map[string]string{"+": " - ", "-": " + ", "*": " / ", "/": " * "}
			if o, ok := apply(a, swap[m[2]], b); ok && okA && okB {
				steps := append([]string{}, s.Steps...)
				steps[n-1] = strings.TrimSuffix(s.Steps[n-1], m[0]) + o.text
				return mini.Solution{Steps: steps, Answer: o.result.String(), Call: s.Call}
			}
		}
	}
	if xs, ok := mini.ParseList(s.Answer); ok {
		for i := range xs {
			xs[i]++
		}
		return replaceAnswer(s, mini.FormatList(xs))
	}
	if d, ok := mini.ParseDec(s.Answer); ok {
		return replaceAnswer(s, (d + one).String())
	}
	return replaceAnswer(s, otherText(s.Answer))
}

func otherText(answer string) string {
	if b, err := strconv.ParseBool(answer); err == nil {
		return title(!b)
	}
	if strings.HasPrefix(answer, "'") && len(answer) > 3 {
		return "'" + answer[2:]
	}
	return answer + " or more"
}

func replaceAnswer(s mini.Solution, answer string) mini.Solution {
	steps := append([]string{}, s.Steps...)
	if n := len(steps); n > 0 && strings.HasSuffix(steps[n-1], "= "+s.Answer) {
		steps[n-1] = strings.TrimSuffix(steps[n-1], s.Answer) + answer
	}
	return mini.Solution{Steps: steps, Answer: answer, Call: s.Call}
}
