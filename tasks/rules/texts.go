package rules

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/autodatabench/autodatabench/tasks/code"
)

// Exact compares texts, with every run of white space as one space.
func Exact(ignoreCase bool) Rule { return Rule{exact{ignoreCase}, true} }

type exact struct{ ignoreCase bool }

func (e exact) compare(answer, want string, _ bool) (bool, string) {
	a, b := spaced(answer), spaced(want)
	same := func(x, y string) bool { return x == y || e.ignoreCase && strings.EqualFold(x, y) }
	if same(a, b) || same(a, spaced(bare(b))) {
		return true, "the answer is the expected text"
	}
	return false, "the answer is not the expected text"
}

func (exact) check(want string) error {
	if err := oneLine(want); err != nil {
		return err
	}
	if bare(want) == "" {
		return fmt.Errorf("the item's answer %q is nothing but marks, which are dropped from a response", shown(want))
	}
	return nil
}

func spaced(text string) string { return strings.Join(strings.Fields(text), " ") }

// oneLine refuses answers that no response can give, since one line is read.
func oneLine(want string) error {
	switch {
	case want == "":
		return errors.New("the item has no answer")
	case strings.ContainsAny(want, "\r\n"):
		return errors.New("the item's answer has several lines, and the rule reads one")
	case len(want) > maxAnswer:
		return errors.New("the item's answer is longer than 4 KiB")
	}
	return nil
}

// PythonLiteral compares constants as Python's == does.
func PythonLiteral() Rule { return Rule{rule: literal{}} }

type literal struct{}

func (literal) compare(answer, want string, _ bool) (bool, string) {
	return code.SameValue(strings.ToValidUTF8(answer, "\uFFFD"), strings.ToValidUTF8(want, "\uFFFD"))
}

func (literal) check(want string) error {
	if err := oneLine(want); err != nil {
		return err
	}
	if why := code.Literal(want); why != "" {
		return fmt.Errorf("the item's answer %q is no Python literal: %s", shown(want), why)
	}
	return nil
}

// Regex takes the item's answer for a regular expression (RE2) that the whole
// answer must match.
func Regex() Rule { return Rule{rule: &pattern{known: map[string]*regexp.Regexp{}}} }

// pattern keeps the expressions of the items that it has met.
type pattern struct {
	mutex sync.Mutex
	known map[string]*regexp.Regexp
}

const (
	maxPattern = 500   // bytes
	maxMatched = 1_000 // bytes of an answer
	maxKnown   = 5_000 // expressions that are kept: more than a task has items
)

func (p *pattern) compare(answer, want string, _ bool) (bool, string) {
	if len(answer) > maxMatched {
		return false, "the answer is longer than 1,000 bytes"
	}
	expression, err := p.wholly(want)
	if err != nil {
		return false, "the item's answer is no regular expression"
	}
	if expression.MatchString(answer) {
		return true, "the answer matches the expected pattern"
	}
	return false, "the answer does not match the expected pattern"
}

func (p *pattern) check(want string) error {
	if err := oneLine(want); err != nil {
		return err
	}
	if len(want) > maxPattern {
		return errors.New("the item's pattern is longer than 500 bytes")
	}
	if _, err := p.wholly(want); err != nil {
		return fmt.Errorf("the item's answer is no regular expression (RE2): %w", err)
	}
	return nil
}

// wholly is the expression that a whole answer must match. It must be one without
// what is put around it too: a)|(b is none.
func (p *pattern) wholly(want string) (*regexp.Regexp, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if expression, ok := p.known[want]; ok {
		return expression, nil
	}
	if _, err := regexp.Compile(want); err != nil {
		return nil, err
	}
	expression, err := regexp.Compile(`^(?:` + want + `)$`)
	if err != nil {
		return nil, err
	}
	if len(p.known) == maxKnown {
		clear(p.known)
	}
	p.known[want] = expression
	return expression, nil
}
