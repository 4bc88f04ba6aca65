package rules

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Choice compares one of a few short answers, such as letters, without regard to
// case.
func Choice(choices []string) (Rule, error) {
	if len(choices) < 2 {
		return Rule{}, errors.New("needs two choices or more")
	}
	seen := map[string]bool{}
	for _, c := range choices {
		key := strings.ToLower(c)
		if c == "" || c != bare(c) || len(c) > maxShown || seen[key] {
			return Rule{}, fmt.Errorf("choice %q is empty, repeated, too long or has marks around it", shown(c))
		}
		seen[key] = true
	}
	return Rule{rule: choice(choices)}, nil
}

type choice []string

// compare reads the choice that the answer begins with: behind brackets, quotes and
// words such as "option", and in the wide letters of East Asian scripts too.
func (c choice) compare(answer, want string, stated bool) (bool, string) {
	got := c.first(opened(strings.Map(narrow, answer)), stated)
	switch {
	case got == "":
		return false, "the answer is none of the choices"
	case strings.EqualFold(got, want):
		return true, "the answer is the choice " + want
	}
	return false, "the answer is the choice " + got + ", not " + want
}

var named = regexp.MustCompile(`(?i)^(?:the )?(?:option|choice|letter|answer)\s*[:#]?\s*`)

// opened is an answer without what may stand before its choice.
func opened(answer string) string {
	for {
		before := answer
		answer = strings.TrimLeft(answer, "([{<\"'_*「『“‘《【〈 ")
		if rest := named.ReplaceAllString(answer, ""); rest != "" {
			answer = rest
		}
		if answer = bare(answer); answer == before {
			return answer
		}
	}
}

// narrow gives wide letters and marks their usual form.
func narrow(r rune) rune {
	if '！' <= r && r <= '～' {
		return r - '！' + '!'
	}
	return r
}

// first is the longest choice that the text begins with as a word. A whole line
// of working may begin with a choice by chance, as in "A body falls": there the
// choice must stand alone or before a mark.
func (c choice) first(text string, stated bool) string {
	best := ""
	for _, word := range c {
		if len(word) > len(best) && len(text) >= len(word) && strings.EqualFold(text[:len(word)], word) && ends(word, text[len(word):], stated) {
			best = word
		}
	}
	return best
}

// reason is what follows a choice that could be a word of the sentence: "A" is an
// article before any other word.
var reason = regexp.MustCompile(`^\s+(?:(?i:because|since|as|for|is|and)\b|[-–—(\[=])`)

// ends reports whether a choice ends where rest begins.
func ends(word, rest string, stated bool) bool {
	next, _ := utf8.DecodeRuneInString(rest)
	switch {
	case rest == "", strings.ContainsRune(`)]}>.,:;<"'*_」』”’》】〉。、`, next):
		return true
	case strings.EqualFold(word, "A"), word == "I":
		return stated && reason.MatchString(rest)
	}
	return stated && unicode.IsSpace(next)
}

func (c choice) check(want string) error {
	for _, word := range c {
		if strings.EqualFold(word, want) {
			return nil
		}
	}
	return fmt.Errorf("the item's answer %q is none of the choices %s", shown(want), strings.Join(c, ", "))
}
