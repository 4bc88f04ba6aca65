package eee

import (
	"encoding/json"
	"strings"
	"testing"
)

// A line stays one for readers that take other characters for its end, as Python's
// splitlines does, and its text comes back.
func TestLines(t *testing.T) {
	const hostile = "a\u0085b\u2028c\u2029d\x1ee\x0bf\rg\nh\x1b[31m\u202e\\u0085\"<>"
	line, err := lineOf(sample{Input: input{Raw: hostile, Reference: []string{hostile}}})
	if err != nil {
		t.Fatal(err)
	}
	text := string(line)
	if strings.ContainsAny(text[:len(text)-1], "\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029") || !strings.HasSuffix(text, "}\n") {
		t.Errorf("more than a line: %q", text)
	}
	var back sample
	if err := json.Unmarshal(line, &back); err != nil || back.Input.Raw != hostile {
		t.Errorf("%q, %v", back.Input.Raw, err)
	}
}
