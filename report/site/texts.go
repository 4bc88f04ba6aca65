package site

import (
	"bytes"
	"html/template"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/autodatabench/autodatabench/report/table"
)

// addPaper adds the page of the paper's figures, published and recomputed.
func (s *Site) addPaper() {
	if s.Paper == nil {
		return
	}
	s.pages["paper.html"] = func() ([]byte, error) {
		var tables []table.Table
		for _, t := range s.Paper.Tables() {
			tables = append(tables, t.Clean())
		}
		return s.render("tables", "paper.html", "The paper's numbers", "paper", tables)
	}
}

// addTexts adds the pages of documentation.
func (s *Site) addTexts() {
	for _, t := range s.Pages {
		address := t.Name + ".html"
		s.pages[address] = func() ([]byte, error) {
			var b bytes.Buffer
			if err := s.markdown().Convert(t.Markdown, &b); err != nil {
				return nil, err
			}
			return s.render("text", address, t.Title, t.Name, template.HTML(b.String())) //nolint:gosec // of the program's own pages; raw HTML is left out
		}
	}
}

// markdown turns the program's own pages into HTML. Links to pages that the site has
// lead there; those to other files become text.
func (s *Site) markdown() goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), extension.Strikethrough),
		goldmark.WithParserOptions(parser.WithAutoHeadingID(), parser.WithASTTransformers(util.Prioritized(links{s}, 100))))
}

type links struct{ site *Site }

// Transform implements parser.ASTTransformer.
func (l links) Transform(doc *ast.Document, _ text.Reader, _ parser.Context) {
	var all []*ast.Link
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the walker returns no error
		if link, ok := n.(*ast.Link); ok && entering {
			all = append(all, link)
		}
		return ast.WalkContinue, nil
	})
	for _, link := range all {
		if to, ok := l.site.linkTo(string(link.Destination)); ok {
			link.Destination = []byte(to)
			continue
		}
		parent := link.Parent()
		for c := link.FirstChild(); c != nil; {
			next := c.NextSibling()
			parent.InsertBefore(parent, link, c)
			c = next
		}
		parent.RemoveChild(parent, link)
	}
}

// linkTo is where a link of the documentation leads in the site.
func (s *Site) linkTo(destination string) (string, bool) {
	u, err := url.Parse(destination)
	if err != nil || u.Scheme != "" && u.Scheme != "https" {
		return "", false
	}
	if u.Scheme == "https" || u.Path == "" {
		return destination, true
	}
	name := strings.TrimSuffix(path.Base(u.Path), ".md")
	for _, t := range s.Pages {
		if t.Name == name {
			return name + ".html" + strings.TrimSuffix("#"+u.Fragment, "#"), true
		}
	}
	return "", false
}

// definition is a term with its first sentence, as concepts.md has them.
var definition = regexp.MustCompile(`(?m)^### (.+)\n((?:[^\n#].*\n?)+)`)

var (
	linkText = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	sentence = regexp.MustCompile(`^.*?[.:](\s|$)`)
)

// glossary reads the terms of the page concepts, in lower case.
func (s *Site) glossary() map[string]string {
	terms := map[string]string{}
	for _, t := range s.Pages {
		if t.Name != "concepts" {
			continue
		}
		for _, m := range definition.FindAllSubmatch(t.Markdown, -1) {
			body := strings.Join(strings.Fields(linkText.ReplaceAllString(string(m[2]), "$1")), " ")
			for _, name := range strings.Split(string(m[1]), " and ") {
				terms[strings.ToLower(strings.TrimSpace(name))] = strings.ReplaceAll(strings.TrimSpace(sentence.FindString(body+" ")), "`", "")
			}
		}
	}
	return terms
}
