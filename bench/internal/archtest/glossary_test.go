package archtest

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"testing"
)

const concepts = "bench/doc/concepts.md"

// terms need an explanation where a page first uses them.
var terms = []struct {
	is     *regexp.Regexp
	anchor string
}{
	{regexp.MustCompile(`\bMATS\b`), "mats"},
	{regexp.MustCompile(`\b[Rr]ank sets?\b`), "rank-set"},
	{regexp.MustCompile(`\b[Ss]eed pools?\b|\b[Ss]ettings? (?:seed|scratch)\b`), "scratch-and-seed"},
	{regexp.MustCompile(`\b[Ss]imulated\b`), "simulated"},
	{regexp.MustCompile(`\b[Ss]ealed\b`), "sealed"},
	{regexp.MustCompile(`\b[Pp]rivate sets?\b`), "public-and-private-set"},
	{regexp.MustCompile(`\b[Aa]verage gains?\b`), "gain"},
	{regexp.MustCompile(`\b[Rr]eference engineers?\b`), "reference-engineer"},
	{regexp.MustCompile(`\b[Pp]latform faults?\b`), "platform-fault"},
	{regexp.MustCompile(`\b[Ff]inal scores?\b`), "private-score-and-final-score"},
}

// unlinked names the terms of a page whose first use in its prose is no link to
// their entry.
func unlinked(p *page) (found []string) {
	for _, term := range terms {
		for _, b := range p.blocks() {
			at := term.is.FindStringIndex(b.text)
			if at == nil {
				continue
			}
			if !b.linked(p, at[0], term.anchor) {
				found = append(found, fmt.Sprintf("%s:%d: the first %q is no link to concepts.md#%s", p.path, b.line, b.text[at[0]:at[1]], term.anchor))
			}
			break
		}
	}
	return found
}

func (b block) linked(p *page, at int, anchor string) bool {
	for _, l := range b.links {
		file, to, _ := strings.Cut(l.target, "#")
		if l.from <= at && at < l.to && to == anchor && path.Join(path.Dir(p.path), file) == concepts {
			return true
		}
	}
	return false
}

// unglossed are pages and folders that need no links to the glossary.
var unglossed = map[string]string{
	concepts:               "it is the glossary",
	"bench/doc/changelog":  "for readers who know the earlier version",
	"bench/doc/design":     "contract, methods and decisions define their terms themselves",
	"bench/doc/notes":      "for readers of the page that the notes belong to",
	"bench/doc/statistics": "it simulates data, which is another sense of the word",
}

// TestGlossary holds the pages below bench/doc to it.
func TestGlossary(t *testing.T) {
	for _, p := range pages(t) {
		if !strings.HasPrefix(p.path, "bench/doc/") || reasonFor(p.path) != "" {
			continue
		}
		for _, what := range unlinked(p) {
			t.Error(what)
		}
	}
	glossary := parsePage(concepts, []byte(read(t, concepts)))
	for _, term := range terms {
		if !glossary.has(term.anchor) {
			t.Errorf("%s has no entry %q", concepts, term.anchor)
		}
	}
}

func reasonFor(path string) string {
	for of, reason := range unglossed {
		if under(path, of) || path == of+".md" {
			return reason
		}
	}
	return ""
}

func TestGlossaryCanFail(t *testing.T) {
	for source, want := range map[string]int{
		"# MATS\n\n`MATS` and [MATS](concepts.md#mats), then MATS.": 0,
		"MATS and [MATS](concepts.md#mats).":                        1,
		"[MATS](concepts.md#gain).":                                 1,
		"[MATS](other.md#mats).":                                    1,
		"| MATS |\n|---|\n| 1 |\n":                                  0,
		"- In setting scratch, or with a seed pool.":                1,
		"A [rank\nset](concepts.md#rank-set).":                      0,
	} {
		if got := unlinked(parsePage("bench/doc/a.md", []byte(source))); len(got) != want {
			t.Errorf("%q: got %q, want %d", source, got, want)
		}
	}
	if got := unlinked(parsePage("bench/doc/notes/a.md", []byte("[MATS](../concepts.md#mats)"))); len(got) != 0 {
		t.Errorf("a page in a folder: got %q", got)
	}
	if reasonFor("bench/doc/tasks.md") != "" || reasonFor("bench/doc/designs.md") != "" {
		t.Error("pages are left out for no reason")
	}
}
