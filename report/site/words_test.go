package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report/trial"
)

// Every call is in one page, and no page is longer than its bounds.
func TestPartition(t *testing.T) {
	short, long := trial.Call{Prompt: "short", Answer: "short"}, trial.Call{Prompt: "p", Answer: strings.Repeat("<", 2*longest)}
	var calls []trial.Call
	for i := range 1000 {
		if i >= 450 && i < 460 {
			calls = append(calls, long)
		} else {
			calls = append(calls, short)
		}
	}
	p := trialPages{calls: calls, parts: partition(calls)}
	// Three calls of 64 KiB that escape to five times as much fit a page.
	if want := []int{0, 200, 400, 453, 456, 459, 659, 859}; !cmp.Equal(p.parts, want) {
		t.Errorf("pages begin at %v, want %v", p.parts, want)
	}
	for i, want := range map[int]int{0: 0, 199: 0, 200: 1, 452: 2, 453: 3, 999: 7} {
		if got := p.part(i); got != want {
			t.Errorf("call %d is in page %d, want %d", i, got, want)
		}
	}
	if got := partition(nil); got != nil {
		t.Errorf("no calls have pages %v", got)
	}
}

func TestWords(t *testing.T) {
	var calls []trial.Call
	for i := range 2*callsAPage + 1 {
		calls = append(calls, trial.Call{Prompt: fmt.Sprintf("Question %d", i), Answer: "Größe </script>\u2028" + strings.Repeat("x", 50)})
	}
	p := trialPages{calls: calls, parts: partition(calls)}
	data, err := p.words()
	if err != nil {
		t.Fatal(err)
	}
	inner, ok := bytes.CutPrefix(data, []byte("callWords("))
	inner, ok2 := bytes.CutSuffix(inner, []byte(");\n"))
	if !ok || !ok2 || bytes.ContainsAny(inner, "<>\u2028") {
		t.Fatalf("%.200s", data)
	}
	var got wordIndex
	if err := json.Unmarshal(inner, &got); err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string][]int{"question": {0, 1, 2}, "größe": {0, 1, 2}, "0": {0}, "200": {1}, "400": {2}, strings.Repeat("x", longestWord): {0, 1, 2}, "401": nil} {
		if !cmp.Equal(got.Words[word], want) {
			t.Errorf("%q is in parts %v, want %v", word, got.Words[word], want)
		}
	}
	if !got.Whole || !cmp.Equal(got.Parts, []string{"calls-1.html", "calls-2.html", "calls-3.html"}) {
		t.Errorf("whole %v, parts %v", got.Whole, got.Parts)
	}
}

// A flood of words is cut, and the index says so.
func TestWordsAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range mostWords + 10 {
		fmt.Fprintf(&b, "w%d ", i)
	}
	w := wordIndex{Whole: true, Words: map[string][]int{}}
	w.add(0, b.String())
	w.add(1, "w1 w2 new")
	if w.Whole || len(w.Words) != mostWords || !cmp.Equal(w.Words["w1"], []int{0, 1}) {
		t.Errorf("%d words, whole %v", len(w.Words), w.Whole)
	}
}
