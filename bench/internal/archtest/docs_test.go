package archtest

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark/ast"
)

// tree is what links and citations may lead to: every file and folder of the
// module by its path, and the pages.
type tree struct {
	files map[string]bool
	pages map[string]*page
}

func readTree(t *testing.T, list []*page) tree {
	t.Helper()
	w := tree{map[string]bool{}, map[string]*page{}}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != root && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		rel, err := filepath.Rel(root, name)
		w.files[filepath.ToSlash(rel)] = true
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		w.pages[p.path] = p
	}
	return w
}

// deadLinks names the relative links of a page that lead nowhere.
func (w tree) deadLinks(p *page) (found []string) {
	walk(p.doc, func(n ast.Node) {
		var target string
		switch n := n.(type) {
		case *ast.Link:
			target = string(n.Destination)
		case *ast.Image:
			target = string(n.Destination)
		default:
			return
		}
		if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
			return
		}
		file, anchor, _ := strings.Cut(target, "#")
		to := p.path
		if file != "" {
			to = path.Join(path.Dir(p.path), file)
		}
		if !w.files[to] {
			found = append(found, fmt.Sprintf("%s: link to %s: no such file", p.path, target))
			return
		}
		if anchor != "" && (w.pages[to] == nil || !w.pages[to].has(anchor)) {
			found = append(found, fmt.Sprintf("%s: link to %s: no such heading", p.path, target))
		}
	})
	return found
}

func (p *page) has(anchor string) bool {
	return slices.ContainsFunc(p.headings(), func(h heading) bool { return h.anchor == anchor })
}

var (
	document = regexp.MustCompile(`[A-Za-z0-9_./-]*[A-Za-z0-9_-]\.md\b`)
	citation = regexp.MustCompile(`([A-Za-z0-9_-]+\.md)\s+sections?\s+(\d+(?:(?:,| to| and)\s+\d+)*)`)
	bare     = regexp.MustCompile(`\b([A-Z][A-Z_]+)\s+sections?\s+\d`) // a page by the name that it has elsewhere
	number   = regexp.MustCompile(`\d+`)
)

// ofRecord are files that a trial, a task or an experiment has, and endings of
// names; the repository holds no document by these names.
var ofRecord = []string{"plan.md", "leaderboard.md", "description.md", "rule.md"}

// badCitations names the documents cited in a text that the repository lacks, and
// the sections that they lack.
func (w tree) badCitations(text string) (found []string) {
	for _, name := range document.FindAllString(text, -1) {
		name = strings.TrimLeft(name, "./")
		known := slices.Contains(ofRecord, path.Base(name)) || w.files[name]
		for file := range w.files {
			known = known || strings.HasSuffix(file, "/"+name)
		}
		if !known {
			found = append(found, "cites "+name+", which is not in the repository")
		}
	}
	for _, m := range bare.FindAllStringSubmatch(text, -1) {
		found = append(found, "cites "+m[1]+", which is no page of the repository")
	}
	for _, m := range citation.FindAllStringSubmatch(text, -1) {
		for _, n := range number.FindAllString(m[2], -1) {
			if !w.section(m[1], n) {
				found = append(found, fmt.Sprintf("cites %s section %s, which there is not", m[1], n))
			}
		}
	}
	return found
}

// section reports whether a page of bench/doc has a heading "## n. ...".
func (w tree) section(name, n string) bool {
	for _, dir := range []string{"bench/doc", "bench/doc/design"} {
		if p := w.pages[dir+"/"+name]; p != nil {
			return slices.ContainsFunc(p.headings(), func(h heading) bool {
				return h.level == 2 && strings.HasPrefix(h.text, n+". ")
			})
		}
	}
	return false
}

func TestLinksLeadSomewhere(t *testing.T) {
	list := pages(t)
	w := readTree(t, list)
	for _, p := range list {
		for _, d := range w.deadLinks(p) {
			t.Error(d)
		}
	}
}

func TestCitations(t *testing.T) {
	list := pages(t)
	w := readTree(t, list)
	for _, p := range list {
		for _, c := range w.badCitations(string(p.source)) {
			t.Errorf("%s %s", p.path, c)
		}
	}
	for _, s := range sources(t) {
		if s.in("bench/internal/archtest") {
			continue // its tests plant what is not there
		}
		for _, group := range s.file.Comments {
			for _, c := range w.badCitations(group.Text()) {
				t.Errorf("%s %s", s.at(group), c)
			}
		}
	}
}

// TestDocumentRulesCanFail plants dead links and citations.
func TestDocumentRulesCanFail(t *testing.T) {
	a := parsePage("bench/doc/a.md", []byte("# A\n\n## 1. One thing (of two)\n\n## Twice\n\n## Twice\n"))
	w := tree{map[string]bool{"bench/doc/a.md": true, "README.md": true}, map[string]*page{"bench/doc/a.md": a}}
	for source, want := range map[string]string{
		"[x](a.md)":                       "",
		"[x](a.md#1-one-thing-of-two)":    "",
		"[x](a.md#twice-1)":               "",
		"[x](../../README.md)":            "",
		"[x](https://example.org/none)":   "",
		"`[x](none.md)`":                  "",
		"[x](none.md)":                    "bench/doc/b.md: link to none.md: no such file",
		"![x](none.svg)":                  "bench/doc/b.md: link to none.svg: no such file",
		"[x](a.md#two)":                   "bench/doc/b.md: link to a.md#two: no such heading",
		"[x](a.md#twice-2)":               "bench/doc/b.md: link to a.md#twice-2: no such heading",
		"[x][y]\n\n[y]: ../../README.mdx": "bench/doc/b.md: link to ../../README.mdx: no such file",
	} {
		if got := strings.Join(w.deadLinks(parsePage("bench/doc/b.md", []byte(source))), "; "); got != want {
			t.Errorf("%s: got %q, want %q", source, got, want)
		}
	}
	for text, want := range map[string]string{
		"as a.md section 1 says":      "",
		"bench/doc/a.md, doc/a.md":    "",
		"plan.md of an attempt":       "",
		"as a.md\nsection 2 says":     "cites a.md section 2, which there is not",
		"a.md sections 1 to 3":        "cites a.md section 3, which there is not",
		"a.md sections 1, 1 and 4":    "cites a.md section 4, which there is not",
		"see ../shared/SPEC.md":       "cites shared/SPEC.md, which is not in the repository",
		"as SPEC section 5 says":      "cites SPEC, which is no page of the repository",
		"see other/a.md":              "cites other/a.md, which is not in the repository",
		"NOTES.md section 1 has more": "cites NOTES.md, which is not in the repository; cites NOTES.md section 1, which there is not",
	} {
		if got := strings.Join(w.badCitations(text), "; "); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
