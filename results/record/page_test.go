package record_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the tables of fields in bench/doc/trial-folder.md")

const page = "../../bench/doc/trial-folder.md"

// block is a table of fields in the page: between two comments that name its type.
var block = regexp.MustCompile(`(?s)<!-- fields:([\w.]+) -->\n.*?<!-- end -->`)

// TestPageHasEveryField holds bench/doc/trial-folder.md to the types: every field
// of every type is in a table, with what its comment says.
func TestPageHasEveryField(t *testing.T) {
	types := structs(t, ".", "..")
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	fresh := block.ReplaceAllStringFunc(string(data), func(old string) string {
		name := block.FindStringSubmatch(old)[1]
		shown[name] = true
		if types[name] == nil {
			t.Errorf("the page has fields of %s, which is no type of the record", name)
			return old
		}
		return fmt.Sprintf("<!-- fields:%s -->\n%s<!-- end -->", name, table(types, name))
	})
	for _, name := range []string{
		"Lock", "ScoresLine", "HeadsLine", "LimitsLine", "LimitChange", "LeftOut", "LeftFile", "Look", "Decision", "Entry", "GivenTerms", "Cancelled", "Score", "Terms", "Trained", "TrainReport", "Prompt", "Message", "Reply", "ModelCall", "CheckData", "Check", "Drop",
		"TrainData", "Course", "Public", "Judged", "Seal", "Audit", "Finding", "Overlap", "Round", "Exchange", "Answer", "LedgerLine", "Event", "Spec", "AttemptData", "ReplyData", "CodeData",
		"ScoreData", "UpdateData", "FaultData", "EndData", "AgentUse", "Tokens", "results.Reply", "results.Score", "Identity", "Protocol", "Budget", "Recipe", "Sampling", "TrialID", "Row",
	} {
		if !shown[name] {
			t.Errorf("the page lacks the fields of %s", name)
		}
	}
	if *update {
		if err := os.WriteFile(page, []byte(fresh), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(string(data), fresh); d != "" {
		t.Errorf("the page is not what the types say (run the test with -update):\n%s", d)
	}
}

// structs parses the struct types of the packages in the folders.
func structs(t *testing.T, folders ...string) map[string]*ast.StructType {
	t.Helper()
	found := map[string]*ast.StructType{}
	for _, dir := range folders {
		paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if spec, ok := n.(*ast.TypeSpec); ok {
					if s, ok := spec.Type.(*ast.StructType); ok {
						found[nameIn(file.Name.Name, spec.Name.Name)] = s
					}
				}
				return true
			})
		}
	}
	return found
}

// nameIn tells the two types of results that have a namesake in the record apart.
func nameIn(pkg, name string) string {
	if pkg == "results" && (name == "Reply" || name == "Score") {
		return "results." + name
	}
	return name
}

// table lists the fields of a type, those of embedded types under the name of
// their type.
func table(types map[string]*ast.StructType, name string) string {
	var b strings.Builder
	b.WriteString("| field | type | meaning |\n|---|---|---|\n")
	for _, f := range types[name].Fields.List {
		meaning := strings.Join(strings.Fields(f.Doc.Text()+" "+f.Comment.Text()), " ")
		if len(f.Names) == 0 {
			fmt.Fprintf(&b, "| (fields of %s) | | %s |\n", typeText(f.Type), escape(meaning))
			continue
		}
		tag := ""
		if f.Tag != nil {
			text, _ := strconv.Unquote(f.Tag.Value)
			tag = reflect.StructTag(text).Get("json")
		}
		for _, id := range f.Names {
			key, options, _ := strings.Cut(tag, ",")
			if key == "-" {
				continue
			}
			kind := typeText(f.Type)
			if strings.Contains(options, "omit") {
				kind += ", optional"
			}
			if key == "" {
				key = id.Name
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", key, kind, escape(meaning))
		}
	}
	return b.String()
}

func escape(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// typeText words a type for readers who do not know Go.
func typeText(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return typeText(e.X)
	case *ast.ArrayType:
		return "list of " + typeText(e.Elt)
	case *ast.MapType:
		return "map of " + typeText(e.Value)
	case *ast.SelectorExpr:
		switch e.Sel.Name {
		case "RawMessage":
			return "JSON"
		case "Time":
			return "time (UTC)"
		case "Duration":
			return "nanoseconds"
		}
		if kind, ok := kinds[e.Sel.Name]; ok {
			return kind
		}
		if pkg, ok := e.X.(*ast.Ident); ok {
			return nameIn(pkg.Name, e.Sel.Name)
		}
	case *ast.Ident:
		if kind, ok := kinds[e.Name]; ok {
			return kind
		}
		return e.Name
	}
	return "JSON"
}

// kinds are the plain types, and the words of results, by what JSON has for them.
var kinds = map[string]string{
	"string": "text", "bool": "yes/no", "int": "whole", "int64": "whole", "float64": "number",
	"Number": "number or null", "Domain": "text", "Workflow": "text", "Setting": "text", "Operation": "text", "Failure": "text", "Finish": "text",
	"EventKind": "text", "EndReason": "text", "LedgerKind": "text", "ScoresKind": "text", "Items": "text of 0 and 1", "Groups": "text of numbers",
}
