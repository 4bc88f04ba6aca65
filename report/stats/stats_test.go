package stats_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

func num(v float64) results.Number { return results.Num(v, true) }

var near = cmp.Comparer(func(a, b results.Number) bool { return a.Known == b.Known && math.Abs(a.Value-b.Value) < 1e-9 })

func TestOverRuns(t *testing.T) {
	for _, tt := range []struct {
		name   string
		values []results.Number
		want   stats.Value
	}{
		{"none", nil, stats.Value{Warnings: []string{"0 of 0 runs have the figure"}}},
		{"one", []results.Number{num(5)}, stats.Value{Mean: num(5), N: 1, Warnings: []string{"one run: no spread"}}},
		{"two", []results.Number{num(3), num(5)}, stats.Value{Mean: num(4), SD: num(math.Sqrt2), N: 2}},
		{"five", []results.Number{num(2), num(4), num(4), num(4), num(6)}, stats.Value{Mean: num(4), SD: num(math.Sqrt2), N: 5}},
		{"one missing", []results.Number{num(3), {}}, stats.Value{N: 2, Warnings: []string{"1 of 2 runs have the figure"}}},
	} {
		if diff := cmp.Diff(tt.want, stats.OverRuns(tt.values), near); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestOverDomains(t *testing.T) {
	a, b := stats.Value{Mean: num(10), SD: num(3), N: 2}, stats.Value{Mean: num(20), SD: num(4), N: 3}
	single := stats.Value{Mean: num(30), N: 1}
	for _, tt := range []struct {
		name    string
		domains []stats.Value
		want    stats.Value
	}{
		{"none", nil, stats.Value{Warnings: []string{"a domain is missing: no average"}}},
		{"two", []stats.Value{a, b}, stats.Value{Mean: num(15), SD: num(2.5), N: 2}},
		{"one with a single run", []stats.Value{a, single}, stats.Value{Mean: num(20), N: 1, Warnings: []string{"a domain has one run: no spread"}}},
		{"one missing", []stats.Value{a, {N: 2}}, stats.Value{N: 2, Warnings: []string{"a domain is missing: no average"}}},
	} {
		if diff := cmp.Diff(tt.want, stats.OverDomains(tt.domains), near); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// The limits were computed by Simpson's rule on the density of the beta
// distribution with bisection; 4 of 10 gives the Jeffreys limits 0.1531 and
// 0.6963 of the success rate, as in Brown, Cai and DasGupta (2001).
func TestPooledMATS(t *testing.T) {
	for _, tt := range []struct {
		attempts, valid int
		want            stats.Interval
		warnings        []string
	}{
		{10, 4, stats.Interval{Value: num(2.5), Low: num(1.4361202626), High: num(6.5330825020)}, nil},
		{30, 29, stats.Interval{Value: num(30.0 / 29), Low: num(1.0036336198), High: num(1.1701624180)}, nil},
		{2, 2, stats.Interval{Value: num(1), Low: num(1), High: num(3.0013964393)}, nil},
		{8, 0, stats.Interval{Low: num(3.8136316543)}, []string{"no valid submission: a lower limit only"}},
		{0, 0, stats.Interval{}, []string{"no attempt"}},
	} {
		close := cmp.Comparer(func(a, b results.Number) bool { return a.Known == b.Known && math.Abs(a.Value-b.Value) < 1e-7 })
		want := stats.Estimate{Interval: tt.want, N: tt.attempts, Method: stats.Jeffreys, Warnings: tt.warnings}
		if diff := cmp.Diff(want, stats.PooledMATS(tt.attempts, tt.valid), close); diff != "" {
			t.Errorf("%d valid of %d (-want +got):\n%s", tt.valid, tt.attempts, diff)
		}
	}
}
