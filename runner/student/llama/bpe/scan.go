package bpe

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Pattern is a regular expression that cuts text into pieces; tokens never
// reach across pieces.
type Pattern string

// The patterns that are understood, as they stand in tokenizer.json.
const (
	// Digits is Qwen 2's: Llama 3's with every digit a piece of its own.
	Digits Pattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	// SpacedDigits is Digits with the blank before a number in its first piece.
	SpacedDigits Pattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+| ?\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	// Llama3 takes up to three digits together.
	Llama3 Pattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	// GPT2 is what the ByteLevel pre-tokenizer does by itself.
	GPT2 Pattern = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
)

func (p Pattern) known() bool {
	return p == Digits || p == SpacedDigits || p == Llama3 || p == GPT2
}

// class is what the patterns distinguish of a character.
type class byte

const (
	symbol class = iota
	letter
	number
	space
	newline // \r and \n, which are spaces too
)

func classOf(r rune) class {
	switch {
	case r == '\r' || r == '\n':
		return newline
	case unicode.IsSpace(r):
		return space
	case unicode.IsLetter(r) || unicode.Is(addedLetters, r):
		return letter
	case unicode.IsNumber(r) || unicode.Is(addedNumbers, r):
		return number
	}
	return symbol
}

// first returns the class and width of the first character of s; an empty s has
// width 0. A byte that is no UTF-8 counts as a symbol.
func first(s string) (class, int) {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return symbol, 0
	}
	return classOf(r), n
}

// run returns the length of the longest prefix of s of at most limit characters
// (0: any number) whose classes are all in the set.
func run(s string, limit int, in func(class) bool) int {
	end := 0
	for count := 0; limit == 0 || count < limit; count++ {
		c, n := first(s[end:])
		if n == 0 || !in(c) {
			break
		}
		end += n
	}
	return end
}

func is(want class) func(class) bool { return func(c class) bool { return c == want } }
func isSpace(c class) bool           { return c == space || c == newline }

// next returns the length of the first piece of s, which is not empty.
func (p Pattern) next(s string) int {
	if n := contraction(s, p != GPT2); n > 0 {
		return n
	}
	c, n := first(s)
	if n := p.word(s, c, n); n > 0 {
		return n
	}
	if n := p.number(s); n > 0 {
		return n
	}
	start := 0
	if s[0] == ' ' {
		start = 1
	}
	if symbols := run(s[start:], 0, is(symbol)); symbols > 0 {
		end := start + symbols
		if p != GPT2 {
			end += run(s[end:], 0, is(newline))
		}
		return end
	}
	return p.spaces(s)
}

// word is [^\r\n\p{L}\p{N}]?\p{L}+, in GPT2 ` ?\p{L}+`.
func (p Pattern) word(s string, c class, width int) int {
	start := 0
	if s[0] == ' ' || p != GPT2 && (c == symbol || c == space) {
		start = width
	}
	if n := run(s[start:], 0, is(letter)); n > 0 {
		return start + n
	}
	return 0
}

// number is \p{N}, ` ?\p{N}`, \p{N}{1,3} or ` ?\p{N}+`.
func (p Pattern) number(s string) int {
	start, limit := 0, 0
	if s[0] == ' ' && (p == SpacedDigits || p == GPT2) {
		start = 1
	}
	switch p {
	case Digits, SpacedDigits:
		limit = 1
	case Llama3:
		limit = 3
	}
	if n := run(s[start:], limit, is(number)); n > 0 {
		return start + n
	}
	return 0
}

// spaces is \s*[\r\n]+|\s+(?!\S)|\s+, in GPT2 without the first part.
func (p Pattern) spaces(s string) int {
	end := run(s, 0, isSpace)
	if p != GPT2 {
		if last := strings.LastIndexAny(s[:end], "\r\n"); last >= 0 {
			return last + 1
		}
	}
	if end < len(s) { // the last space goes with what follows
		if _, n := utf8.DecodeLastRuneInString(s[:end]); n < end {
			return end - n
		}
	}
	return end
}

// contraction returns the length of an English clitic at the start of s.
func contraction(s string, fold bool) int {
	if s[0] != '\'' {
		return 0
	}
	for _, c := range []string{"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"} {
		if len(s) < len(c) {
			continue
		}
		if s[:len(c)] == c || fold && strings.EqualFold(s[:len(c)], c) {
			return len(c)
		}
	}
	if fold && strings.HasPrefix(s, "'ſ") { // the long s folds to s
		return len("'ſ")
	}
	return 0
}
