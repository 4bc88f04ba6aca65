package archtest

import (
	"go/ast"
	"regexp"
	"testing"
)

var testName = regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w*)`")

// TestArchitectureNamesTests checks that every test that the page on architecture
// names as holding an invariant is there.
func TestArchitectureNamesTests(t *testing.T) {
	has := map[string]bool{}
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && s.test() {
				has[f.Name.Name] = true
			}
		}
	}
	named := testName.FindAllStringSubmatch(read(t, "bench/doc/design/architecture.md"), -1)
	if len(named) < 10 {
		t.Errorf("the page names %d tests", len(named))
	}
	for _, m := range named {
		if !has[m[1]] {
			t.Errorf("the page names %s, which is no test", m[1])
		}
	}
}
