package archtest

import (
	"bytes"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"github.com/autodatabench/autodatabench/report/markdown"
)

// page is a parsed Markdown page.
type page struct {
	path   string // from the module's root, with slashes
	source []byte
	doc    ast.Node
}

func parsePage(path string, source []byte) *page {
	md := goldmark.New(goldmark.WithExtensions(extension.GFM))
	return &page{path, source, md.Parser().Parse(text.NewReader(source))}
}

// pages parses the pages that the project writes for readers.
func pages(t *testing.T) []*page {
	t.Helper()
	paths := []string{"README.md", "CONTRIBUTING.md", "AGENTS.md"}
	err := filepath.WalkDir(filepath.Join(root, "bench/doc"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".md" {
			return err
		}
		rel, err := filepath.Rel(root, name)
		paths = append(paths, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var list []*page
	for _, p := range paths {
		list = append(list, parsePage(p, []byte(read(t, p))))
	}
	return list
}

// block is a paragraph or the text of a list item, as a reader sees it. Code
// becomes one word, so that a command does not count as a sentence.
type block struct {
	line  int
	text  string
	links []link
}

// link is where a link's words stand in the text of a block.
type link struct {
	from, to int
	target   string
}

// blocks lists the prose of the page in order: no headings, tables or code, and
// nothing that the program printed between its markers.
func (p *page) blocks() []block {
	var list []block
	printed := false
	walk(p.doc, func(n ast.Node) {
		if h, ok := n.(*ast.HTMLBlock); ok {
			html := string(h.Lines().Value(p.source))
			printed = printed && !strings.Contains(html, markdown.End) || strings.Contains(html, markdown.Begin)
		}
		if printed || n.Kind() != ast.KindParagraph && n.Kind() != ast.KindTextBlock {
			return
		}
		var b block
		var out strings.Builder
		p.inline(n, &out, &b)
		b.text = out.String()
		if n.Lines().Len() > 0 {
			b.line = 1 + bytes.Count(p.source[:n.Lines().At(0).Start], []byte("\n"))
		}
		list = append(list, b)
	})
	return list
}

func (p *page) inline(parent ast.Node, out *strings.Builder, b *block) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			out.Write(n.Value(p.source))
			if n.SoftLineBreak() || n.HardLineBreak() {
				out.WriteByte(' ')
			}
		case *ast.CodeSpan:
			out.WriteString("`code`")
		case *ast.AutoLink:
			out.WriteString("address")
		case *ast.Link:
			from := out.Len()
			p.inline(n, out, b)
			b.links = append(b.links, link{from, out.Len(), string(n.Destination)})
		default:
			p.inline(n, out, b)
		}
	}
}

// walk visits every node below n.
func walk(n ast.Node, visit func(ast.Node)) {
	err := ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			visit(n)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		panic(err) // visit returns none
	}
}

// heading is a heading's text and the anchor that GitHub gives it.
type heading struct {
	level        int
	text, anchor string
}

var noAnchor = regexp.MustCompile(`[^\p{L}\p{N}\p{M} _-]`)

func (p *page) headings() []heading {
	var list []heading
	seen := map[string]int{}
	walk(p.doc, func(n ast.Node) {
		h, ok := n.(*ast.Heading)
		if !ok {
			return
		}
		words := string(h.Lines().Value(p.source))
		anchor := strings.ReplaceAll(noAnchor.ReplaceAllString(strings.ToLower(words), ""), " ", "-")
		seen[anchor]++
		if n := seen[anchor] - 1; n > 0 {
			anchor += "-" + string(rune('0'+n))
		}
		list = append(list, heading{h.Level, words, anchor})
	})
	return list
}
