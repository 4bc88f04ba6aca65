package pretrain

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

var phrase = regexp.MustCompile(`^[a-z]+( [a-z]+){0,2}$`)

func TestThesaurusIsWellFormed(t *testing.T) {
	line := map[string]int{}
	n := 0
	for text := range strings.Lines(thesaurus) {
		n++
		words := strings.Split(strings.TrimSpace(text), ", ")
		if len(words) < 3 {
			t.Errorf("line %d: %d words, want at least 3", n, len(words))
		}
		for _, word := range words {
			if !phrase.MatchString(word) {
				t.Errorf("line %d: %q is no word or short phrase in lower case", n, word)
			}
			if line[word] > 0 {
				t.Errorf("line %d: %q is in line %d too", n, word, line[word])
			}
			line[word] = n
		}
	}
}

// A family's questions name its concepts by different words, and no two numbers
// of a question go by the same one unless their order tells them apart.
func TestQuestionsVaryTheirWords(t *testing.T) {
	g := newGen(9)
	f := &invention{subject: g.concepts[:subjectWords], cues: []cue{{words: concept{"price", "cost", "fee"}}, {words: concept{"rate"}, unit: "%"}}}
	said := map[string]bool{}
	orders := map[bool]bool{}
	for range 200 {
		q := g.question(f)
		for _, word := range f.cues[0].words {
			said[word] = said[word] || strings.Contains(q, word)
		}
		orders[strings.Index(q, "{0}") < strings.Index(q, "{1}")] = true
		if !strings.Contains(q, "{1}%") || !strings.Contains(q, "{0}") {
			t.Fatalf("a number is missing: %q", q)
		}
	}
	if len(said) != 3 || !said["price"] || !said["cost"] || !said["fee"] {
		t.Errorf("words said: %v, want all three", said)
	}
	if len(orders) != 2 {
		t.Error("the numbers always come in the same order")
	}
	if !alike([]cue{f.cues[0], f.cues[0]}) || alike(f.cues) {
		t.Error("alike does not tell cues apart")
	}
}

func TestConceptOf(t *testing.T) {
	g := newGen(9)
	for _, word := range []string{"revenue", "turnover"} {
		if !slices.Contains(g.conceptOf(word), "sales") {
			t.Errorf("%q is not interchangeable with sales: %v", word, g.conceptOf(word))
		}
	}
	if got := g.conceptOf("Qx"); !slices.Equal(got, concept{"Qx"}) {
		t.Errorf("an unknown word's concept is %v", got)
	}
}
