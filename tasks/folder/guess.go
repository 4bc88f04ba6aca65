package folder

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/tasks/evaluators"
	"github.com/autodatabench/autodatabench/tasks/number"
)

// Guessed is how answers are judged, and what they look like.
type Guessed struct {
	Evaluator evaluators.Spec `json:"-"`
	Answers   int             `json:"answers"`
	Distinct  int             `json:"distinct"`
	Numbers   int             `json:"numbers"`
	Whole     int             `json:"whole"`     // of the numbers
	Currency  int             `json:"currency"`  // with a currency sign, which is dropped
	Percent   int             `json:"percent"`   // with a percent sign, which is dropped
	Fractions int             `json:"fractions"` // such as 5/6
	Short     int             `json:"short"`     // texts of a few words
}

// shortText is how many words a short text has at most.
const shortText = 5

var (
	money    = regexp.MustCompile(`\p{Sc}`)
	fraction = regexp.MustCompile(`\d/\d|\\frac`)
)

// Guess chooses an evaluator by what most answers look like: numbers, a few choices,
// short texts or long ones. Numbers among which single answers are none are numbers;
// [CheckPairs] names the others.
func Guess(pairs []Pair) Guessed {
	g := Guessed{Answers: len(pairs)}
	seen := map[string]bool{}
	for _, p := range pairs {
		g.count(p.Value.Answer)
		seen[p.Value.Answer] = true
	}
	distinct := slices.Sorted(maps.Keys(seen))
	g.Distinct = len(distinct)
	choice := evaluators.Spec{Kind: "choice", Choices: distinct}
	_, err := evaluators.Open(choice)
	switch {
	case 2*g.Numbers > g.Answers && g.Whole == g.Numbers:
		g.Evaluator = evaluators.Spec{Kind: "numeric"}
	case 2*g.Numbers > g.Answers:
		g.Evaluator = evaluators.Spec{Kind: "numeric", RelativeTolerance: 0.01}
	case err == nil && 4*len(distinct) <= len(pairs):
		g.Evaluator = choice
	case g.Short == g.Answers:
		g.Evaluator = evaluators.Spec{Kind: "contains", IgnoreCase: true}
	default:
		g.Evaluator = evaluators.Spec{Kind: "exact", IgnoreCase: true}
	}
	return g
}

func (g *Guessed) count(answer string) {
	n, err := number.Parse(answer)
	if err != nil {
		if len(strings.Fields(answer)) <= shortText {
			g.Short++
		}
		return
	}
	g.Numbers++
	for _, form := range []struct {
		count *int
		has   bool
	}{
		{&g.Whole, n.Whole}, {&g.Currency, money.MatchString(answer)},
		{&g.Percent, strings.Contains(answer, "%")}, {&g.Fractions, fraction.MatchString(answer)},
	} {
		if form.has {
			*form.count++
		}
	}
}
