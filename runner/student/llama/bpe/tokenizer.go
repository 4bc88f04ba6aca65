package bpe

import (
	"cmp"
	"container/heap"
	"fmt"
	"slices"
	"strings"
)

// Tokenizer turns text into tokens and back. It does not change once made and
// may be used concurrently.
type Tokenizer struct {
	pattern  Pattern
	tokens   []string       // bytes of each token; of a special token, its name
	special  map[string]int // by name
	isAdded  []bool         // special, by id
	bytes    [256]int       // token of each byte
	merges   []merge        // by rank
	rank     map[pair]int
	chat     *chatTokens // nil without the chat format's special tokens
	whole    map[string]int
	useWhole bool // ignore_merges: a piece that is a token is not merged
}

// pair is two neighbouring tokens.
type pair struct{ left, right int }

type merge struct {
	pair
	result int
}

// Size is the number of tokens, special ones included.
func (t *Tokenizer) Size() int { return len(t.tokens) }

// Encode returns the tokens of the text, none of them special whatever it says.
func (t *Tokenizer) Encode(text string) []int {
	ids := make([]int, 0, len(text)/2+1)
	var w word
	for len(text) > 0 {
		n := t.pattern.next(text)
		ids = t.encodePiece(ids, text[:n], &w)
		text = text[n:]
	}
	return ids
}

// Decode returns the text of the tokens. Special tokens and numbers outside the
// vocabulary have none; bytes that are no UTF-8 become U+FFFD.
func (t *Tokenizer) Decode(ids []int) string {
	var b strings.Builder
	for _, id := range ids {
		if id >= 0 && id < len(t.tokens) && !t.isAdded[id] {
			b.WriteString(t.tokens[id])
		}
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD")
}

// encodePiece appends the tokens of one piece.
func (t *Tokenizer) encodePiece(ids []int, piece string, w *word) []int {
	if t.useWhole {
		if id, ok := t.whole[piece]; ok {
			return append(ids, id)
		}
	}
	if len(piece) == 1 {
		return append(ids, t.bytes[piece[0]])
	}
	w.load(t, piece)
	for w.queue.Len() > 0 {
		w.apply(t, heap.Pop(&w.queue).(candidate))
	}
	for i := 0; i >= 0; i = w.symbols[i].next {
		ids = append(ids, w.symbols[i].id)
	}
	return ids
}

// word is a piece on its way: a linked list of symbols and a queue of merges,
// so that a long piece takes n log n and not n squared.
type word struct {
	symbols []symbolNode
	queue   candidates
}

type symbolNode struct{ id, previous, next int } // id -1: merged away; -1 ends the list

// candidate is a merge of the symbol at a position with the one after it.
type candidate struct {
	rank, at int
	pair     pair
}

// candidates is a heap: lowest rank first, then leftmost.
type candidates []candidate

func (c candidates) Len() int { return len(c) }
func (c candidates) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(c[i].rank, c[j].rank), cmp.Compare(c[i].at, c[j].at)) < 0
}
func (c candidates) Swap(i, j int) { c[i], c[j] = c[j], c[i] }

// Push implements heap.Interface.
func (c *candidates) Push(x any) { *c = append(*c, x.(candidate)) }

// Pop implements heap.Interface.
func (c *candidates) Pop() any {
	last := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return last
}

func (w *word) load(t *Tokenizer, piece string) {
	w.symbols, w.queue = w.symbols[:0], w.queue[:0]
	for i := range len(piece) {
		w.symbols = append(w.symbols, symbolNode{t.bytes[piece[i]], i - 1, i + 1})
	}
	w.symbols[len(piece)-1].next = -1
	for i := range len(piece) - 1 {
		w.offer(t, i)
	}
}

// offer queues the merge at a position if there is one.
func (w *word) offer(t *Tokenizer, at int) {
	if at < 0 || w.symbols[at].next < 0 {
		return
	}
	p := pair{w.symbols[at].id, w.symbols[w.symbols[at].next].id}
	if rank, ok := t.rank[p]; ok {
		heap.Push(&w.queue, candidate{rank, at, p})
	}
}

// apply merges at the candidate's position unless its symbols have changed.
func (w *word) apply(t *Tokenizer, c candidate) {
	s := &w.symbols[c.at]
	if s.id != c.pair.left || s.next < 0 || w.symbols[s.next].id != c.pair.right {
		return
	}
	gone := s.next
	s.id, s.next = t.merges[c.rank].result, w.symbols[gone].next
	w.symbols[gone].id = -1
	if s.next >= 0 {
		w.symbols[s.next].previous = c.at
	}
	w.offer(t, s.previous)
	w.offer(t, c.at)
}

// build completes a tokenizer from its tokens (special ones under their names),
// the ids of the special ones and its merges.
func build(pattern Pattern, tokens []string, special map[string]int, merges []merge) (*Tokenizer, error) {
	t := &Tokenizer{
		pattern: pattern, tokens: tokens, special: special, merges: merges,
		isAdded: make([]bool, len(tokens)), rank: make(map[pair]int, len(merges)), whole: make(map[string]int, len(tokens)),
	}
	for _, id := range special {
		t.isAdded[id] = true
	}
	for id, token := range tokens {
		if t.isAdded[id] {
			continue
		}
		if _, twice := t.whole[token]; twice {
			return nil, fmt.Errorf("two tokens for %q", token)
		}
		t.whole[token] = id
	}
	for b := range 256 {
		id, ok := t.whole[string([]byte{byte(b)})]
		if !ok {
			return nil, fmt.Errorf("no token for byte 0x%02x", b)
		}
		t.bytes[b] = id
	}
	for rank, m := range merges {
		if _, twice := t.rank[m.pair]; !twice {
			t.rank[m.pair] = rank
		}
	}
	t.chat = newChatTokens(t)
	return t, nil
}

// Specials lists the names of the special tokens in the order of their ids.
func (t *Tokenizer) Specials() []string {
	names := make([]string, 0, len(t.special))
	for name := range t.special {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(t.special[a], t.special[b]) })
	return names
}
