// Package mini is the embedded suite: problem families of science, code and finance
// that a student of about one million parameters can learn, with generators, solvers
// and short worked solutions.
//
// A [Family] draws parameters ([Vars]), words them as a question by one of its
// templates and solves them in steps. The digest of its family and numbers puts
// every instance into exactly one [Split] ([Family.SplitOf]). So the public set, the
// private set, the seed pool, and everything that a teacher or the student's
// pre-training may draw, are disjoint by construction.
//
// A training set should be judged by its content, and not by how well a small
// student reckons or reads. So solutions keep to easy arithmetic ([Plain]), and all
// wordings of a family give its numbers in one order ([Family.Order]). When orders
// differed, an unseen wording cost this student a third of its accuracy
// (bench/doc/calibration.md).
//
// The package is not for the private set: its wordings and its draw are in
// tasks/private. It says nothing about real data (tasks/science, tasks/code,
// tasks/finance).
package mini

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// Family is one kind of problem.
type Family struct {
	Domain  results.Domain
	Name    string   // unique in the domain, kebab-case: "ohms-law"
	Topic   string   // as people call it: "Ohm's law"
	Area    string   // the subject area that the task description names: "electricity"
	Weight  int      // relative frequency in evaluation sets and seed pool
	Popular int      // relative frequency with which a teacher thinks of it unasked
	Params  []Param  // everything a wording may mention, in a fixed order
	Wording []string // templates with {param}; each mentions every parameter, the numbers in one order
	// Draw returns values for all parameters.
	Draw func(r *rand.Rand) Vars
	// Solve works the problem out. It is total on values that parse: numbers
	// out of the range of Draw give a solution or ok == false, never a panic.
	Solve func(v Vars) (s Solution, ok bool)
}

// Kind is the lexical form of a parameter's value in a question.
type Kind int

// The kinds of parameter. Words are cosmetic: they do not tell instances apart.
const (
	Number Kind = iota // 12, 3.5, -4
	Word               // apples, Mia, copper wire
	List               // [3, 1, 2]
	Quoted             // 'abc'
)

// Param names a parameter of a family.
type Param struct {
	Name string
	Kind Kind
}

// Vars are parameter values as they stand in a question.
type Vars map[string]string

// Solution is a worked solution: short steps, then the bare answer. The domain's
// format (see [Response]) is put around it.
type Solution struct {
	Steps  []string // e.g. "V = I * R", "V = 3 * 12 = 36"
	Answer string   // e.g. "36"
	Call   string   // code only: the call that is asserted, "f([1, 2])"
}

// Instance is a drawn or recognised problem.
type Instance struct {
	Family  *Family
	Vars    Vars
	Wording string
}

// Split is where an instance may be used.
type Split string

// The splits. Open instances are for teachers, few-shot examples and the
// student's pre-training.
const (
	Public  Split = "public"
	Private Split = "private"
	Pool    Split = "pool"
	Open    Split = "open"
)

// Key identifies the instance whatever its wording and cosmetic words.
func (f *Family) Key(v Vars) string {
	var b strings.Builder
	b.WriteString(string(f.Domain) + "/" + f.Name)
	for _, p := range f.Params {
		if p.Kind != Word {
			b.WriteString("/" + v[p.Name])
		}
	}
	return b.String()
}

// SplitOf says which split the instance belongs to: 10 % public, 30 % private,
// 20 % pool, 40 % open, by digest.
func (f *Family) SplitOf(v Vars) Split {
	sum := sha256.Sum256([]byte(f.Key(v)))
	switch n := binary.BigEndian.Uint32(sum[:4]) % 100; {
	case n < 10:
		return Public
	case n < 40:
		return Private
	case n < 60:
		return Pool
	default:
		return Open
	}
}

// DrawIn draws parameters of an instance in the split whose steps are [Plain].
func (f *Family) DrawIn(r *rand.Rand, split Split) Vars {
	for range 10_000 {
		v := f.Draw(r)
		if f.SplitOf(v) != split {
			continue
		}
		if s, ok := f.Solve(v); ok && s.plain() {
			return v
		}
	}
	panic(fmt.Sprintf("family %s/%s: no instance in split %s", f.Domain, f.Name, split))
}

// Fill puts the values into the template.
func Fill(template string, v Vars) string {
	pairs := make([]string, 0, 2*len(v))
	for name, value := range v {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(template)
}

// Question is the instance in its wording.
func (i Instance) Question() string { return Fill(i.Wording, i.Vars) }

// solution works out an instance that was drawn.
func (i Instance) solution() Solution {
	s, ok := i.Family.Solve(i.Vars)
	if !ok {
		panic("mini: family " + i.Family.Name + " cannot solve its own draw")
	}
	return s
}

var kindPattern = map[Kind]string{
	Number: `(-?\d{1,7}(?:\.\d{1,4})?)`,
	Word:   `([A-Za-z]+(?: [a-z]+)?)`,
	List:   `(\[[^\[\]]{0,200}\])`,
	Quoted: `('[^'\n]{0,60}')`,
}

// Order lists the family's numbers in the order in which a wording gives them.
func (f *Family) Order(wording string) []string {
	var names []string
	for _, found := range placeholder.FindAllString(wording, -1) {
		name := found[1 : len(found)-1]
		if slices.Contains(f.Params, Param{name, Number}) {
			names = append(names, name)
		}
	}
	return names
}

var placeholder = regexp.MustCompile(`\{[a-z][a-z0-9_]*\}`)

// matcher inverts one template: it finds the values in a question.
type matcher struct {
	family  *Family
	wording string
	anchor  string // the longest fixed part: a text without it cannot match
	pattern *regexp.Regexp
	names   []string // of the pattern's groups; repeated names must agree
}

func newMatcher(f *Family, wording string) matcher {
	m := matcher{family: f, wording: wording}
	var b strings.Builder
	fixed := func(literal string) {
		b.WriteString(regexp.QuoteMeta(literal))
		if len(literal) > len(m.anchor) {
			m.anchor = literal
		}
	}
	done := 0
	for _, at := range placeholder.FindAllStringIndex(wording, -1) {
		fixed(wording[done:at[0]])
		name := wording[at[0]+1 : at[1]-1]
		i := slices.IndexFunc(f.Params, func(p Param) bool { return p.Name == name })
		if i < 0 {
			panic(fmt.Sprintf("family %s/%s: wording mentions unknown parameter %s", f.Domain, f.Name, name))
		}
		b.WriteString(kindPattern[f.Params[i].Kind])
		m.names = append(m.names, name)
		done = at[1]
	}
	fixed(wording[done:])
	m.pattern = regexp.MustCompile(b.String())
	return m
}

// findLast returns the last instance that stands in text and where it begins.
func (m matcher) findLast(text string) (i Instance, start int, ok bool) {
	if !strings.Contains(text, m.anchor) {
		return Instance{}, 0, false
	}
	found := m.pattern.FindAllStringSubmatchIndex(text, -1)
	for _, at := range slices.Backward(found) {
		if v, agree := m.vars(text, at); agree {
			return Instance{Family: m.family, Vars: v, Wording: m.wording}, at[0], true
		}
	}
	return Instance{}, 0, false
}

// vars reads the groups of a match; a repeated parameter must have one value.
func (m matcher) vars(text string, at []int) (Vars, bool) {
	v := Vars{}
	for i, name := range m.names {
		value := text[at[2*i+2]:at[2*i+3]]
		if old, seen := v[name]; seen && old != value {
			return nil, false
		}
		v[name] = value
	}
	return v, true
}
