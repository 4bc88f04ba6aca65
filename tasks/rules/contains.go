package rules

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/autodatabench/autodatabench/tasks/words"
)

// Contains looks for a short text in the answer, from the beginning of a word to the
// end of one, with every run of white space as one space.
func Contains(ignoreCase bool) Rule { return Rule{contains{ignoreCase}, true} }

type contains struct{ ignoreCase bool }

// maxWords bounds an answer: a longer one could list everything.
const maxWords = 40

var (
	// What denies the text behind it, and what leaves it open.
	denial = regexp.MustCompile(`(?i)(?:\b(?:not|nor|never|neither)|n['’]t)(?:\s+(?:the|a|an|in))?\W*$`)
	before = regexp.MustCompile(`(?i)\bor\W*$`)
	behind = regexp.MustCompile(`(?i)^\W*or\b`)
)

func (c contains) compare(answer, want string, _ bool) (bool, string) {
	text, wanted := spaced(answer), spaced(bare(want))
	if c.ignoreCase {
		text, wanted = strings.ToLower(text), strings.ToLower(wanted)
	}
	at := words.At(text, wanted)
	switch {
	case len(strings.Fields(text)) > maxWords:
		return false, fmt.Sprintf("the answer has more than %d words", maxWords)
	case at < 0:
		return false, "the answer does not hold the expected text"
	case denial.MatchString(text[:at]):
		return false, "the answer denies the expected text"
	case before.MatchString(text[:at]), behind.MatchString(text[at+len(wanted):]):
		return false, "the answer leaves open which text it is"
	}
	return true, "the answer holds the expected text"
}

func (c contains) check(want string) error {
	if err := (exact{}).check(want); err != nil {
		return err
	}
	if len(strings.Fields(want)) > maxWords/2 {
		return errors.New("the item's answer is too long to be looked for in another text")
	}
	return nil
}
