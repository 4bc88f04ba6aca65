package audit

import (
	"slices"

	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/tasks"
)

const (
	shortestRun  = 8   // tokens of a run that is counted as shared
	copyShare    = 0.9 // of an item in one run that make a row its copy
	wordShare    = 0.5 // of an item's own words that a paraphrase has
	fewWords     = 0.2 // of them where it ends in the item's answer, too
	commonShare  = 0.1 // of the items, in which a word is a manner of speaking
	mostMatching = 64  // places of one run that are looked at
)

// item is a question of a set.
type item struct {
	*part
	words  map[token]bool // those that few items have
	answer []token
}

// place is where a run begins.
type place struct{ item, at int32 }

// set is a set of questions in the forms in which rows are compared with them.
type set struct {
	items    []item
	whole    map[gram]bool    // questions
	masked   map[gram]bool    // questions, numbers aside
	runs     map[gram][]place // of shortestRun tokens
	shadows  map[gram][]place // the same, numbers aside
	literal  map[gram][]int   // items by their numbers
	sketches *sketches
	masks    [][]token
}

// newSet reads questions with their answers; there may be none.
func newSet(questions, answers []string) *set {
	s := &set{
		whole: map[gram]bool{}, masked: map[gram]bool{}, runs: map[gram][]place{}, shadows: map[gram][]place{}, literal: map[gram][]int{},
	}
	holders := map[token]int{}
	for i, q := range questions {
		it := item{part: newPart(q), words: map[token]bool{}}
		if answers != nil {
			it.answer = tokens(answers[i])
		}
		for _, t := range it.tokens {
			if !t.number() && !it.words[t] {
				it.words[t] = true
				holders[t]++
			}
		}
		s.items = append(s.items, it)
	}
	var sums []sketch
	for i, it := range s.items {
		for w := range it.words {
			if float64(holders[w]) > 1+commonShare*float64(len(s.items)) {
				delete(it.words, w)
			}
		}
		m := mask(it.tokens)
		s.masks = append(s.masks, m)
		s.whole[gramOf(it.tokens)], s.masked[gramOf(m)] = true, true
		addRuns(s.runs, it.tokens, i)
		addRuns(s.shadows, m, i)
		if len(it.numbers) > 1 {
			g := gramOf(it.numbers)
			s.literal[g] = append(s.literal[g], i)
		}
		sums = append(sums, sketchOf(it.grams))
	}
	s.sketches = newSketches(sums)
	return s
}

func publicSet(list []tasks.Item) *set {
	answers := make([]string, len(list))
	for i, it := range list {
		answers[i] = it.Answer
	}
	return newSet(itemsOf(list), answers)
}

func addRuns(into map[gram][]place, list []token, i int) {
	if len(list) < shortestRun {
		return
	}
	for at, g := range grams(list, shortestRun) {
		if len(into[g]) < mostMatching {
			into[g] = append(into[g], place{int32(i), int32(at)})
		}
	}
}

// longest is the longest run of tokens that the list has in common with an item, and
// the largest share of an item that such a run is.
func longest(list []token, runs map[gram][]place, text func(item int32) []token) (tokens int, share float64) {
	if len(list) < shortestRun {
		return 0, 0
	}
	for i, g := range grams(list, shortestRun) {
		for _, p := range runs[g] {
			other, j := text(p.item), int(p.at)
			if i > 0 && j > 0 && list[i-1] == other[j-1] {
				continue // the run began before
			}
			n := 0
			for i+n < len(list) && j+n < len(other) && list[i+n] == other[j+n] {
				n++
			}
			tokens, share = max(tokens, n), max(share, float64(n)/float64(len(other)))
		}
	}
	return tokens, share
}

func (s *set) text(i int32) []token { return s.items[i].tokens }

// copy reports whether the question is an item's, whole or nearly.
func (s *set) copy(q *part) bool {
	if s.whole[gramOf(q.tokens)] {
		return true
	}
	if _, share := longest(q.tokens, s.runs, s.text); share >= copyShare && share < 1 {
		return s.sameNumbers(q)
	} else if share == 1 { // an item with a text around it
		return true
	}
	return false
}

// copies reports whether the prompt of the entry, or a part of it, is an item's question.
func (s *set) copies(e *entry) bool { return slices.ContainsFunc(e.prompts, s.copy) }

// sameNumbers reports whether an item has the question's numbers, order aside.
func (s *set) sameNumbers(q *part) bool { return len(s.literal[gramOf(q.numbers)]) > 0 }

// paraphrases reports whether the entry is an item in other words: its numbers, and either
// many of its own words or some of them and its answer.
func (s *set) paraphrases(e *entry) bool {
	return slices.ContainsFunc(e.prompts, func(q *part) bool {
		return slices.ContainsFunc(s.literal[gramOf(q.numbers)], func(i int) bool { return s.items[i].paraphrased(q, e.answer) })
	})
}

func (it item) paraphrased(question, answer *part) bool {
	shared := 0
	for w := range it.words {
		if slices.Contains(question.tokens, w) {
			shared++
		}
	}
	share := float64(shared) / float64(max(1, len(it.words)))
	return share >= wordShare || share >= fewWords && len(it.answer) > 0 && find(answer.tokens, it.answer) >= 0
}

// overlap counts what the rows share with the set.
func (s *set) overlap(entries []*entry) record.Overlap {
	o := record.Overlap{Items: len(s.items)}
	count := func(n *int, e *entry, is bool) {
		if is {
			*n += len(e.rows)
		}
	}
	for _, e := range entries {
		m := mask(e.question.tokens)
		run, _ := longest(e.prompts[0].tokens, s.runs, s.text)
		shadow, _ := longest(m, s.shadows, func(i int32) []token { return s.masks[i] })
		o.Longest, o.Masked = max(o.Longest, run), max(o.Masked, shadow)
		copied := s.copies(e)
		count(&o.Copies, e, copied)
		count(&o.Paraphrases, e, !copied && s.paraphrases(e))
		count(&o.Shadows, e, !copied && s.masked[gramOf(m)])
		count(&o.Near, e, s.sketches.near(sketchOf(e.question.grams)))
		count(&o.Runs, e, run >= shortestRun)
	}
	return o
}
