package site

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds on the words by which all calls of a trial are searched.
const (
	wordsPage   = "calls-words.js"
	longestWord = 32 // in characters; longer ones are cut
	mostWords   = 30_000
)

// wordIndex says in which parts of a trial's calls a word stands.
type wordIndex struct {
	Parts []string             `json:"parts"` // addresses
	Whole bool                 `json:"whole"` // no word was left out or cut
	Words map[string]wordParts `json:"words"`
}

// wordParts are parts from 0, in rising order. As JSON they are a list, or, where that is
// shorter, a text of hexadecimal digits: bit b of digit d stands for part 4d+b.
type wordParts []int

func (p wordParts) MarshalJSON() ([]byte, error) {
	digits := make([]byte, p[len(p)-1]/4+1)
	for _, part := range p {
		digits[part/4] |= 1 << (part % 4)
	}
	if list, err := json.Marshal([]int(p)); err != nil || len(list) <= len(digits)+2 {
		return list, err
	}
	for i, d := range digits {
		digits[i] = "0123456789abcdef"[d]
	}
	return json.Marshal(string(digits))
}

// words makes the file of words. A page cannot read another page of its folder without a
// server, but it can load a script.
func (p *trialPages) words() ([]byte, error) {
	index := wordIndex{Parts: []string{}, Whole: true, Words: map[string]wordParts{}}
	for n := range p.callPages() {
		index.Parts = append(index.Parts, callsPage(n+1))
	}
	for i, c := range p.calls {
		if p.site.Secret != nil && (p.site.Secret([]byte(c.Prompt)) || p.site.Secret([]byte(c.Answer))) {
			index.Whole = false
			continue
		}
		index.add(p.part(i), shown(c.Prompt).Text)
		index.add(p.part(i), shown(c.Answer).Text)
	}
	return index.script()
}

func (w wordIndex) script() ([]byte, error) {
	data, err := json.Marshal(w) // with < and > escaped
	return slices.Concat([]byte("callWords("), data, []byte(");\n")), err
}

func (w *wordIndex) add(part int, text string) {
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if utf8.RuneCountInString(word) > longestWord {
			word, w.Whole = string([]rune(word)[:longestWord]), false
		}
		parts, known := w.Words[word]
		switch {
		case !known && len(w.Words) == mostWords:
			w.Whole = false
		case !known || parts[len(parts)-1] != part:
			w.Words[strings.Clone(word)] = append(parts, part)
		}
	}
}
