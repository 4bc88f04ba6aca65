package audit

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
)

// The page says the thresholds that the program has.
func TestPageHasTheRules(t *testing.T) {
	page, err := os.ReadFile("../../bench/doc/audit.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range Rules() {
		at := func(n results.Number) string {
			switch {
			case !n.Known:
				return "never"
			case r.Name == ruleEncoded:
				return "1,000"
			case n.Value >= 1:
				return fmt.Sprint(n.Value)
			}
			return fmt.Sprintf("%g %%", 100*n.Value)
		}
		end := fmt.Sprintf("| %s | %s |\n", at(r.Warning), at(r.Violation))
		found := false
		for line := range strings.Lines(string(page)) {
			found = found || strings.HasPrefix(line, "| "+r.Name+" |") && strings.HasSuffix(line, end)
		}
		if !found {
			t.Errorf("the page has no line of rule %s that ends with %q", r.Name, end)
		}
	}
}
