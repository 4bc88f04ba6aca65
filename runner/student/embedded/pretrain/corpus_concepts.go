package pretrain

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// concept is what one word means: the words and phrases that may stand for it in
// a question. People word the same problem in many ways; a student that has met
// "sales" and "turnover" in the same places takes one for the other.
type concept []string

// thesaurus.txt holds a concept a line, its words and phrases separated by
// commas: the vocabulary of school problems, collected by hand without sight of
// the private set.
//
//go:embed thesaurus.txt
var thesaurus string

// concepts are those of the thesaurus, and each of the suite's words that is not
// in it alone.
var concepts = sync.OnceValue(func() []concept {
	var all []concept
	known := map[string]bool{}
	for line := range strings.Lines(thesaurus) {
		c := concept(strings.Split(strings.TrimSpace(line), ", "))
		for _, word := range c {
			known[word] = true
		}
		all = append(all, c)
	}
	for _, word := range suiteWords() {
		if word = strings.ToLower(word); !known[word] {
			known[word] = true
			all = append(all, concept{word})
		}
	}
	return all
})

// conceptOf is the concept that the word belongs to, at least itself.
func (g *gen) conceptOf(word string) concept {
	if i := slices.IndexFunc(g.concepts, func(c concept) bool { return slices.Contains(c, word) }); i >= 0 {
		return g.concepts[i]
	}
	return concept{word}
}

// say names each concept by one of its words.
func (g *gen) say(concepts []concept) []string {
	said := make([]string, len(concepts))
	for i, c := range concepts {
		said[i] = pick(g, c)
	}
	return said
}
