package verify

import (
	"testing"

	"github.com/autodatabench/autodatabench/results"
)

// The author's audit adds to what was found here, and takes nothing away.
func TestGraver(t *testing.T) {
	finding := func(rule string, level results.Level) results.Finding {
		return results.Finding{Rule: rule, Level: level}
	}
	now := results.Sum(1, []results.Finding{finding("public-set", results.Violation), finding("files", results.Warning)})
	for name, c := range map[string]struct {
		has   *results.Audited
		level results.Level
		n     int
	}{
		"no audit":           {nil, results.Violation, 2},
		"a clean audit":      {&results.Audited{Rules: 1, Level: results.Clean}, results.Violation, 2},
		"the same finding":   {&results.Audited{Rules: 1, Findings: []results.Finding{finding("files", results.Warning)}}, results.Violation, 2},
		"another finding":    {&results.Audited{Rules: 1, Findings: []results.Finding{finding("private-set", results.Violation)}}, results.Violation, 3},
		"a graver one":       {&results.Audited{Rules: 1, Findings: []results.Finding{finding("files", results.Violation)}}, results.Violation, 3},
		"one of other rules": {&results.Audited{Rules: 0, Findings: []results.Finding{finding("old", results.Violation)}}, results.Violation, 3},
	} {
		if sum := Graver(now, c.has); sum.Level != c.level || len(sum.Findings) != c.n {
			t.Errorf("%s: %+v", name, sum)
		}
	}
}
