package published

import (
	"math"

	"github.com/autodatabench/autodatabench/results"
)

// The sizes that the search of [Tables.Sizes] tries.
const (
	fewestItems = 50
	mostItems   = 2_000
)

// Size is a private set's size as the printed accuracies imply it: Rounded of
// them are k/Items rounded to the printed digits, Truncated only cut off, and
// Unexplained neither.
type Size struct {
	Domain                                   results.Domain
	Items                                    int
	Printed, Rounded, Truncated, Unexplained int
}

// Sizes infers the size of each domain's private set from its accuracies, of
// runs and of the base, in the order of Table 3. Of all sizes it is the one
// whose fractions explain more of the accuracies than chance would, by the
// likelihood ratio: a large set explains anything, a small one little.
func (t Tables) Sizes() []Size {
	var sizes []Size
	for _, b := range t.Base {
		accuracies := []Decimal{b.Accuracy}
		for _, r := range t.Raw {
			if r.Domain == b.Domain {
				accuracies = append(accuracies, r.Accuracy)
			}
		}
		best, surprise := Size{}, 0.0
		for items := fewestItems; items <= mostItems; items++ {
			s := explained(b.Domain, items, accuracies)
			if g := s.surprise(accuracies); g > surprise {
				best, surprise = s, g
			}
		}
		if surprise > 0 {
			sizes = append(sizes, best)
		}
	}
	return sizes
}

func explained(d results.Domain, items int, accuracies []Decimal) Size {
	s := Size{Domain: d, Items: items, Printed: len(accuracies)}
	for _, a := range accuracies {
		switch _, fit := a.Count(items); fit {
		case Rounded:
			s.Rounded++
		case Truncated:
			s.Truncated++
		default:
			s.Unexplained++
		}
	}
	return s
}

// surprise is the logarithm of the likelihood ratio between the share that is
// explained and the share that would be by chance, 0 if it is no higher: each of
// the fractions explains two printed values, one rounded and one cut off.
func (s Size) surprise(accuracies []Decimal) float64 {
	places := 0
	for _, a := range accuracies {
		places = max(places, a.Places)
	}
	chance := math.Min(2*float64(s.Items)/(100*math.Pow10(places)), 0.999)
	n := float64(s.Printed)
	share := (n - float64(s.Unexplained)) / n
	if share <= chance {
		return 0
	}
	g := n * share * math.Log(share/chance)
	if share < 1 {
		g += n * (1 - share) * math.Log((1-share)/(1-chance))
	}
	return g
}

// counts gives, for an accuracy of the domain, the correct answers of the
// inferred set: of one that is no fraction of it the nearest. It is the zero
// score for a domain without a size.
func counts(sizes []Size, d results.Domain, accuracy Decimal) results.Score {
	for _, s := range sizes {
		if s.Domain != d {
			continue
		}
		correct, fit := accuracy.Count(s.Items)
		if fit == NoFit {
			correct = min(s.Items, int(math.Round(accuracy.Value*float64(s.Items)/100)))
		}
		return results.Score{Correct: correct, Total: s.Items}
	}
	return results.Score{}
}
