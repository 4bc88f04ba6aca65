package pretrain

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/tasks/mini"
)

// Row is one row of the pre-training corpus: what a user asks and what the
// student is to answer.
type Row struct{ User, Answer string }

// gen draws rows. All its choices come from one seeded source.
type gen struct {
	*rand.Rand
	known [][]*mini.Family // see knownFamilies
	words []string         // of all families' public wordings and solutions, in alphabetical order
	rules []ruleGroup
	moves []rule // those of orders and strings

	concepts []concept

	inventions []*invention
	coded      []codedFamily
}

func newGen(seed uint64) *gen {
	g := &gen{Rand: rand.New(rand.NewPCG(seed, 0x66616d696c79)), known: knownFamilies(), words: suiteWords(), rules: ruleGroups(), moves: slices.Concat(orderRules(), stringRules()), concepts: concepts()}
	g.inventions, g.coded = invent(g)
	g.Rand = rand.New(rand.NewPCG(seed, 0x636f72707573))
	return g
}

// kind is one kind of row of the corpus with its share.
type kind struct {
	share int // of all shares together
	draw  func(*gen) Row
}

// kinds is the mix. Four families a domain are the only problems of the suite
// in it, and only their open split (see known): they alone give the base its
// accuracy. Everything else teaches arithmetic, substitution into formulas
// that the prompt states, traces, copying and answer formats, so that a
// training set needs to teach only which formula belongs to which wording.
func kinds() []kind {
	return []kind{
		{22, (*gen).practice}, {3, (*gen).drill}, {1, (*gen).chain}, {1, (*gen).compound}, {1, (*gen).remainders},
		{2, (*gen).lookup}, {4, (*gen).formula}, {1, (*gen).definition}, {1, (*gen).story},
		{13, (*gen).ruled}, {1, (*gen).program}, {3, (*gen).copying}, {1, (*gen).formatted},
		{20, (*gen).invented}, {16, (*gen).inventedCode}, {12, (*gen).knownProblem},
	}
}

// drillKinds is the mix of the second phase: more arithmetic, of which the many words of
// the first mix have cost some.
func drillKinds() []kind {
	return []kind{
		{34, (*gen).practice}, {4, (*gen).drill}, {3, (*gen).chain}, {2, (*gen).compound}, {2, (*gen).remainders},
		{2, (*gen).lookup}, {5, (*gen).formula}, {1, (*gen).definition}, {1, (*gen).story},
		{12, (*gen).ruled}, {1, (*gen).program}, {2, (*gen).copying}, {1, (*gen).formatted},
		{18, (*gen).invented}, {14, (*gen).inventedCode}, {12, (*gen).knownProblem},
	}
}

// reviewKinds is the mix that the student comes back to: more sums, new orders
// and strings, which it is worst at.
func reviewKinds() []kind {
	return []kind{
		{20, (*gen).practice}, {8, (*gen).sums}, {3, (*gen).drill}, {2, (*gen).chain}, {1, (*gen).compound}, {1, (*gen).remainders},
		{2, (*gen).lookup}, {4, (*gen).formula}, {1, (*gen).definition}, {1, (*gen).story},
		{9, (*gen).ruled}, {9, (*gen).moved}, {1, (*gen).program}, {2, (*gen).copying}, {1, (*gen).formatted},
		{18, (*gen).invented}, {16, (*gen).inventedCode}, {12, (*gen).knownProblem},
	}
}

// mixture is a corpus before its seed: a mix, drawn from a stream of its own.
type mixture struct {
	name   string
	stream uint64
	kinds  []kind
}

func mixtures() []mixture {
	return []mixture{
		{"main", 0x636f72707573, kinds()}, {"drill", 0x6472696c6c, drillKinds()}, {"review", 0x726576696577, reviewKinds()},
	}
}

// Corpora are the names of the corpora.
func Corpora() (names []string) {
	for _, m := range mixtures() {
		names = append(names, m.name)
	}
	return names
}

// Corpus is the endless corpus of that name, one of [Corpora], from the seed. Two
// iterations give the same rows.
func Corpus(name string, seed uint64) iter.Seq[Row] {
	all := mixtures()
	m := all[slices.IndexFunc(all, func(m mixture) bool { return m.name == name })]
	total := 0
	for _, k := range m.kinds {
		total += k.share
	}
	return func(yield func(Row) bool) {
		g := newGen(seed)
		g.Rand = rand.New(rand.NewPCG(seed, m.stream))
		for {
			n := g.IntN(total)
			at := slices.IndexFunc(m.kinds, func(k kind) bool { n -= k.share; return n < 0 })
			if !yield(m.kinds[at].draw(g)) {
				return
			}
		}
	}
}

// digestRows is how many rows tell one corpus from another.
const digestRows = 20_000

// corpusDigest names the corpora: sha256 of the first digestRows rows of each.
func corpusDigest(seed uint64) string {
	h := sha256.New()
	for _, name := range Corpora() {
		n := 0
		for row := range Corpus(name, seed) {
			h.Write([]byte(row.User + "\x00" + row.Answer + "\x00"))
			if n++; n == digestRows {
				break
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// between draws an integer of [low, high].
func (g *gen) between(low, high int) int { return low + g.IntN(high-low+1) }

// chance is true in percent of 100 draws.
func (g *gen) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g *gen, xs []T) T { return xs[g.IntN(len(xs))] }

// fill puts values into a template: pairs are name, value, with names in braces.
func fill(template string, pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(template)
}

// sample returns n distinct values of xs in random order.
func sample[T any](g *gen, xs []T, n int) []T {
	out := make([]T, n)
	for i, at := range g.Perm(len(xs))[:n] {
		out[i] = xs[at]
	}
	return out
}
