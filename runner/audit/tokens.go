package audit

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is the hash of a word or a number in the form that texts are compared in. The
// lowest bit says that it is a number.
type token uint64

func (t token) number() bool { return t&1 == 1 }

// masked is what every number is where numbers do not count.
const masked token = 0x9e3779b97f4a7c15 | 1

// tokens splits a text into words and numbers, and leaves out what programs change by
// the way: case, white space, punctuation, escapes of JSON and Python, characters
// that are not seen, and letters that look like Latin ones. A text is compared with
// others in this form only, so that it matters not what an escape stands for, but that
// both texts are read by one rule.
func tokens(text string) []token {
	list := make([]token, 0, len(text)/5+1)
	const offset, prime = 14695981039346656037, 1099511628211
	h, kind := uint64(offset), none
	end := func() {
		switch kind {
		case word:
			list = append(list, token(h&^1))
		case digits:
			list = append(list, token(h|1))
		}
		h, kind = offset, none
	}
	for i := 0; i < len(text); {
		r, size := next(text[i:])
		i += size
		k := kindOf(r)
		switch {
		case k == unseen:
			continue
		case k != kind || k == letter:
			end()
		}
		if k == none {
			continue
		}
		kind = k
		for _, b := range [4]byte{byte(r), byte(r >> 8), byte(r >> 16)} {
			h = (h ^ uint64(b)) * prime
		}
		if k == letter {
			kind = word
			end()
		}
	}
	end()
	return list
}

type kind int

const (
	none   kind = iota
	word        // letters
	digits      //
	letter      // of a script without spaces: a word of its own
	unseen      // no part of the text
)

func kindOf(r rune) kind {
	switch {
	case r >= 'a' && r <= 'z':
		return word
	case r >= '0' && r <= '9':
		return digits
	case r < utf8.RuneSelf:
		return none
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Mn, r):
		return unseen
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai):
		return letter
	case unicode.IsLetter(r):
		return word
	case unicode.IsDigit(r):
		return digits
	}
	return none
}

// next decodes the first character in lower case, with the escape that it may begin.
func next(text string) (r rune, size int) {
	c := text[0]
	switch {
	case c >= 'A' && c <= 'Z':
		return rune(c) + 'a' - 'A', 1
	case c == '\\':
		return escape(text)
	case c == '\b': // a JSON string with a single backslash before "boxed" or "frac" reads so
		return 'b', 1
	case c == '\f':
		return 'f', 1
	case c < utf8.RuneSelf:
		return rune(c), 1
	}
	r, size = utf8.DecodeRuneInString(text)
	if r >= 0xff01 && r <= 0xff5e { // full width
		r -= 0xfee0
	}
	r = unicode.ToLower(r)
	if i := strings.IndexRune(lookalikes, r); i >= 0 {
		r = rune(latin[utf8.RuneCountInString(lookalikes[:i])])
	}
	return r, size
}

// Letters of other scripts that look like Latin ones, and those.
const (
	lookalikes = "аеорсухіјѕԁһԛԝοαυνικρ"
	latin      = "aeopcyxijsdhqwoauvikp"
)

// escape reads backslashes and what they stand for: the end of a line or a tab, a
// character by its number, or nothing.
func escape(text string) (r rune, size int) {
	for size < len(text) && text[size] == '\\' {
		size++
	}
	if size == len(text) {
		return ' ', size
	}
	switch text[size] {
	case 'n', 'r', 't':
		return ' ', size + 1
	case 'u':
		if len(text) >= size+5 {
			if n, err := strconv.ParseUint(text[size+1:size+5], 16, 32); err == nil {
				return unicode.ToLower(rune(n)), size + 5
			}
		}
	}
	return '\u200b', size // unseen: the word may go on
}

// mask makes all numbers equal.
func mask(list []token) []token {
	out := make([]token, 0, len(list))
	for _, t := range list {
		if !t.number() {
			out = append(out, t)
		} else if len(out) == 0 || out[len(out)-1] != masked { // 3.5 and 35 are one number each
			out = append(out, masked)
		}
	}
	return out
}

// numbers are the numbers of a text, sorted.
func numbers(list []token) []token {
	var out []token
	for _, t := range list {
		if t.number() {
			out = append(out, t)
		}
	}
	slices.Sort(out)
	return out
}

// mostLines is how many lines may be numbered.
const mostLines = 30

// unnumbered leaves out 1, 2, 3 and so on of sorted numbers, once each.
func unnumbered(list []token) []token {
	out := slices.Clone(list)
	for n := 1; n <= mostLines; n++ {
		i, found := slices.BinarySearch(out, tokens(strconv.Itoa(n))[0])
		if !found {
			break
		}
		out = slices.Delete(out, i, i+1)
	}
	return out
}

// holdsAll reports whether the sorted list holds all of part, each as often.
func holdsAll(list, part []token) bool {
	i := 0
	for _, p := range part {
		for i < len(list) && list[i] < p {
			i++
		}
		if i == len(list) || list[i] != p {
			return false
		}
		i++
	}
	return true
}

// mostNumbers bounds the numbers of a text whose order is looked at: what takes long
// grows with their square.
const mostNumbers = 1000

// inOrder is how many numbers of a text are in the other one in the same order: the
// longest subsequence that both have. It is 0 for texts with too many.
func inOrder(text, other []token) int {
	isWord := func(t token) bool { return !t.number() }
	a, b := slices.DeleteFunc(slices.Clone(text), isWord), slices.DeleteFunc(slices.Clone(other), isWord)
	if len(a) > mostNumbers || len(b) > 10*mostNumbers {
		return 0
	}
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for _, x := range a {
		for j, y := range b {
			if row[j+1] = max(before[j+1], row[j]); x == y {
				row[j+1] = before[j] + 1
			}
		}
		before, row = row, before
	}
	return before[len(b)]
}

// gram hashes n tokens that follow each other.
type gram uint64

func gramOf(list []token) gram {
	h := uint64(len(list))
	for _, t := range list {
		h = (h ^ uint64(t)) * 0x9fb21c651e98df25
		h ^= h >> 29
	}
	return gram(h)
}

// grams are all runs of n tokens, by where they begin; a shorter text is one run.
func grams(list []token, n int) []gram {
	if len(list) == 0 {
		return nil
	}
	n = min(n, len(list))
	out := make([]gram, len(list)-n+1)
	for i := range out {
		out[i] = gramOf(list[i : i+n])
	}
	return out
}

// find is where the list holds part without a gap, -1 if it does not.
func find(list, part []token) int {
	for i := 0; i+len(part) <= len(list); i++ {
		if list[i] == part[0] && slices.Equal(list[i:i+len(part)], part) {
			return i
		}
	}
	return -1
}
