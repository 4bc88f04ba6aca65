package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// recordRules hold the files of the record to their one owner, and replays to
// theirs.
func recordRules() []rule {
	return []rule{
		imports("record-below", true, func(s *source, i imported) bool {
			return i.ours != "" && (s.in("results/record") && !slices.Contains([]string{"results", "results/disk", "results/disk/disktest", "results/record"}, i.ours) ||
				s.in("results/disk/...") && !slices.Contains([]string{"results", "results/jsonscan", "results/disk", "results/disk/disktest"}, i.ours))
		}),
		imports("replay-seam", false, func(s *source, i imported) bool {
			return i.ours == "runner/replay" && !s.in("bench/internal/setup")
		}),
		{"record-names", false, func(s *source) (found []string) {
			if s.in("results/record") {
				return nil
			}
			ast.Inspect(s.file, func(n ast.Node) bool {
				lit, ok := n.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					return true
				}
				text, err := strconv.Unquote(lit.Value)
				if err != nil {
					panic(err) // the parser took it
				}
				name := text[strings.LastIndex(text, "/")+1:]
				if slices.Contains(recordNames, name) && !(s.in(workspaceNames[name]...)) {
					found = append(found, fmt.Sprintf("%s spells %s, a file of the record", s.at(lit), name))
				}
				return true
			})
			return found
		}},
	}
}

// workspaceNames are names of the record that a contract with agents' code has
// too, and who may spell them.
var workspaceNames = map[string][]string{
	"code.py":         {"runner/sandbox"},
	"submission.json": {"runner/sandbox", "runner/submission"},
}

// recordNames are the file names in the layout of the record.
var recordNames = readRecordNames()

func readRecordNames() []string {
	const path = "results/record/layout.go"
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		panic(err)
	}
	s, err := parse(path, text)
	if err != nil {
		panic(err)
	}
	var names []string
	for _, d := range s.file.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			value := spec.(*ast.ValueSpec)
			if name, err := strconv.Unquote(value.Values[0].(*ast.BasicLit).Value); err == nil && strings.Contains(name[1:], ".") {
				names = append(names, name)
			}
		}
	}
	return names
}

func TestRecordNamesAreRead(t *testing.T) {
	for _, name := range []string{"events.jsonl", "score.json", "experiment.lock.json", "results.db"} {
		if !slices.Contains(recordNames, name) {
			t.Errorf("the layout has no %s: %q", name, recordNames)
		}
	}
	if slices.Contains(recordNames, "attempts") {
		t.Error("a folder is no file name")
	}
}
