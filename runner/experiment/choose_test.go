package experiment

import (
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
)

func TestMatching(t *testing.T) {
	f := Default()
	f.Name, f.Agents, f.Runs = "demo", []string{"direct", "adaptive"}, 2
	f.Domains, f.Workflows, f.Settings = results.Domains(), results.Workflows(), []results.Setting{results.Scratch}
	for _, tt := range []struct {
		name string
		want int
	}{
		{"science/iterative/adaptive/1", 1}, {"demo/science/iterative/adaptive/run-1", 1}, {"science/iterative-scratch/adaptive/run-2", 1},
		{"adaptive", 12}, {"science", 8}, {"2", 12}, {"demo", 0}, {"science/nobody", 0}, {"", 0},
	} {
		found, err := f.Matching(tt.name)
		if len(found) != tt.want || (err != nil) != (tt.want == 0) {
			t.Errorf("%q: %d trials (%v), want %d", tt.name, len(found), err, tt.want)
		}
	}
	if _, err := f.Matching("x"); err == nil || !strings.Contains(err.Error(), "no trial of experiment demo") {
		t.Errorf("error %v", err)
	}
}
