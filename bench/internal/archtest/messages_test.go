package archtest

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// hinted is a message of the program that comes with a hint. What differs from case
// to case is "…" in both.
type hinted struct {
	message, hint string
	folder, at    string
}

const differs = "…"

// hints are the messages with a hint in the file: those of results.Bad and
// results.Infra with a second argument, and of a results.Error with a Hint.
func (s *source) hints() (list []hinted) {
	var assigned map[string][]string
	add := func(n ast.Node, err, hint ast.Expr) {
		for _, message := range texts(err, assigned) {
			for _, h := range texts(hint, assigned) {
				list = append(list, hinted{message, h, s.folder(), s.at(n)})
			}
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			assigned = assignedTexts(n)
		case *ast.CallExpr:
			if name := called(n); (name == "Bad" || name == "Infra") && len(n.Args) > 1 {
				add(n, n.Args[0], n.Args[1])
			}
		case *ast.CompositeLit:
			if name, err, hint := literalError(n); name == "Error" && err != nil && hint != nil {
				add(n, err, hint)
			}
		}
		return true
	})
	return list
}

// texts are the templates that an expression may have: of a variable, those that its
// function assigns to it.
func texts(e ast.Expr, assigned map[string][]string) []string {
	if name, ok := e.(*ast.Ident); ok && len(assigned[name.Name]) > 0 {
		return assigned[name.Name]
	}
	return []string{template(e)}
}

// assignedTexts are the texts that the function assigns to its variables, by name.
func assignedTexts(f *ast.FuncDecl) map[string][]string {
	all := map[string][]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		a, ok := n.(*ast.AssignStmt)
		if !ok || len(a.Lhs) != len(a.Rhs) {
			return true
		}
		for i, to := range a.Lhs {
			if name, ok := to.(*ast.Ident); ok && spoken(template(a.Rhs[i])) {
				all[name.Name] = append(all[name.Name], template(a.Rhs[i]))
			}
		}
		return true
	})
	return all
}

// called is the name of the function of a call, without its package.
func called(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.Ident:
		return f.Name
	}
	return ""
}

// literalError is the type's name of a literal, and its fields Err and Hint.
func literalError(l *ast.CompositeLit) (name string, err, hint ast.Expr) {
	switch t := l.Type.(type) {
	case *ast.SelectorExpr:
		name = t.Sel.Name
	case *ast.Ident:
		name = t.Name
	}
	for _, e := range l.Elts {
		pair, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		switch key, _ := pair.Key.(*ast.Ident); {
		case key == nil:
		case key.Name == "Err":
			err = pair.Value
		case key.Name == "Hint":
			hint = pair.Value
		}
	}
	return name, err, hint
}

// template is the text of an expression, with "…" for what is known only later.
func template(e ast.Expr) string {
	var b strings.Builder
	writeTemplate(&b, e)
	text := b.String()
	for strings.Contains(text, differs+differs) {
		text = strings.ReplaceAll(text, differs+differs, differs)
	}
	return strings.Join(strings.Fields(text), " ")
}

func writeTemplate(b *strings.Builder, e ast.Expr) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err != nil || e.Kind != token.STRING {
			text = differs
		}
		b.WriteString(text)
	case *ast.BinaryExpr:
		writeTemplate(b, e.X)
		writeTemplate(b, e.Y)
	case *ast.ParenExpr:
		writeTemplate(b, e.X)
	case *ast.CallExpr:
		name := called(e)
		if (name == "Errorf" || name == "Sprintf" || name == "New") && len(e.Args) > 0 {
			var raw strings.Builder
			writeTemplate(&raw, e.Args[0])
			text := raw.String()
			if name != "New" {
				text = withoutVerbs(text, e.Args[1:])
			}
			b.WriteString(text)
			return
		}
		b.WriteString(differs)
	default:
		b.WriteString(differs)
	}
}

// withoutVerbs is a format with "…" for each verb, or the argument's text where that
// is known.
func withoutVerbs(format string, args []ast.Expr) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		for i++; i < len(format) && strings.IndexByte("+-# 0123456789.", format[i]) >= 0; i++ {
		}
		if i < len(format) && format[i] == '%' {
			b.WriteByte('%')
			continue
		}
		if len(args) > 0 {
			writeTemplate(&b, args[0])
			args = args[1:]
		}
	}
	return b.String()
}

// hintedMessages are all of the program, each once, in the order of their words.
func hintedMessages(files []*source) (list []hinted) {
	for _, s := range files {
		if !s.test() {
			list = append(list, s.hints()...)
		}
	}
	slices.SortFunc(list, func(a, b hinted) int { return strings.Compare(a.message+"\n"+a.hint+a.at, b.message+"\n"+b.hint+b.at) })
	return slices.CompactFunc(list, func(a, b hinted) bool { return a.message == b.message && a.hint == b.hint && a.folder == b.folder })
}
