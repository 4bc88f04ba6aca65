package site

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"strings"
	"unicode/utf8"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/report/trial"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed assets
var assetFiles embed.FS

// layout is parsed once; each kind of page is a template of its own beside it.
var layouts = parse()

// kinds are the kinds of pages.
var kinds = []string{"board", "agent", "trial", "attempt", "calls", "compare", "side", "text", "tables", "broken", "live"}

func parse() map[string]*template.Template {
	all := map[string]*template.Template{}
	for _, kind := range kinds {
		t := template.New("layout.html").Funcs(template.FuncMap{
			"text": shown, "number": table.Number, "count": table.Count, "percent": percent, "cell": cell, "add": func(a, b int) int { return a + b },
		})
		all[kind] = template.Must(t.ParseFS(templateFiles, "templates/layout.html", "templates/parts.html", "templates/"+kind+".html"))
	}
	return all
}

// frame is what every page has.
type frame struct {
	Site  *Site
	Root  string // the way from the page to the site's root, "" or "../../"
	Title string
	Here  string // which entry of the navigation it stands under
	Data  any
}

// render makes the page of the kind at the address.
func (s *Site) render(kind, address, title, here string, data any) ([]byte, error) {
	f := frame{Site: s, Root: strings.Repeat("../", strings.Count(address, "/")), Title: title, Here: here, Data: data}
	var page bytes.Buffer
	if err := layouts[kind].Execute(&page, f); err != nil {
		return nil, err
	}
	return page.Bytes(), nil
}

// Wrap makes a page of the site around a fragment that its maker has escaped.
func (s *Site) Wrap(address, title, here string, fragment template.HTML) ([]byte, error) {
	return s.render("live", address, title, here, fragment)
}

// Term explains the words of heads.
func (f frame) Term(word string) string { return f.Site.terms()[strings.ToLower(word)] }

// HasPaper reports whether the site has the page of the paper.
func (f frame) HasPaper() bool { return f.Site.Paper != nil }

// longest is the most bytes of one text on a page.
const longest = 64 << 10

// cutText is a text that fits a page.
type cutText struct {
	Text string
	Left int // bytes that are left out
}

// shown is a text of somebody else's as a page shows it.
func shown(s string) cutText {
	left := 0
	if len(s) > longest {
		end := longest
		for end > 0 && !utf8.RuneStart(s[end]) {
			end--
		}
		left, s = len(s)-end, s[:end]
	}
	return cutText{Text: trial.Clean(s), Left: left}
}

// cell is a table's cell as it is sorted: its first number, or nothing.
func cell(c string) string {
	var value float64
	if _, err := fmt.Sscanf(strings.ReplaceAll(c, ",", ""), "%g", &value); err != nil {
		return ""
	}
	return fmt.Sprint(value)
}

// addAssets adds the files that are the same in every site.
func (s *Site) addAssets() {
	err := fs.WalkDir(assetFiles, "assets", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			s.pages[path] = func() ([]byte, error) { return assetFiles.ReadFile(path) }
		}
		return err
	})
	if err != nil { // the files are part of the program
		panic(err)
	}
}
