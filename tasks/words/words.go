// Package words compares texts by their words: whether one holds the other, and which
// of many are nearly the same.
//
// It is not for the meaning of texts, nor for deciding what follows from likeness.
// Invariant: the result does not depend on the order of the texts.
package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Hold reports whether text holds words from the beginning of a word to the end of
// one: "12 and 34" does not hold "12 and 3".
func Hold(text, words string) bool { return At(text, words) >= 0 }

// At is where text holds words first, -1 if it does not.
func At(text, words string) int {
	if words == "" {
		return -1
	}
	for from := 0; ; {
		at := strings.Index(text[from:], words)
		if at < 0 {
			return -1
		}
		begin := from + at
		if end := begin + len(words); !cutsWord(text, begin) && !cutsWord(text, end) {
			return begin
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
