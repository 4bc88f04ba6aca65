package mini

import (
	"slices"

	"github.com/autodatabench/autodatabench/results"
)

// The code domain: a sentence (now and then a one-line def) says what f does,
// the last line is an assertion to complete, `assert f([3, 1, 2]) == # TODO`.
// Nothing is executed: each family's rule is written in Go.
//
// Worked solutions are traces in a handful of shapes, shared by all families:
//
//	3 + 4 = 7         arithmetic, one operation a line
//	max(3, 12) = 12   extremes; min(7, 3, 12) = 3 in sorting
//	3 odd             parity
//	8 > 5 yes         comparison; "8 > 5 yes 1" with a running count
//	b == a no 0       letters, with a running count
//	3 keep            choice by position; "2: 12" numbers the items
//	'cab' -> c a b    a string taken apart
//	2 1 3             items in a new order

// codeFamilies returns the families of the code domain, in the order of their
// areas.
func codeFamilies() []*Family {
	all := slices.Concat(codeTotals(), codeOrder(), codeFiltering(), codeMapping(), codePosition(), codeStrings())
	for _, f := range all {
		f.Domain = results.Code
	}
	return all
}

// knownCode names the four families that the student's pre-training may show.
func knownCode() []string {
	return []string{"minimum", "add-to-each", "every-second", "count-letter"}
}

// The calls that wordings end with.
const (
	callList         = "f({xs})"
	callListNumber   = "f({xs}, {k})"
	callString       = "f({s})"
	callStringNumber = "f({s}, {k})"
	callStringLetter = "f({s}, {c})"
)

// asserting ends each description of f with the assertion to complete.
func asserting(call string, descriptions ...string) []string {
	wordings := make([]string, len(descriptions))
	for i, d := range descriptions {
		wordings[i] = d + "\nassert " + call + " == # TODO"
	}
	return wordings
}

// codeItems are the things that numbers in a list may count.
var codeItems = []string{
	"points", "votes", "coins", "goals", "books", "tickets",
	"steps", "miles", "pages", "eggs", "stamps", "apples",
}

// The parameter lists of the code families.
var (
	paramsList            = []Param{{"xs", List}}
	paramsListNumber      = []Param{{"xs", List}, {"k", Number}}
	paramsListItems       = []Param{{"xs", List}, {"items", Word}}
	paramsListNumberItems = []Param{{"xs", List}, {"k", Number}, {"items", Word}}
	paramsString          = []Param{{"s", Quoted}}
	paramsStringNumber    = []Param{{"s", Quoted}, {"k", Number}}
	paramsStringLetter    = []Param{{"s", Quoted}, {"c", Quoted}}
)
