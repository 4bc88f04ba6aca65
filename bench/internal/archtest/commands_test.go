package archtest

import (
	"go/ast"
	"slices"
)

// flagReaders is the one file whose functions may take the command line library's
// context: they read the flags that several commands share.
const flagReaders = "bench/internal/cli/flags.go"

// hooks are the fields of a command that hold functions on the context.
var hooks = []string{"Action", "Before", "OnUsageError", "ExitErrHandler"}

// commandRules hold the command line to its form: a function that the library calls
// reads the flags, and what it calls takes plain values, so that a test can call it.
func commandRules() []rule {
	return []rule{{"context-in-actions", false, func(s *source) (found []string) {
		if s.path == flagReaders {
			return nil
		}
		library := ""
		for _, i := range s.imports() {
			if under(i.path, "github.com/urfave/cli") {
				library = i.name
			}
		}
		if library == "" {
			return nil
		}
		allowed := hooked(s.file)
		ast.Inspect(s.file, func(n ast.Node) bool {
			f, ok := n.(*ast.FuncType)
			if ok && !allowed[f] && takesContext(f, library) {
				found = append(found, s.at(f)+" takes a *"+library+".Context and is no hook of a command")
			}
			return true
		})
		return found
	}}}
}

// hooked are the types of function literals that a file puts into hooks.
func hooked(file *ast.File) map[*ast.FuncType]bool {
	found := map[*ast.FuncType]bool{}
	add := func(name *ast.Ident, value ast.Expr) {
		if f, ok := value.(*ast.FuncLit); ok && slices.Contains(hooks, name.Name) {
			found[f.Type] = true
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			if name, ok := n.Key.(*ast.Ident); ok {
				add(name, n.Value)
			}
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if field, ok := left.(*ast.SelectorExpr); ok && i < len(n.Rhs) {
					add(field.Sel, n.Rhs[i])
				}
			}
		}
		return true
	})
	return found
}

func takesContext(f *ast.FuncType, library string) bool {
	return slices.ContainsFunc(f.Params.List, func(p *ast.Field) bool {
		pointer, ok := p.Type.(*ast.StarExpr)
		if !ok {
			return false
		}
		of, ok := pointer.X.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		from, ok := of.X.(*ast.Ident)
		return ok && from.Name == library && of.Sel.Name == "Context"
	})
}
