package site

import (
	"bytes"
	"html/template"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
	"github.com/aymanbagabas/go-udiff"

	"github.com/autodatabench/autodatabench/report/trial"
)

// change is what an attempt's code has that the one before had not.
type change struct {
	First          bool // there was none before
	Added, Removed int  // lines
	Diff           template.HTML
	Cut            bool // too large to compare
}

// largestCode is the most bytes of a program that are compared and coloured.
const largestCode = longest

// compareCode compares the programs of two attempts that follow each other.
func compareCode(before, after string, n int) change {
	if n == 0 {
		return change{First: true}
	}
	if len(before) > largestCode || len(after) > largestCode {
		return change{Cut: true}
	}
	c := change{}
	diff := udiff.Unified("attempt before", "this attempt", trial.Clean(before), trial.Clean(after))
	for _, line := range strings.Split(diff, "\n") {
		switch {
		case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"):
		case strings.HasPrefix(line, "+"):
			c.Added++
		case strings.HasPrefix(line, "-"):
			c.Removed++
		}
	}
	if diff != "" {
		c.Diff = highlight("diff", diff)
	}
	return c
}

// formatter writes classes, so that no page has a style within it; style.css has the
// colours.
var formatter = html.New(html.WithClasses(true), html.PreventSurroundingPre(false))

// highlight colours code. Code that is too large, or in no language that the lexer
// knows, is shown as it is.
func highlight(language, code string) template.HTML {
	code = shown(code).Text
	lexer := lexers.Get(language)
	if lexer == nil {
		return plainCode(code)
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, code)
	if err != nil {
		return plainCode(code)
	}
	var b bytes.Buffer
	if err := formatter.Format(&b, styles.Fallback, tokens); err != nil {
		return plainCode(code)
	}
	return template.HTML(b.String()) //nolint:gosec // the formatter escapes
}

func plainCode(code string) template.HTML {
	return template.HTML("<pre class=\"chroma\"><code>" + template.HTMLEscapeString(code) + "</code></pre>") //nolint:gosec // escaped
}
