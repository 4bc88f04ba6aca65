package folder

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzItem holds that any line is an item with all its fields or has a reason on
// one line.
func FuzzItem(f *testing.F) {
	for _, s := range []string{`{"id":"a","question":"q","answer":"1"}`, `{"id":1}`, "[]", "null", `{"id":"a"} x`, "\xff", `{"id":"a","fields":{"a":1}}`, `{"id":"a","question":"q","answer":"1","ID":"b"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		item, err := readItem(line)
		if err == nil && (item.ID == "" || item.Question == "" || item.Answer == "") {
			t.Fatalf("%q is read as %+v", line, item)
		}
		if err == nil { // names as they stand, each once
			var named map[string]any
			if err := json.Unmarshal(line, &named); err != nil || named["id"] != item.ID || named["question"] != item.Question || named["answer"] != item.Answer {
				t.Fatalf("%q is read as %+v, by its names it is %v, %v", line, item, named, err)
			}
		}
		if err != nil && err.Error() == "" {
			t.Fatalf("%q is refused without a reason", line)
		}
	})
}

// FuzzArray holds that lines of elements grow and lie in the file.
func FuzzArray(f *testing.F) {
	for _, s := range []string{"[\"a question\",\n\"another\"]", "[", "{}", "[1,\n[2]]", "[\"a\"] x", "[\"a\" \"b\"]", "[,]", "[\n\n\"a\",]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "a.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		list, findings := readArray(path, readSeed)
		last, most := 1, 1+strings.Count(text, "\n")
		for _, p := range list {
			if p.Line < last || p.Line > most {
				t.Fatalf("line %d of %d", p.Line, most)
			}
			last = p.Line
		}
		for _, f := range findings {
			if f.Line > most || f.Reason == "" {
				t.Fatalf("finding %+v of %d lines", f, most)
			}
		}
	})
}
