package pretrain

import (
	"slices"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/tasks/mini"
)

// Invented families are problem families that mean nothing: questions of words
// drawn at random, each with formulas, or a rule for code, of its own. The base
// learns a few hundred by heart, by their subject's words and by the words at
// their numbers: every question is worded anew. What it gains is the skill to
// take up a family: to know one by its words, to bring each number to its place
// in a formula and to work the formula out. What it cannot gain is the suite's
// own families, of which nothing but single words is in here.

const (
	inventedFormulas = 400
	inventedRules    = 200
)

// source says where an operand comes from.
type source int

const (
	fromQuestion source = iota // the n-th given number
	fromMove                   // the result of the n-th move
	constant                   // n itself
)

type operand struct {
	from source
	n    int
}

// move is a step of an invented family: name = a sign b.
type move struct {
	name, sign string
	a, b       operand
}

// invention is an invented family of formulas.
type invention struct {
	names   []string // of the given numbers
	moves   []move
	subject []concept // what its questions turn on
	cues    []cue     // of the given numbers
	order   []int     // in which its questions give the numbers; nil for any
}

// invent makes up the families of the generator's seed.
func invent(g *gen) (all []*invention, coded []codedFamily) {
	for len(all) < inventedFormulas {
		if f := g.invention(); f.drawable(g) {
			all = append(all, f)
		}
	}
	for range inventedRules {
		coded = append(coded, g.codedFamily())
	}
	return all, coded
}

// drawable reports whether the family's numbers are found without long search.
func (f *invention) drawable(g *gen) bool {
	found := 0
	for range 60 {
		if _, ok := f.work(g); ok {
			found++
		}
	}
	return found >= 6
}

// invention makes up one to four formulas. Each but the first uses the result of
// the one before.
func (g *gen) invention() *invention {
	f := &invention{}
	names := g.answerNames(9)
	next := func() string { n := names[0]; names = names[1:]; return n }
	given := func() operand {
		f.names = append(f.names, next())
		return operand{fromQuestion, len(f.names) - 1}
	}
	f.moves = make([]move, pick(g, []int{1, 1, 2, 2, 2, 2, 3, 3, 3, 4}))
	for i := range f.moves {
		m := move{sign: pick(g, []string{" + ", " - ", " * ", " * ", " / ", " / "})}
		if i == 0 {
			m.a = given()
		} else {
			m.a = operand{fromMove, i - 1}
		}
		switch n := g.IntN(20); {
		case n < 4 && (m.sign == " * " || m.sign == " / "):
			m.b = operand{constant, pick(g, []int{2, 2, 3, 10, 100, 100})}
		case n < 6 && i > 0:
			m.b = operand{fromQuestion, g.IntN(len(f.names))}
		case n < 7 && i > 1:
			m.b = operand{fromMove, i - 2}
		default:
			m.b = given()
		}
		if i > 0 && m.b.from != constant && g.chance(35) {
			m.a, m.b = m.b, m.a
		}
		f.moves[i] = m
	}
	for i := range f.moves {
		f.moves[i].name = next()
	}
	f.subject, f.cues = sample(g, g.concepts, subjectWords), g.cues(f)
	if g.chance(50) { // as the suite's families do
		f.order = g.Perm(len(f.names))
	}
	return f
}

// answerNames draws names as solutions use them.
func (g *gen) answerNames(n int) []string {
	switch g.IntN(5) {
	case 0, 1:
		return sample(g, strings.Split(signs, ""), n)
	case 2:
		return sample(g, nouns, n)
	default:
		return sample(g, g.words, n)
	}
}

// worked is a problem of an invented family with its solution.
type worked struct {
	given  []dec
	lines  []string
	result dec
}

// work draws the given numbers and works the moves out; not every draw comes out.
func (f *invention) work(g *gen) (w worked, ok bool) {
	w.given = make([]dec, len(f.names))
	drawn, results := make([]bool, len(f.names)), make([]dec, len(f.moves))
	read := func(o operand) (dec, bool) {
		switch o.from {
		case constant:
			return mini.Int(o.n), true
		case fromMove:
			return results[o.n], true
		}
		return w.given[o.n], drawn[o.n]
	}
	keep := func(o operand, value dec) {
		if o.from == fromQuestion {
			w.given[o.n], drawn[o.n] = value, true
		}
	}
	for i, m := range f.moves {
		a, haveA := read(m.a)
		b, haveB := read(m.b)
		switch {
		case !haveA && !haveB:
			a, b = g.operandsOf(m.sign)
		case !haveB:
			b = g.second(m.sign, a)
		case !haveA:
			a = g.first(m.sign, b)
		}
		o, can := apply(a, m.sign, b)
		if !can || !friendly(o) || o.result <= 0 || o.result%one != 0 && !g.chance(25) {
			return worked{}, false
		}
		keep(m.a, a)
		keep(m.b, b)
		results[i], w.result = o.result, o.result
		w.lines = append(w.lines, m.name+" = "+f.symbol(m.a)+m.sign+f.symbol(m.b)+" = "+o.text)
	}
	return w, true
}

// symbol is how a formula writes the operand.
func (f *invention) symbol(o operand) string {
	switch o.from {
	case constant:
		return strconv.Itoa(o.n)
	case fromMove:
		return f.moves[o.n].name
	}
	return f.names[o.n]
}

// invented is a problem of an invented family of formulas.
func (g *gen) invented() Row {
	for {
		f := pick(g, g.inventions)
		w, ok := f.work(g)
		if !ok {
			continue
		}
		pairs := []string{"{w}", pick(g, cosmetic)}
		for i, value := range w.given {
			pairs = append(pairs, slot(i), value.String())
		}
		return Row{fill(g.question(f), pairs...), g.finish(w.lines, w.result.String())}
	}
}

var cosmetic = slices.Concat(people, things)
