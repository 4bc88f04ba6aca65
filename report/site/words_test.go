package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
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
		calls = append(calls, trial.Call{Prompt: fmt.Sprintf("Question %d", i), Answer: "Größe </script>\u2028" + strings.Repeat("x", longestWord)})
	}
	const key = "sk-0123456789abcdef0123"
	calls[5].Prompt = "the key is " + key
	p := trialPages{site: New(Source{Secret: func(text []byte) bool { return bytes.Contains(text, []byte(key)) }}), calls: calls, parts: partition(calls)}
	data, err := p.words()
	if err != nil {
		t.Fatal(err)
	}
	inner, ok := bytes.CutPrefix(data, []byte("callWords("))
	inner, ok2 := bytes.CutSuffix(inner, []byte(");\n"))
	if !ok || !ok2 || bytes.ContainsAny(inner, "<>\u2028") {
		t.Fatalf("%.200s", data)
	}
	var got struct {
		Parts []string
		Whole bool
		Words map[string]json.RawMessage
	}
	if err := json.Unmarshal(inner, &got); err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]string{"question": `"7"`, "größe": `"7"`, "0": "[0]", "200": "[1]", "400": "[2]", strings.Repeat("x", longestWord): `"7"`, "401": ""} {
		if string(got.Words[word]) != want {
			t.Errorf("%q is in parts %s, want %s", word, got.Words[word], want)
		}
	}
	if got.Whole || bytes.Contains(data, []byte("0123456789abcdef0123")) || !cmp.Equal(got.Parts, []string{"calls-1.html", "calls-2.html", "calls-3.html"}) {
		t.Errorf("whole %v, parts %v", got.Whole, got.Parts)
	}
}

func TestWordParts(t *testing.T) {
	for want, parts := range map[string]wordParts{"[0]": {0}, "[3,9]": {3, 9}, `"fff1"`: {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, "[250]": {250}, `"0ee"`: {5, 6, 7, 9, 10, 11}} {
		if got, err := json.Marshal(parts); err != nil || string(got) != want {
			t.Errorf("%v is %s, want %s (%v)", parts, got, want, err)
		}
	}
}

// A flood of words is cut, and the index says so.
func TestWordsAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range mostWords + 10 {
		fmt.Fprintf(&b, "w%d ", i)
	}
	w := wordIndex{Whole: true, Words: map[string]wordParts{}}
	w.add(0, b.String())
	w.add(1, "w1 w2 new")
	if w.Whole || len(w.Words) != mostWords || !cmp.Equal(w.Words["w1"], wordParts{0, 1}) {
		t.Errorf("%d words, whole %v", len(w.Words), w.Whole)
	}
}

// BenchmarkCalls makes the pages of a trial with 50,000 teacher calls of 1.5 kB.
func BenchmarkCalls(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	var calls []trial.Call
	for i := range 50_000 {
		var text strings.Builder
		for range 120 {
			fmt.Fprintf(&text, "word%d ", r.IntN(20_000))
		}
		calls = append(calls, trial.Call{Attempt: 1 + i/2000, Digest: fmt.Sprintf("%016x", i), Prompt: text.String()[:400], Answer: text.String()})
	}
	p := trialPages{site: New(Source{}), calls: calls}
	largest, total := 0, 0
	for b.Loop() {
		p.parts, largest, total = partition(calls), 0, 0
		for n := range p.callPages() {
			page, err := p.callsOf(n + 1)
			if err != nil {
				b.Fatal(err)
			}
			largest, total = max(largest, len(page)), total+len(page)
		}
		words, err := p.words()
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(words))/1e6, "MB/words")
	}
	b.ReportMetric(float64(largest)/1e6, "MB/largest")
	b.ReportMetric(float64(total)/1e6, "MB")
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/trial")
}
