package embedded

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"math/rand/v2"
	"strings"

	"autodatabench/tasks/mini"
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

	concepts []concept

	inventions []*invention
	coded      []codedFamily
}

func newGen(seed uint64) *gen {
	g := &gen{Rand: rand.New(rand.NewPCG(seed, 0x66616d696c79)), known: knownFamilies(), words: suiteWords(), rules: ruleGroups(), concepts: concepts()}
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

// drillKinds is the mix of the end: more arithmetic, of which the many words of
// the first mix have cost some.
func drillKinds() []kind {
	return []kind{
		{34, (*gen).practice}, {4, (*gen).drill}, {3, (*gen).chain}, {2, (*gen).compound}, {2, (*gen).remainders},
		{2, (*gen).lookup}, {5, (*gen).formula}, {1, (*gen).definition}, {1, (*gen).story},
		{12, (*gen).ruled}, {1, (*gen).program}, {2, (*gen).copying}, {1, (*gen).formatted},
		{18, (*gen).invented}, {14, (*gen).inventedCode}, {12, (*gen).knownProblem},
	}
}

// Corpus is the endless pre-training corpus of a seed. Two iterations give the
// same rows.
func Corpus(seed uint64) iter.Seq[Row] { return corpus(seed, 0x636f72707573, kinds()) }

// DrillCorpus is the endless corpus of the seed for the end of the pre-training.
func DrillCorpus(seed uint64) iter.Seq[Row] { return corpus(seed, 0x6472696c6c, drillKinds()) }

// corpus draws rows of the mix from a stream of its own; the invented families
// are those of the seed.
func corpus(seed, stream uint64, mix []kind) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		g := newGen(seed)
		g.Rand = rand.New(rand.NewPCG(seed, stream))
		total := 0
		for _, k := range mix {
			total += k.share
		}
		for {
			n := g.IntN(total)
			for _, k := range mix {
				if n -= k.share; n < 0 {
					if !yield(k.draw(g)) {
						return
					}
					break
				}
			}
		}
	}
}

// digestRows is how many rows tell one corpus from another.
const digestRows = 20_000

// corpusDigest names both corpora: sha256 of the first digestRows rows of each.
func corpusDigest(seed uint64) string {
	h := sha256.New()
	for _, rows := range []iter.Seq[Row]{Corpus(seed), DrillCorpus(seed)} {
		n := 0
		for row := range rows {
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
