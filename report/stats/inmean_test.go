package stats

import (
	"testing"

	"autodatabench/results"
)

func TestInMean(t *testing.T) {
	for _, tt := range []struct {
		d0   float64
		runs int
		want float64
	}{{1, 1, 3}, {1, 2, 3}, {1, 3, 3}, {1, 4, 2}, {2, 1, 3}, {4, 1, 2}, {4, 3, 1.5}} {
		if got := (RunPrior{DF0: results.Num(tt.d0, true)}).inMean(tt.runs); got != tt.want {
			t.Errorf("d0 %v, %d runs: %v, want %v", tt.d0, tt.runs, got, tt.want)
		}
	}
	if got := (RunPrior{}).inMean(1); got != 1 {
		t.Errorf("infinite d0: %v", got)
	}
}
