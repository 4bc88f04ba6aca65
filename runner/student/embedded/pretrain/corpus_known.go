package pretrain

import (
	"iter"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// knownFamilies are, for each domain, the four families that the base is to
// have met.
func knownFamilies() [][]*mini.Family {
	var all [][]*mini.Family
	for _, domain := range results.Domains() {
		var known []*mini.Family
		for _, f := range mini.Families(domain) {
			if slices.Contains(mini.Known(domain), f.Name) {
				known = append(known, f)
			}
		}
		if len(known) > 0 {
			all = append(all, known)
		}
	}
	return all
}

// knownProblem is a problem of a known family; the families of a domain are as
// frequent as in its sets.
func (g *gen) knownProblem() Row {
	known := pick(g, g.known)
	return g.open(known[g.byWeight(known)])
}

// open is a row of the family's open split.
func (g *gen) open(f *mini.Family) Row {
	question, s := g.solved(f)
	return Row{question, mini.Response(f.Domain, s)}
}

// solved draws a problem of the family's open split, in a public wording.
func (g *gen) solved(f *mini.Family) (question string, s mini.Solution) {
	v := f.DrawIn(g.Rand, mini.Open)
	return worded(f, v, pick(g, f.Wording))
}

// solvedAs is solved in the given wording.
func (g *gen) solvedAs(f *mini.Family, wording string) (question string, s mini.Solution) {
	return worded(f, f.DrawIn(g.Rand, mini.Open), wording)
}

// worded is the question of drawn values, which have a solution.
func worded(f *mini.Family, v mini.Vars, wording string) (question string, s mini.Solution) {
	s, ok := f.Solve(v)
	if !ok {
		panic("pretrain: family " + f.Name + " cannot solve its own draw")
	}
	return mini.Instance{Family: f, Vars: v, Wording: wording}.Question(), s
}

// byWeight draws the index of a family by the families' weights.
func (g *gen) byWeight(families []*mini.Family) int {
	total := 0
	for _, f := range families {
		total += f.Weight
	}
	n := g.IntN(total)
	return slices.IndexFunc(families, func(f *mini.Family) bool { n -= f.Weight; return n < 0 })
}

// suiteWords lists the single words of all families' public wordings and of the
// formulas of their solutions: what a student has to read and write.
var suiteWords = sync.OnceValue(func() []string {
	words := map[string]bool{}
	collect := func(text string) {
		for _, word := range strings.FieldsFunc(text, func(c rune) bool { return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') }) {
			words[word] = true
		}
	}
	g := &gen{Rand: rand.New(rand.NewPCG(1, 1))}
	for _, domain := range results.Domains() {
		for _, f := range mini.Families(domain) {
			for _, w := range f.Wording {
				collect(w)
			}
			_, s := g.solved(f)
			collect(strings.Join(s.Steps, " "))
		}
	}
	return slices.Sorted(maps.Keys(words))
})

// vocabularyTexts is what the tokenizer is trained on: the chat's frame, rows
// of the corpus, and questions of all families in public wordings so that their
// words are short in tokens. A tokenizer carries no answers. Quoted strings are
// emptied: their letters are to stay single tokens.
func vocabularyTexts(seed uint64) iter.Seq[string] {
	return func(yield func(string) bool) {
		give := func(texts ...string) bool {
			for _, text := range texts {
				if !yield(quotation.ReplaceAllString(text, "''")) {
					return false
				}
			}
			return true
		}
		n := 0
		for row := range Corpus("main", seed) {
			if n++; n > vocabularyRows {
				break
			}
			if !give("user", "assistant", "\n\n"+row.User, row.Answer) {
				return
			}
		}
		g := newGen(seed)
		for _, domain := range results.Domains() {
			for _, f := range mini.Families(domain) {
				for range questionsPerFamily {
					if !give(g.open(f).User) {
						return
					}
				}
			}
		}
	}
}

var quotation = regexp.MustCompile(`'[^']*'`)

const (
	vocabularyRows     = 8_000
	questionsPerFamily = 300
)
