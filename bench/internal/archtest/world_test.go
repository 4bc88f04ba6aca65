package archtest

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
)

// world is the one package that reads clock, environment and chance; all others
// are handed them.
const world = "bench/internal/cli"

// reads are the names that read the world, by import path.
var reads = map[string][]string{
	"time": {"Now", "Since", "Until"},
	"os":   {"Getenv", "Environ", "LookupEnv", "ExpandEnv"},
}

// seeded are the names of math/rand/v2 that are no use of its global source.
var seeded = []string{"New", "NewPCG", "NewChaCha8", "NewZipf", "Rand", "Source", "PCG", "ChaCha8", "Zipf"}

func worldRules() []rule {
	return []rule{
		selectors("clock-and-environment", func(path, name string) bool { return slices.Contains(reads[path], name) }),
		selectors("global-randomness", func(path, name string) bool {
			return path == "math/rand/v2" && !slices.Contains(seeded, name)
		}),
		{"init", false, func(s *source) (found []string) {
			for _, d := range s.file.Decls {
				if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
					found = append(found, s.at(f)+" declares init")
				}
			}
			return found
		}},
	}
}

// selectors makes a rule that refuses, outside the world, names of packages for
// which bad is true, whatever the package is called in the file.
func selectors(name string, bad func(path, name string) bool) rule {
	return rule{name, false, func(s *source) (found []string) {
		if s.in(world) {
			return nil
		}
		paths := map[string]string{}
		for _, i := range s.imports() {
			paths[i.name] = i.path
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && bad(paths[x.Name], sel.Sel.Name) {
				found = append(found, fmt.Sprintf("%s uses %s.%s", s.at(sel), paths[x.Name], sel.Sel.Name))
			}
			return true
		})
		return found
	}}
}

// maxLines bounds a file that is no test.
const maxLines = 400

func lintRules() []rule {
	return []rule{
		{"file-length", false, func(s *source) []string {
			if s.lines <= maxLines {
				return nil
			}
			return []string{fmt.Sprintf("%s has %d lines, over %d", s.path, s.lines, maxLines)}
		}},
	}
}

// packageComments names the folders where no file begins with a package comment.
func packageComments(files []*source) (found []string) {
	has := map[string]bool{}
	for _, s := range files {
		if s.test() {
			continue
		}
		begin := "Package " + s.file.Name.Name
		if s.file.Name.Name == "main" {
			begin = "Command "
		}
		has[s.folder()] = has[s.folder()] || strings.HasPrefix(s.file.Doc.Text(), begin)
	}
	for folder, ok := range has {
		if !ok {
			found = append(found, fmt.Sprintf("package-comment: %s has no comment that begins with Package or Command", folder))
		}
	}
	slices.Sort(found)
	return found
}
