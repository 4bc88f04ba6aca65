// Package code judges LiveCodeBench's test-output prediction by the rules of the
// official scorer. The student completes `assert fn(arguments) == # TODO`. The
// right-hand side that it wrote is compared with the published output as Python's
// == compares them.
//
// It is not for running programs, for judging generated code, or for the mini
// suite's code domain, whose rule is stricter (it also checks the call).
//
// Invariants:
//   - Judge is total: any text gets a verdict, in bounded time.
//   - Nothing is executed or evaluated. The official scorer passes the right-hand
//     side to Python's eval. Here a parser reads literals and constant arithmetic,
//     and says of everything else why it has no value.
//   - So fewer answers are right here than officially. Answers are wrong here if they
//     need names, calls, comprehensions, indexing, comparisons, conditions,
//     unpacking, %-formatting, f-string fields, \N{...}, complex numbers, operators
//     on dictionaries or results over the limits below. They are also wrong if the
//     assertion has a yield, a lambda with / or a bare *, a comprehension that binds
//     other than names or, after a semicolon, an assignment or a statement with a
//     keyword.
//   - All other syntax is checked as by CPython, except inside f-strings and
//     \N{...}. As officially, any expression may be on the left of the ==.
//
// One text passes through extract.go (response to assertion), scan.go (tokens),
// parse.go, grammar.go and atoms.go (Python's expression grammar), literals.go,
// arithmetic.go, floats.go, sequences.go and values.go (constants and ==).
package code

import (
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/tasks"
)

// Limits on what is read and computed.
const (
	maxSource    = 16 << 10 // bytes of an assertion or expression
	maxExtracted = 16 << 10 // bytes of an extract that a verdict keeps
	maxQuoted    = 60       // bytes of a text in a reason
	maxDepth     = 200      // nested brackets, as in CPython
	maxDigits    = 4300     // of a decimal integer, as in CPython
	maxBits      = 1 << 14  // of an integer; holds maxDigits digits
	maxWork      = 1 << 18  // items, characters and machine words computed for one answer
)

// Evaluator judges by the published output: the field "test" (a JSON list of
// exactly one test, or that test), else the field "expected_output", else the
// item's answer; the latter two are JSON literals.
type Evaluator struct{}

var _ tasks.Evaluator = Evaluator{}

// Judge takes the assertion out of a response and judges it.
func (e Evaluator) Judge(response string, item tasks.Item) results.Verdict {
	extracted := extract(response)
	if extracted == "" {
		return results.Verdict{Reason: `no line starts with "assert" and no code block holds an answer`}
	}
	return e.JudgeExtracted(extracted, item)
}

// JudgeExtracted judges an answer that was taken out already.
func (Evaluator) JudgeExtracted(extracted string, item tasks.Item) results.Verdict {
	extracted = strings.ToValidUTF8(extracted, "\uFFFD")
	verdict := results.Verdict{Extracted: cut.Bytes(extracted, maxExtracted)}
	want, published, err := expectation(item)
	if err != nil {
		verdict.Reason = err.Error()
		return verdict
	}
	got := answer(extracted)
	switch refused, none := got.(unknown); {
	case none:
		verdict.Reason = string(refused)
	case equal(got, want):
		verdict.Correct = true
		verdict.Reason = "the value equals the expected " + quoted(published)
	default:
		verdict.Reason = "the value is not the expected " + quoted(published)
	}
	return verdict
}

// answer is the value that an extract states.
func answer(extracted string) value {
	source := strings.TrimFunc(statement(extracted), isSpace)
	switch {
	case source == "":
		return unknown("the answer is empty")
	case len(source) > maxSource:
		return unknown(fmt.Sprintf("the answer is longer than %d bytes", maxSource))
	case strings.Contains(source, "assert"):
		return parseAssertion(source)
	}
	return parseBare(source)
}

// expectation is the expected value and its JSON text.
func expectation(item tasks.Item) (value, string, error) {
	published := item.Answer
	if s, ok := item.Fields["expected_output"]; ok {
		published = s
	}
	if s, ok := item.Fields["test"]; ok {
		if published, ok = publishedOutput(s); !ok {
			return nil, "", fmt.Errorf("the item's test is not exactly one test with an output")
		}
	}
	if strings.TrimSpace(published) == "" {
		return nil, "", fmt.Errorf("the item has no expected output")
	}
	want, ok := parseJSON(published)
	if !ok {
		return nil, "", fmt.Errorf("the expected output %s is not a JSON literal", quoted(published))
	}
	return want, published, nil
}

// publishedOutput is the output of the one test in a published test list.
func publishedOutput(test string) (string, bool) {
	decoded, ok := decodeJSON(test)
	if many, isList := decoded.([]any); ok && isList && len(many) == 1 {
		decoded = many[0]
	}
	fields, _ := decoded.(map[string]any)
	output, isText := fields["output"].(string)
	return output, isText
}

func parseJSON(text string) (value, bool) {
	decoded, ok := decodeJSON(text)
	if !ok {
		return nil, false
	}
	return fromJSON(decoded, 0)
}

func decodeJSON(text string) (any, bool) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var decoded any
	if d.Decode(&decoded) != nil {
		return nil, false
	}
	_, err := d.Token()
	return decoded, err == io.EOF
}

// fromJSON is the value that Python reads from decoded JSON.
func fromJSON(decoded any, depth int) (value, bool) {
	if depth > maxDepth {
		return nil, false
	}
	switch d := decoded.(type) {
	case bool:
		return boolean(d), true
	case json.Number:
		return jsonNumber(d.String())
	case string:
		return text(d), true
	case []any:
		items := make(list, len(d))
		for i := range d {
			var ok bool
			if items[i], ok = fromJSON(d[i], depth+1); !ok {
				return nil, false
			}
		}
		return items, true
	case map[string]any:
		entries := make(dict, len(d))
		for name := range d {
			v, ok := fromJSON(d[name], depth+1)
			if !ok {
				return nil, false
			}
			entries[textKey(text(name))] = v
		}
		return entries, true
	}
	return nil, true
}

func jsonNumber(s string) (value, bool) {
	if strings.ContainsAny(s, ".eE") {
		x, _ := strconv.ParseFloat(s, 64) // infinite when out of range, as in Python
		return x, true
	}
	if len(strings.TrimPrefix(s, "-")) > maxDigits {
		return nil, false
	}
	return new(big.Int).SetString(s, 10)
}

// quoted is the beginning of s, on one line.
func quoted(s string) string { return strconv.Quote(cut.Bytes(s, maxQuoted)) }

// Check reports why no response could be correct for the item.
func (Evaluator) Check(item tasks.Item) error {
	_, _, err := expectation(item)
	return err
}
