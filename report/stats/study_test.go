package stats_test

import (
	"testing"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

func TestStudyErrors(t *testing.T) {
	a := cell(t, "a", results.Science, "1100", "1110")
	for _, tt := range []struct {
		name  string
		other *stats.Cell
	}{
		{"the same cell twice", cell(t, "a", results.Science, "1100", "1110")},
		{"another domain", cell(t, "b", results.Code, "1100", "1110")},
		{"another base student", cell(t, "b", results.Science, "1010", "1110")},
		{"another set of items", cell(t, "b", results.Science, "11001100", "11101110")},
		{"another base accuracy", counts(t, "b", results.Science, 4, 0.25, 0.5)},
	} {
		if _, err := stats.NewStudy(one, []*stats.Cell{a, tt.other}, given(0.1, 9)); err == nil {
			t.Errorf("%s: no error", tt.name)
		}
	}
	if _, err := stats.NewStudy(one, []*stats.Cell{a, counts(t, "b", results.Science, 4, 0.5, 0.5)}, given(0.1, 9)); err != nil {
		t.Errorf("answers and counts over the same base: %v", err)
	}
}
