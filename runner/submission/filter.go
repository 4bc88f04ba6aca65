package submission

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// The reasons for which the format filter drops a row.
const (
	notObject        = "not an object"
	unknownKey       = "a key besides instruction, input and output"
	repeatedKey      = "a key twice"
	loneSurrogate    = "text that is no Unicode (half of a surrogate pair)"
	emptyInstruction = "empty instruction and input"
	emptyOutput      = "empty output"
	noInstruction    = "no instruction"
	noOutput         = "no output"
)

var tooLong = fmt.Sprintf("texts over %d bytes", results.MaxRowBytes)

func notString(name string) string { return name + " that is not a string" }

// filter returns the row, or why it is dropped. raw is one valid JSON value in
// UTF-8. Keys are compared exactly; input may be left out.
func filter(raw json.RawMessage) (results.Row, string) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if token, err := dec.Token(); err != nil || token != json.Delim('{') {
		return results.Row{}, notObject
	}
	var row results.Row
	seen := map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return results.Row{}, notObject
		}
		var field *string
		switch name {
		case "instruction":
			field = &row.Instruction
		case "input":
			field = &row.Input
		case "output":
			field = &row.Output
		default:
			return results.Row{}, unknownKey
		}
		if seen[name] {
			return results.Row{}, repeatedKey
		}
		seen[name] = true
		var value json.RawMessage
		if dec.Decode(&value) != nil || len(value) == 0 || value[0] != '"' || json.Unmarshal(value, field) != nil {
			return results.Row{}, notString(name)
		}
		if hasLoneSurrogate(value) {
			return results.Row{}, loneSurrogate
		}
	}
	return row, judge(row, seen)
}

func judge(row results.Row, seen map[string]bool) string {
	switch {
	case !seen["instruction"]:
		return noInstruction
	case !seen["output"]:
		return noOutput
	case strings.TrimSpace(row.Instruction+row.Input) == "": // together they are what the student is asked
		return emptyInstruction
	case strings.TrimSpace(row.Output) == "":
		return emptyOutput
	case len(row.Instruction)+len(row.Input)+len(row.Output) > results.MaxRowBytes:
		return tooLong
	}
	return ""
}

// hasLoneSurrogate reports whether the JSON string literal escapes half of a
// surrogate pair, which encoding/json would replace without a word.
func hasLoneSurrogate(literal []byte) bool {
	for i := 0; i+1 < len(literal); i++ {
		if literal[i] != '\\' {
			continue
		}
		if literal[i+1] != 'u' {
			i++
			continue
		}
		high, ok := surrogate(literal[i:])
		if !ok {
			i += 5
			continue
		}
		low, ok := surrogate(literal[min(i+6, len(literal)):])
		if !ok || high >= 0xdc00 || low < 0xdc00 {
			return true
		}
		i += 11
	}
	return false
}

// surrogate decodes a leading \uD800 to \uDFFF.
func surrogate(s []byte) (uint64, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	v, err := strconv.ParseUint(string(s[2:6]), 16, 32)
	return v, err == nil && v >= 0xd800 && v < 0xe000
}
