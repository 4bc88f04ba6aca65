package agents

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
)

// testdata/replies holds a reply a file: a note, "truncated" when the model's
// limit cut it, and what is to be found in it.
func TestExtractCorpus(t *testing.T) {
	paths, err := filepath.Glob("testdata/replies/*.txt")
	if err != nil || len(paths) < 60 {
		t.Fatalf("%d replies: %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			part := sections(string(data))
			truncated := strings.Contains(part["note"], "\ntruncated\n")
			delete(part, "note")
			plan, code, failure, detail := Extract(part["reply"], truncated)
			got := map[string]string{"reply": part["reply"], "plan": plan + "\n"}
			if failure != "" {
				got["failure"] = string(failure) + "\n"
			} else {
				got["code"] = code
			}
			if diff := cmp.Diff(part, got); diff != "" {
				t.Errorf("extracted otherwise (-want +got):\n%s", diff)
			}
			if (failure == "") != (detail == "") {
				t.Errorf("failure %q with detail %q", failure, detail)
			}
		})
	}
}

var heading = regexp.MustCompile(`(?m)^-- (reply|plan|code|failure) --\n`)

// sections splits a file of the corpus; what is before the first heading is the
// note.
func sections(text string) map[string]string {
	parts := map[string]string{}
	name, from := "note", 0
	for _, at := range heading.FindAllStringSubmatchIndex(text, -1) {
		parts[name] = text[from:at[0]]
		name, from = text[at[2]:at[3]], at[1]
	}
	parts[name] = text[from:]
	return parts
}

func TestExtractSizeLimit(t *testing.T) {
	for _, c := range []struct {
		size int
		want results.Failure
	}{{MaxCode, ""}, {MaxCode + 1, results.ExtractionFailed}} {
		code := "import os\n" + strings.Repeat("#", c.size-len("import os\n")-1) + "\n"
		_, got, failure, detail := Extract("Plan.\n```python\n"+code+"```\n", false)
		if failure != c.want || (failure == "") != (len(got) == c.size) {
			t.Errorf("%d bytes: failure %q (%s), %d bytes of code", c.size, failure, detail, len(got))
		}
	}
}

// Replies made to have every block search the whole rest take no longer than
// their size explains.
func TestExtractIsBounded(t *testing.T) {
	const quoted = "```python\nx = \"\"\"\n```\n\"\"\"\n" // whose every end is in a string, up to the end of the reply
	for _, c := range []struct{ name, unit, tail string }{
		{"quoted ends", quoted, ""},
		{"quoted ends before the end of thoughts", quoted, "</think>\n"},
		{"open quotes", "```python\nx = \"\"\"\n```\n", ""},
		{"starts of thoughts", "<think>\n", ""},
	} {
		reply := strings.Repeat(c.unit, 1<<20/len(c.unit)) + c.tail
		for _, truncated := range []bool{false, true} {
			start := time.Now()
			Extract(reply, truncated)
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("%s, truncated %v: %s for %d bytes", c.name, truncated, took, len(reply))
			}
		}
	}
}

// Whatever a model writes, the result is well formed.
func FuzzExtract(f *testing.F) {
	paths, err := filepath.Glob("testdata/replies/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		_, reply, _ := strings.Cut(string(data), "-- reply --\n")
		f.Add(reply, false)
		f.Add(reply, true)
	}
	f.Add(strings.Repeat("```python\nx = \"\"\"\n```\n\"\"\"\n", 200), false)
	f.Fuzz(func(t *testing.T, reply string, truncated bool) {
		plan, code, failure, detail := Extract(reply, truncated)
		switch {
		case (failure == "") != (strings.TrimSpace(code) != ""):
			t.Errorf("failure %q with %d bytes of code", failure, len(code))
		case (failure == "") != (detail == ""):
			t.Errorf("failure %q with detail %q", failure, detail)
		case failure == results.OutputTruncated && !truncated:
			t.Error("truncated without having been cut")
		case len(code) > MaxCode:
			t.Errorf("%d bytes of code", len(code))
		case !utf8.ValidString(plan) || !utf8.ValidString(code):
			t.Error("not UTF-8")
		case strings.ContainsAny(code, "\r\x00"):
			t.Error("control characters in the code")
		}
	})
}
