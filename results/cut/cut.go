// Package cut shortens texts for records and messages. A text is cut between two
// characters, never within one.
//
// The package is not for columns of a terminal (report/table) or for the prompts
// of agents (agents/prompt), which mark their cuts by rules of their own. A byte
// that is no UTF-8 counts as a character.
package cut

import "unicode/utf8"

// Bytes is the beginning of s in at most n bytes.
func Bytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// Tail is the end of s in at most n bytes.
func Tail(s string, n int) string {
	from := max(0, len(s)-n)
	for from > 0 && from < len(s) && !utf8.RuneStart(s[from]) {
		from++
	}
	return s[from:]
}

// Runes is the beginning of s in at most n characters, and then mark if that is
// not the whole of s.
func Runes(s string, n int, mark string) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i] + mark
		}
	}
	return s
}
