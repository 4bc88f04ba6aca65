package embedded

import (
	"slices"
	"strconv"
	"strings"
)

// cue is the words around a number in the questions of a family.
type cue struct{ before, after string }

// wordings makes up the questions of a family. Its subject is a few words, of
// which every wording holds some; each number has its cue.
func (g *gen) wordings(names []string) []string {
	subject := sample(g, g.words, 5)
	cues := make([]cue, len(names))
	for i, name := range names {
		switch g.IntN(10) {
		case 0, 1, 2:
			cues[i].after = " " + pick(g, measures)
		case 3, 4:
			cues[i].before = name + " "
		case 5:
			cues[i].after = "%"
		default:
			cues[i].before = pick(g, g.words) + " "
		}
		if i > 0 && g.chance(20) {
			cues[i] = cues[i-1]
		}
	}
	all := make([]string, inventedWordings)
	for i := range all {
		order := g.Perm(len(names))
		if g.chance(50) || alike(cues) {
			slices.Sort(order)
		}
		all[i] = g.wording(subject, cues, order)
	}
	return all
}

// alike reports whether two numbers have the same cue, so that their order has
// to tell them apart.
func alike(cues []cue) bool {
	for i := range cues {
		if slices.Index(cues, cues[i]) != i {
			return true
		}
	}
	return false
}

var glue = []string{"a", "the", "of", "in", "is", "at", "with", "and", "how", "what", "find", "to", "for", "by", "has", "from", "much", "are", "its"}

// wording makes up one question: a list or table of the numbers, or a sentence.
func (g *gen) wording(subject []string, cues []cue, order []int) string {
	if g.IntN(10) < 3 {
		return g.listing(subject, cues, order)
	}
	var b strings.Builder
	b.WriteString(capitalised(g.filler(subject, 1, 4)) + " " + pick(g, subject))
	if g.chance(50) {
		b.WriteString(" {w}")
	}
	for _, at := range order {
		joint := pick(g, []string{" ", " ", ", ", " and ", " (", ". "})
		b.WriteString(joint + g.filler(subject, 0, 2))
		if !strings.HasSuffix(b.String(), " ") && !strings.HasSuffix(b.String(), "(") {
			b.WriteString(" ")
		}
		b.WriteString(cues[at].before + pick(g, []string{"", "", "of ", "is ", "= "}) + slot(at) + cues[at].after)
		if joint == " (" {
			b.WriteString(")")
		}
	}
	return b.String() + " " + g.filler(subject, 1, 4) + " " + pick(g, subject) + pick(g, []string{"?", "?", "."})
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
		label := strings.TrimSpace(cues[at].before)
		if label == "" {
			label = subject[0]
		}
		parts[i] = fill(form, "{b}", label, "{v}", slot(at), "{a}", cues[at].after)
	}
	tail := strings.Join(sample(g, subject, 2), " ") + " " + g.filler(subject, 0, 3)
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

// codedFamily is an invented family of code: a rule under made-up descriptions.
type codedFamily struct {
	rule     rule
	wordings []string
}

func (g *gen) codedFamily() codedFamily {
	f := codedFamily{rule: pick(g, g.rules)}
	subject := sample(g, g.words, 4)
	for range inventedWordings {
		words := sample(g, subject, g.between(2, 4))
		for range g.between(2, 7) {
			words = slices.Insert(words, g.IntN(len(words)+1), pick(g, glue))
		}
		text := strings.Join(words, " ") + "."
		switch g.IntN(5) {
		case 0:
			text = "f(" + pick(g, []string{"xs", "xs, k", "s", "s, k"}) + ") " + text
		case 1:
			text = "def f(xs): return " + strings.Join(sample(g, words, 2), "(") + ")"
		case 2:
			text = capitalised(text)
		}
		f.wordings = append(f.wordings, text)
	}
	return f
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
	return Row{pick(g, f.wordings) + "\nassert " + call + " == # TODO", asserted(steps, call, value)}
}
