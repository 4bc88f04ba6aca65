package mini

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/autodatabench/autodatabench/results"
)

var matchers = sync.OnceValue(func() map[results.Domain][]matcher {
	all := map[results.Domain][]matcher{}
	for d, families := range catalog() {
		for _, f := range families {
			for _, wording := range f.Wording {
				all[d] = append(all[d], newMatcher(f, wording))
			}
		}
	}
	return all
})

// Recognise finds a question of the domain in a public wording anywhere in
// text. Of several it is the one that begins last: a prompt shows its examples
// before its question.
func Recognise(d results.Domain, text string) (Instance, bool) {
	var last Instance
	at := -1
	for _, m := range matchers()[d] {
		if i, start, ok := m.findLast(text); ok && start > at {
			last, at = i, start
		}
	}
	return last, at >= 0
}

// FindTopic returns the families whose topic the text names, as whole words and
// in any case; when it names none, those whose area it names. Words that name a
// longer topic do not name a shorter one besides.
func FindTopic(d results.Domain, text string) []*Family {
	topics := named(catalog()[d], text, func(f *Family) string { return f.Topic })
	if len(topics) > 0 {
		return topics
	}
	return named(catalog()[d], text, func(f *Family) string { return f.Area })
}

// named returns the families whose term stands in the text, in their order.
func named(families []*Family, text string, term func(f *Family) string) []*Family {
	var terms []string
	for _, f := range families {
		terms = append(terms, plainWords(term(f)))
	}
	byLength := slices.Clone(terms)
	slices.SortStableFunc(byLength, func(a, b string) int { return len(b) - len(a) })
	words, found := plainWords(text), map[string]bool{}
	for _, t := range byLength {
		if strings.Contains(words, t) {
			found[t] = true
			words = strings.ReplaceAll(words, t, " ; ")
		}
	}
	var out []*Family
	for i, f := range families {
		if found[terms[i]] {
			out = append(out, f)
		}
	}
	return out
}

// plainWords lowers text to its words, apostrophes and a final s dropped, with
// single spaces between and around them: "Ohm's laws" is " ohm law ".
func plainWords(text string) string {
	text = strings.NewReplacer("'", "", "’", "").Replace(strings.ToLower(text))
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range words {
		words[i] = strings.TrimSuffix(w, "s")
	}
	return " " + strings.Join(words, " ") + " "
}
