package pretrain

import (
	"slices"
	"strconv"
	"strings"
)

// cue is what tells the numbers of a family's questions apart: words that may
// stand for each other, of which a question says one, and a unit with the blank
// before it. A number may have either, both or none.
type cue struct {
	words concept
	unit  string
}

// same reports whether two numbers have nothing that tells them apart.
func (c cue) same(d cue) bool { return slices.Equal(c.words, d.words) && c.unit == d.unit }

// subjectWords is how many concepts a family's questions turn on.
const subjectWords = 5

// unit is a unit of measure with the letters that physics writes for its
// quantity.
type unit struct {
	name    string
	letters string
}

var units = []unit{
	{"m", "shl"}, {"kg", "m"}, {"s", "t"}, {"km", "sd"}, {"N", "F"}, {"hours", "t"}, {"V", "U"}, {"g", "m"}, {"years", "n"}, {"J", "EQW"}, {"cm", "bhl"},
	{"ohm", "R"}, {"A", "I"}, {"percent", "p"}, {"days", "t"}, {"l", "V"}, {"ml", "V"}, {"m/s", "v"}, {"m/s2", "a"}, {"kPa", "p"}, {"degrees", "T"},
	{"mol", "n"}, {"W", "P"}, {"mg", "m"}, {"mm", "hd"}, {"g/l", "c"}, {"N/kg", "g"}, {"units", "n"}, {"euros", "p"}, {"shares", "n"},
}

// cues gives each number of a family its cue; some have the same. A number with
// a unit takes the letter of its quantity for a name, where names are letters
// and it is free: a student that knows which letter goes with which unit finds
// numbers by their units in questions worded as none before.
func (g *gen) cues(f *invention) []cue {
	cues := make([]cue, len(f.names))
	for i, name := range f.names {
		switch n := g.IntN(100); {
		case n < 15 && i > 0:
			cues[i] = cues[i-1]
		case n < 45 && len(name) == 1:
			u := pick(g, units)
			cues[i].unit = " " + u.name
			if letter := string(u.letters[g.IntN(len(u.letters))]); g.chance(80) && !f.named(letter) {
				f.names[i] = letter
			}
		case n < 45:
			cues[i].words = g.conceptOf(name)
		case n < 55:
			cues[i].words, cues[i].unit = pick(g, g.concepts), "%"
		case n < 70:
			cues[i].words, cues[i].unit = pick(g, g.concepts), " "+pick(g, units).name
		default:
			cues[i].words = pick(g, g.concepts)
		}
	}
	return cues
}

// named reports whether something of the family has the name.
func (f *invention) named(name string) bool {
	return slices.Contains(f.names, name) || slices.ContainsFunc(f.moves, func(m move) bool { return m.name == name })
}

// question words a family's question, with {0}, {1} and so on for the numbers
// and {w} for a word that does not matter: a list or table, or a sentence.
func (g *gen) question(f *invention) string {
	order := f.order
	if order == nil {
		order = g.Perm(len(f.cues))
		if alike(f.cues) {
			slices.Sort(order)
		}
	}
	said := g.say(sample(g, f.subject, g.between(3, subjectWords)))
	if g.chance(30) {
		return g.listing(said, f.cues, order)
	}
	return g.sentence(said, f.cues, order)
}

// alike reports whether two numbers have the same cue, so that their order has
// to tell them apart.
func alike(cues []cue) bool {
	for i := range cues {
		if slices.IndexFunc(cues, cues[i].same) != i {
			return true
		}
	}
	return false
}

var glue = []string{"a", "the", "of", "in", "is", "at", "with", "and", "how", "what", "find", "to", "for", "by", "has", "from", "much", "are", "its"}

