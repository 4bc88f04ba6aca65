package archtest

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/yuin/goldmark/ast"
)

var (
	fragmentName = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})-[a-z0-9]+(?:-[a-z0-9]+)*\.md$`)
	version      = regexp.MustCompile(`^v\d+\.\d+\.\d+$`)
)

// maxFragment is the most words of a fragment: one or two sentences.
const maxFragment = 80

// badFragment says what is wrong with a file of bench/doc/changelog.
func badFragment(name, text string) string {
	m := fragmentName.FindStringSubmatch(name)
	if m == nil {
		return "the name is not <date>-<short-name>.md"
	}
	if _, err := time.Parse(time.DateOnly, m[1]); err != nil {
		return m[1] + " is no date"
	}
	p := parsePage(name, []byte(text))
	if p.doc.ChildCount() != 1 || p.doc.FirstChild().Kind() != ast.KindParagraph {
		return "want one paragraph, without a heading or a list"
	}
	b := p.blocks()[0]
	if n := len(split(b.text)); n > 2 || len(words(b.text)) > maxFragment {
		return "want one or two sentences, has " + strconv.Itoa(n)
	}
	if !strings.HasSuffix(b.text, ".") {
		return "the last sentence has no full stop"
	}
	return ""
}

func TestChangelog(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join(root, "bench/doc/changelog"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		if name == "README.md" {
			continue
		}
		if what := badFragment(name, read(t, "bench/doc/changelog/"+name)); what != "" {
			t.Errorf("bench/doc/changelog/%s: %s", name, what)
		}
	}
	released := parsePage("changelog.md", []byte(read(t, "bench/doc/changelog.md")))
	for _, h := range released.headings() {
		if h.level <= 2 && h.text != "Changelog" && !version.MatchString(h.text) {
			t.Errorf("bench/doc/changelog.md: heading %q is no version; what is not released is a fragment", h.text)
		}
	}
}

func TestFragmentRulesCanFail(t *testing.T) {
	long := strings.Repeat("word ", maxFragment) + "end."
	for _, c := range []struct{ name, text, want string }{
		{"2026-11-29-index.md", "`index --json` prints more. It names files.\n", ""},
		{"index.md", "It prints.", "the name is not"},
		{"2026-11-29_index.md", "It prints.", "the name is not"},
		{"2026-13-29-index.md", "It prints.", "2026-13-29 is no date"},
		{"2026-11-29-index.md", "# Index\n\nIt prints.", "want one paragraph"},
		{"2026-11-29-index.md", "", "want one paragraph"},
		{"2026-11-29-index.md", "- It prints.", "want one paragraph"},
		{"2026-11-29-index.md", "One. Two. Three.", "want one or two sentences, has 3"},
		{"2026-11-29-index.md", long, "want one or two sentences"},
		{"2026-11-29-index.md", "It prints", "no full stop"},
	} {
		if got := badFragment(c.name, c.text); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s, %q: got %q, want %q", c.name, c.text, got, c.want)
		}
	}
}
