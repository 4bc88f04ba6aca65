package audit

import (
	"cmp"
	"slices"
)

const (
	shingle     = 4   // tokens of a run by which texts are found
	mostAnchors = 8   // runs of a text that are looked up
	mostHolders = 256 // texts that a run may stand in to be looked up: what more have is a manner of speaking
)

// likeness is how far a text holds another.
type likeness int

const (
	no likeness = iota
	near
	exact
)

// nearShare of a text's words has to be in another that it is near to, each with a
// neighbour. All of the text's numbers must be there besides, but for 1, 2, 3 and so on, once
// each, with which a program may have numbered lines. Of a short answer the numbers are
// enough: "Answer: 63" may become a sentence.
const (
	nearShare   = 0.5
	shortAnswer = 8   // tokens
	fewNumbers  = 4   // of an answer that is told by its numbers
	orderShare  = 0.9 // of them that are in the order of the call
)

// part is a question or an answer of rows, once for all rows that have it.
type part struct {
	tokens  []token
	numbers []token // sorted
	needed  []token // of them, those that a text near to it has
	grams   []gram  // runs by which it is found
	pairs   []gram  // of neighbouring words
	rows    []int   // distinct rows that have it
}

func newPart(text string) *part {
	p := &part{tokens: tokens(text)}
	p.numbers, p.grams, p.pairs = numbers(p.tokens), grams(p.tokens, shingle), grams(p.tokens, 2)
	p.needed = unnumbered(p.numbers)
	return p
}

// document is a text that parts are looked for in: an answer, a request, a program.
type document struct {
	tokens  []token
	numbers []token
	pairs   map[gram]bool // made when a part is not there as a whole
}

func newDocument(text string) *document { return &document{tokens: tokens(text)} }

// holds is how far the document holds the part.
func (d *document) holds(p *part, share float64) likeness {
	switch {
	case len(p.tokens) == 0:
		return no
	case find(d.tokens, p.tokens) >= 0:
		return exact
	case len(p.tokens) < shingle || !d.hasNumbers(p):
		return no
	}
	if float64(d.shared(p)) >= share*float64(len(p.tokens)) {
		return near
	}
	return no
}

// shared counts the words of the part that the document has with one of their
// neighbours.
func (d *document) shared(p *part) (n int) {
	last := -1 // word that was counted last
	for i, g := range p.pairs {
		if d.pairs[g] {
			n += i + 1 - max(last, i-1)
			last = i + 1
		}
	}
	return n
}

// hasNumbers reports whether the numbers of the part are in the document.
func (d *document) hasNumbers(p *part) bool {
	if d.pairs == nil {
		d.pairs, d.numbers = map[gram]bool{}, numbers(d.tokens)
		for _, g := range grams(d.tokens, 2) {
			d.pairs[g] = true
		}
	}
	return holdsAll(d.numbers, p.needed)
}

// answers is how far the document holds the answer of a row. In a worked solution the
// numbers tell: with all of them there, in one order, the words around them may be the
// program's.
func (d *document) answers(p *part) likeness {
	found := d.holds(p, nearShare)
	if found != no || len(p.needed) == 0 || !d.hasNumbers(p) {
		return found
	}
	if len(p.tokens) < shortAnswer || len(p.needed) >= fewNumbers && float64(inOrder(p.tokens, d.tokens)) >= orderShare*float64(len(p.needed)) {
		return near
	}
	return no
}

// index finds the parts that a document may hold. It is made of the rows, which are
// few, so that the answers, which are many, are read once and kept nowhere.
type index struct {
	parts   []*part
	anchors map[gram][]int32 // parts
	maybe   []uint64         // bits of the anchors' hashes, asked first
	short   map[int]bool     // lengths of parts that are shorter than a run
}

const maybeBits = 1 << 22

func newIndex(parts []*part) *index {
	x := &index{parts: parts, anchors: map[gram][]int32{}, maybe: make([]uint64, maybeBits/64), short: map[int]bool{}}
	holders := map[gram]int{}
	for _, p := range parts {
		for _, g := range distinct(p.grams) {
			holders[g]++
		}
	}
	for i, p := range parts {
		if n := len(p.tokens); n < 2 { // a lone word is looked for only beside the other part of its row
			continue
		} else if n < shingle {
			x.short[n] = true
		}
		list := distinct(p.grams)
		slices.SortStableFunc(list, func(a, b gram) int { return cmp.Or(cmp.Compare(holders[a], holders[b]), cmp.Compare(a, b)) })
		for _, g := range list[:min(mostAnchors, len(list))] {
			if holders[g] > mostHolders {
				break
			}
			x.anchors[g] = append(x.anchors[g], int32(i))
			x.maybe[g%maybeBits/64] |= 1 << (g % 64)
		}
	}
	return x
}

func distinct(list []gram) []gram {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

// candidates are the parts that have a run in common with the document, each once.
func (x *index) candidates(list []token, seen map[int32]bool) {
	look := func(g gram) {
		if x.maybe[g%maybeBits/64]&(1<<(g%64)) == 0 {
			return
		}
		for _, i := range x.anchors[g] {
			seen[i] = true
		}
	}
	for i := 0; i+shingle <= len(list); i++ {
		look(gramOf(list[i : i+shingle]))
	}
	for n := range x.short {
		for i := 0; i+n <= len(list); i++ {
			look(gramOf(list[i : i+n]))
		}
	}
}
