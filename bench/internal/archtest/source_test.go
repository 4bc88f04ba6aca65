package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// module is the path that the module's own imports begin with, as go.mod says.
var module = modulePath()

func modulePath() string {
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		panic(err)
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(string(text), "module "), "\n")
	return name
}

// source is a parsed Go file.
type source struct {
	path  string // from the module's root, with slashes
	lines int
	set   *token.FileSet
	file  *ast.File
}

func parse(path string, text []byte) (*source, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	return &source{path: path, lines: strings.Count(string(text), "\n"), set: set, file: file}, nil
}

// folder is the file's folder, "." for the root.
func (s *source) folder() string { return path.Dir(s.path) }

// floor is the top-level folder.
func (s *source) floor() string { floor, _, _ := strings.Cut(s.path, "/"); return floor }

func (s *source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

// in reports whether the file lies in one of the folders or, for a folder that
// ends in "/...", anywhere below it.
func (s *source) in(folders ...string) bool {
	for _, f := range folders {
		if tree, ok := strings.CutSuffix(f, "/..."); ok && under(s.folder(), tree) || s.folder() == f {
			return true
		}
	}
	return false
}

// under reports whether path is tree or below it.
func under(path, tree string) bool { return path == tree || strings.HasPrefix(path, tree+"/") }

// at is the place of a node as path:line.
func (s *source) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", s.path, s.set.Position(n.Pos()).Line)
}

// imported is one import of a file.
type imported struct {
	spec *ast.ImportSpec
	path string // as written
	ours string // the folder within the module; empty for others' packages
	name string // by which the file calls it; "." and "_" as they are
}

func (s *source) imports() []imported {
	var list []imported
	for _, spec := range s.file.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			panic(err) // the parser took it
		}
		i := imported{spec: spec, path: p, name: path.Base(p)}
		if i.name == "v2" {
			i.name = path.Base(path.Dir(p))
		}
		if spec.Name != nil {
			i.name = spec.Name.Name
		}
		if under(p, module) {
			i.ours = strings.TrimPrefix(strings.TrimPrefix(p, module), "/")
		}
		list = append(list, i)
	}
	return list
}

// std reports whether the import is of the standard library.
func (i imported) std() bool {
	first, _, _ := strings.Cut(i.path, "/")
	return i.ours == "" && i.path != module && !strings.Contains(first, ".")
}

// root is the module's folder as seen from this package.
const root = "../../.."

// sources parses the module's Go files but for hidden folders and test data.
func sources(t *testing.T) []*source {
	t.Helper()
	var list []*source
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() && name != root && (base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(base, ".go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		s, err := parse(filepath.ToSlash(rel), text)
		if err != nil {
			return err
		}
		list = append(list, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}
