package code

import "strings"

// Literal reports why text is no constant Python expression, empty if it is one.
func Literal(text string) (why string) {
	if refused, none := constant(text).(unknown); none {
		return string(refused)
	}
	return ""
}

// SameValue reports whether two constant Python expressions are equal as == sees
// them, and why or why not. Nothing is executed. Callers bound the texts' length.
func SameValue(got, want string) (same bool, reason string) {
	a, b := constant(got), constant(want)
	if refused, none := a.(unknown); none {
		return false, string(refused)
	}
	if refused, none := b.(unknown); none {
		return false, "the expected answer is no Python literal: " + string(refused)
	}
	if equal(a, b) {
		return true, "the value equals the expected " + quoted(want)
	}
	return false, "the value is not the expected " + quoted(want)
}

func constant(text string) value {
	text = strings.TrimFunc(text, isSpace)
	if text == "" {
		return unknown("the answer is empty")
	}
	return parseBare(text)
}
