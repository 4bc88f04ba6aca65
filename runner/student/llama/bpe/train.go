package bpe

import (
	"cmp"
	"iter"
	"slices"
)

// Train learns a vocabulary of at most size tokens with the pattern [SpacedDigits]:
// first the special tokens, then the 256 bytes, then merges, most frequent pair
// first and among equals the pair of lowest tokens. It returns fewer tokens
// when every piece of the texts has become one. The result depends on the texts
// and not on their order. It panics on special tokens that are empty or equal.
func Train(texts iter.Seq[string], size int, specials []string) *Tokenizer {
	tokens := slices.Clone(specials)
	special := make(map[string]int, len(specials))
	for id, name := range specials {
		if _, twice := special[name]; twice || name == "" {
			panic("bpe: special tokens must be different and not empty")
		}
		special[name] = id
	}
	first := len(tokens)
	for _, b := range byteOrder() {
		tokens = append(tokens, string([]byte{b}))
	}
	id := make(map[string]int, size)
	var byByte [256]int
	for i, token := range tokens[first:] {
		id[token], byByte[token[0]] = first+i, first+i
	}
	l := newLearner(countPieces(texts), byByte)
	var merges []merge
	for len(tokens) < size {
		best, ok := l.best()
		if !ok {
			break
		}
		token := tokens[best.left] + tokens[best.right]
		if _, taken := special[token]; taken {
			delete(l.counts, best) // a text that spells a special token
			continue
		}
		result, known := id[token]
		if !known {
			result = len(tokens)
			tokens, id[token] = append(tokens, token), result
		}
		merges = append(merges, merge{best, result})
		l.apply(merges[len(merges)-1])
	}
	t, err := build(SpacedDigits, tokens, special, merges)
	if err != nil {
		panic("bpe: " + err.Error())
	}
	return t
}

func countPieces(texts iter.Seq[string]) map[string]int {
	counts := make(map[string]int)
	for text := range texts {
		for len(text) > 0 {
			n := SpacedDigits.next(text)
			counts[text[:n]]++
			text = text[n:]
		}
	}
	return counts
}

// learner keeps the counts of pairs up to date while merges are applied.
type learner struct {
	words  [][]int
	weight []int
	counts map[pair]int
	places map[pair][]int // words that have held the pair; some no longer do
}

func newLearner(pieces map[string]int, byByte [256]int) *learner {
	l := &learner{counts: make(map[pair]int), places: make(map[pair][]int)}
	texts := make([]string, 0, len(pieces))
	for text := range pieces {
		texts = append(texts, text)
	}
	slices.Sort(texts)
	for _, text := range texts {
		word := make([]int, len(text))
		for i := range len(text) {
			word[i] = byByte[text[i]]
		}
		l.words, l.weight = append(l.words, word), append(l.weight, pieces[text])
		l.count(len(l.words)-1, 1)
	}
	return l
}

// count adds a word's pairs to the counts, or takes them away with sign -1.
func (l *learner) count(w, sign int) {
	word := l.words[w]
	for i := range len(word) - 1 {
		p := pair{word[i], word[i+1]}
		l.counts[p] += sign * l.weight[w]
		if l.counts[p] == 0 {
			delete(l.counts, p)
		}
		if places := l.places[p]; sign > 0 && (len(places) == 0 || places[len(places)-1] != w) {
			l.places[p] = append(places, w)
		}
	}
}

func (l *learner) best() (best pair, ok bool) {
	top := 0
	for p, n := range l.counts {
		if n > top || n == top && compare(p, best) < 0 {
			best, top = p, n
		}
	}
	return best, top > 0
}

func compare(a, b pair) int {
	return cmp.Or(cmp.Compare(a.left, b.left), cmp.Compare(a.right, b.right))
}

func (l *learner) apply(m merge) {
	places := slices.Clone(l.places[m.pair])
	delete(l.places, m.pair)
	slices.Sort(places)
	for _, w := range slices.Compact(places) {
		l.count(w, -1)
		l.words[w] = join(l.words[w], m)
		l.count(w, 1)
	}
}

// join replaces every occurrence of the pair, leftmost first.
func join(word []int, m merge) []int {
	out := word[:0]
	for i := 0; i < len(word); i++ {
		if i+1 < len(word) && word[i] == m.left && word[i+1] == m.right {
			out = append(out, m.result)
			i++
			continue
		}
		out = append(out, word[i])
	}
	return out
}
