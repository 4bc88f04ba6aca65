package archtest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// longest is the most words of a sentence.
const longest = 35

var (
	// sentenceEnd is a full stop, a question or an exclamation mark before a blank
	// and something that can begin a sentence.
	sentenceEnd = regexp.MustCompile("[.?!][)\"*]*\\s+[\\p{Lu}\\p{N}`\"(*]")
	clause      = regexp.MustCompile(`[,;:]|\s(?:and|or)\s`)
	letter      = regexp.MustCompile(`[\p{L}\p{N}]`)
)

// split parts a text into its sentences.
func split(text string) (list []string) {
	for {
		at := sentenceEnd.FindStringIndex(text)
		if at == nil {
			return append(list, strings.TrimSpace(text))
		}
		end := at[1] - 1
		for end > at[0] && text[end-1] != ' ' && text[end-1] != '\n' {
			end-- // a capital may have several bytes
		}
		list = append(list, strings.TrimSpace(text[:end]))
		text = text[end:]
	}
}

func words(text string) []string {
	return slices.DeleteFunc(strings.Fields(text), func(w string) bool { return !letter.MatchString(w) })
}

// wordCount counts the words of a sentence. Three or more items in a row of at
// most three words each are a list of names and count as one word.
func wordCount(sentence string) int {
	n, names, inNames := 0, 0, 0
	flush := func() {
		if names >= 3 {
			inNames = 1
		}
		n += inNames
		names, inNames = 0, 0
	}
	for _, part := range clause.Split(sentence, -1) {
		switch k := len(words(part)); {
		case k == 0:
		case k <= 3:
			names++
			inNames += k
		default:
			flush()
			n += k
		}
	}
	flush()
	return n
}

// constructions are turns of phrase that make a reader stop. Where but is given,
// a match that it matches too is fine.
var constructions = []struct {
	name    string
	is, but *regexp.Regexp
}{
	{`"that of"`, regexp.MustCompile(`(?i)\b(?:that|those) of\b`), nil},
	{`"alike"`, regexp.MustCompile(`(?i)\balike\b`), nil},
	{`"stands in"`, regexp.MustCompile(`(?i)\bstands? in\b`), nil},
	{`"such" without "as"`, regexp.MustCompile(`(?i)\bsuch\b(?:\s+\w+)?`), regexp.MustCompile(`(?i)^such as$`)},
	{`"also when" for "even when"`, regexp.MustCompile(`(?i)\balso (?:when|where|if|of|without)\b`), nil},
	{`"What ... is" as a statement`, regexp.MustCompile(`^\W*What [^?]*$`), nil},
	{`chain of "of"`, regexp.MustCompile(`(?i)\bof (?:[\w'-]+ ){1,3}of (?:[\w'-]+ ){1,3}of\b`), nil},
}

// badProse says what is hard to read in a text.
func badProse(text string) (found []string) {
	for _, sentence := range split(text) {
		for _, c := range constructions {
			for _, m := range c.is.FindAllString(sentence, -1) {
				if c.but == nil || !c.but.MatchString(m) {
					found = append(found, fmt.Sprintf("%s: %q", c.name, short(sentence)))
				}
			}
		}
	}
	return found
}

func longSentences(text string) (found []string) {
	for _, sentence := range split(text) {
		if n := wordCount(sentence); n > longest {
			found = append(found, fmt.Sprintf("%d words, over %d: %q", n, longest, short(sentence)))
		}
	}
	return found
}

func short(s string) string {
	if r := []rune(s); len(r) > 90 {
		return string(r[:90]) + "..."
	}
	return s
}

// hardComments are packages whose comment another change rewrites.
var hardComments = []string{"runner/gateway"}

func TestPagesArePlain(t *testing.T) {
	for _, p := range pages(t) {
		for _, b := range p.blocks() {
			for _, what := range append(badProse(b.text), longSentences(b.text)...) {
				t.Errorf("%s:%d: %s", p.path, b.line, what)
			}
		}
	}
}

func TestPackageCommentsArePlain(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() || s.file.Doc == nil || s.in(hardComments...) {
			continue
		}
		for _, paragraph := range strings.Split(s.file.Doc.Text(), "\n\n") {
			for _, what := range badProse(strings.Join(strings.Fields(paragraph), " ")) {
				t.Errorf("%s: %s", s.path, what)
			}
		}
	}
}

// TestProseRulesCanFail plants a text for each rule, and what it leaves alone.
func TestProseRulesCanFail(t *testing.T) {
	long := strings.Repeat("word ", longest)
	for _, c := range []struct{ bad, good string }{
		{"A difference of gains, A less that of B.", "It is clear that, of all agents, one won."},
		{"The keys are those of the config.", "Those in the config."},
		{"The machine ranks the agents alike.", "Agents are ranked in the same way."},
		{"The table stands in demo.md.", "A stand-in answers."},
		{"Such code takes its time.", "Names such as plan.md are fine."},
		{"It holds, also when the server is down.", "It also holds when the server is down."},
		{"First this. What an H100 made of it is in the table.", "What does it measure? This."},
		{"The names of the files of the folders of users are kept.", "The names of files are kept."},
	} {
		if got := badProse(c.bad); len(got) != 1 {
			t.Errorf("%q: got %q, want one fault", c.bad, got)
		}
		if got := badProse(c.good); len(got) != 0 {
			t.Errorf("%q: got %q, want none", c.good, got)
		}
	}
	for text, want := range map[string]int{
		long + "end.":                                                          1,
		"Short. " + long + "end. Short.":                                       1,
		strings.TrimSpace(long) + ".":                                          0,
		"Half " + long[:90] + ". And " + long[:90] + ".":                       0,
		"It has " + strings.Repeat("one name, ", 30) + "and more.":             0,
		"It has " + strings.Repeat("a clause that counts, ", 10) + "and more.": 1,
	} {
		if got := longSentences(text); len(got) != want {
			t.Errorf("%q: got %q, want %d", text, got, want)
		}
	}
	p := parsePage("a.md", []byte("# Such\n\n| such |\n|---|\n| such |\n\n```\nsuch\n```\n\nSee `such`, [x](y)\n[such](z).\n\n- such\n\n"+
		"<!-- leaderboard:begin -->\n\nsuch\n\n<!-- leaderboard:end -->\n"))
	var got []string
	for _, b := range p.blocks() {
		got = append(got, badProse(b.text)...)
	}
	if len(got) != 2 {
		t.Errorf("faults in a page: %q, want those of the link and of the list", got)
	}
}
