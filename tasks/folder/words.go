package folder

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// holdsWords reports whether text holds words from the beginning of a word to
// the end of one: "12 and 34" does not hold "12 and 3".
func holdsWords(text, words string) bool {
	if words == "" {
		return false
	}
	for from := 0; ; {
		at := strings.Index(text[from:], words)
		if at < 0 {
			return false
		}
		begin := from + at
		if end := begin + len(words); !cutsWord(text, begin) && !cutsWord(text, end) {
			return true
		}
		_, size := utf8.DecodeRuneInString(text[begin:])
		from = begin + size
	}
}

// cutsWord reports whether a word or a number goes on from before the offset to
// behind it.
func cutsWord(text string, offset int) bool {
	before, size := utf8.DecodeLastRuneInString(text[:offset])
	after, sizeAfter := utf8.DecodeRuneInString(text[offset:])
	if inWord(before) && inWord(after) {
		return true
	}
	// A point or comma is part of a number that has digits on both sides.
	digitBefore, digitAfter := unicode.IsDigit(before), unicode.IsDigit(after)
	next, _ := utf8.DecodeRuneInString(text[offset+sizeAfter:])
	last, _ := utf8.DecodeLastRuneInString(text[:offset-size])
	return digitBefore && isPoint(after) && unicode.IsDigit(next) || digitAfter && isPoint(before) && unicode.IsDigit(last)
}

func isPoint(r rune) bool { return r == '.' || r == ',' }

// inWord reports whether r joins with its like to a word. Scripts that are
// written without spaces have no such letters.
func inWord(r rune) bool {
	spaceless := unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
	return r != utf8.RuneError && !spaceless && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}