// sentence spreads the subject's words around the numbers.
func (g *gen) sentence(subject []string, cues []cue, order []int) string {
	var b strings.Builder
	half := len(subject) / 2
	b.WriteString(capitalised(g.filler(subject[:1], 1, 3)) + " " + strings.Join(subject[:half], " "+pick(g, glue)+" "))
	if g.chance(50) {
		b.WriteString(" {w}")
	}
	for _, at := range order {
		joint := pick(g, []string{" ", " ", ", ", " and ", " (", ". "})
		b.WriteString(joint + g.filler(subject, 0, 2))
		if !strings.HasSuffix(b.String(), " ") && !strings.HasSuffix(b.String(), "(") {
			b.WriteString(" ")
		}
		b.WriteString(g.number(cues[at], at))
		if joint == " (" {
			b.WriteString(")")
		}
	}
	return b.String() + " " + g.filler(subject, 1, 3) + " " + strings.Join(subject[half:], " ") + pick(g, []string{"?", "?", "."})
}

// number is the number's place with its cue: words before or behind it, beside
// it or a little away.
func (g *gen) number(c cue, at int) string {
	value := slot(at) + c.unit
	if len(c.words) == 0 {
		return value
	}
	switch words := pick(g, c.words); g.IntN(10) {
	case 0, 1:
		return value + " " + words
	case 2:
		return value + " " + pick(g, glue) + " " + words
	case 3:
		return words + " " + strings.Join(sample(g, glue, g.between(1, 3)), " ") + " " + value
	default:
		return words + " " + pick(g, []string{"", "", "of ", "is ", "= "}) + value
	}
}

// listing is "price: 12; rate: 3%. cost of?" or a table with such a last line.
func (g *gen) listing(subject []string, cues []cue, order []int) string {
	form := pick(g, []string{"{b}: {v}{a}", "| {b} | {v}{a} |"})
	between, end := "; ", ". "
	if form[0] == '|' {
		between, end = "\n", "\n"
	}
	parts := make([]string, len(order))
	for i, at := range order {
		label := subject[0]
		if words := cues[at].words; len(words) > 0 {
			label = pick(g, words)
		}
		if g.chance(25) {
			label += " " + g.filler(subject, 1, 2)
		}
		parts[i] = fill(form, "{b}", label, "{v}", slot(at), "{a}", cues[at].unit)
	}
	tail := strings.Join(subject, " ") + " " + g.filler(subject, 0, 2)
	return strings.Join(parts, between) + end + strings.TrimSpace(tail) + "?"
}

// filler is some small words with words of the subject among them.
func (g *gen) filler(subject []string, low, high int) string {
	words := make([]string, g.between(low, high))
	for i := range words {
		words[i] = pick(g, glue)
		if g.chance(35) {
			words[i] = pick(g, subject)
		}
	}
	return strings.Join(words, " ")
}

func slot(at int) string { return "{" + strconv.Itoa(at) + "}" }

func capitalised(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// codedFamily is an invented family of code: a rule under a made-up subject.
type codedFamily struct {
	rule    rule
	subject []concept
}

func (g *gen) codedFamily() codedFamily {
	return codedFamily{g.anyRule(), sample(g, g.concepts, subjectWords)}
}

// description says what f does, in words that tell the family only.
func (g *gen) description(f codedFamily) string {
	words := g.say(sample(g, f.subject, g.between(3, subjectWords)))
	for range g.between(1, 6) {
		words = slices.Insert(words, g.IntN(len(words)+1), pick(g, glue))
	}
	text := strings.Join(words, " ") + "."
	switch g.IntN(6) {
	case 0:
		return "f(" + pick(g, []string{"xs", "xs, k", "s", "s, k"}) + ") " + text
	case 1:
		return "def f(xs): return " + strings.Join(words[:3], "(") + ")"
	case 2:
		return capitalised(text)
	case 3:
		return "f " + text
	}
	return text
}

// inventedCode is an assertion to complete of an invented family of code.
func (g *gen) inventedCode() Row {
	f := pick(g, g.coded)
	in := f.rule.draw(g)
	steps, value := f.rule.work(in)
	call := "f(" + f.rule.arguments(in) + ")"
	if g.chance(20) {
		call = pick(g, functionNames) + call[1:]
	}
	return Row{g.description(f) + "\nassert " + call + " == # TODO", asserted(steps, call, value)}
}
