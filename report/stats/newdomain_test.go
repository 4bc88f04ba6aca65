package stats_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

// By hand: the figures are 50, 100 | 0, 30 points over the base, so that the interaction
// is (50-100-0+30)^2/4 = 100 with one degree of freedom.
func TestElsewhere(t *testing.T) {
	domains := []results.Domain{results.Science, results.Code}
	s := study(t, domains, given(0.01, 4),
		counts(t, "a", results.Science, 100, 0, 0.5), counts(t, "a", results.Code, 100, 0, 1),
		counts(t, "b", results.Science, 100, 0, 0), counts(t, "b", results.Code, 100, 0, 0.3))
	got := s.By(stats.ByPoints).Elsewhere(1, 999)
	within(t, "spread", got.Spread.Value, 10, 1e-9)
	if got.DF != 1 || got.Ranks[0].Low != 1 || got.Ranks[0].High != 2 || got.Why != "" {
		t.Errorf("%+v", got)
	}
	if got := study(t, one, given(0.01, 4), cell(t, "a", "science", "10", "11"), cell(t, "b", "science", "10", "10")).Elsewhere(1, 999); got.Why == "" || got.Ranks[0].High != 0 {
		t.Errorf("one domain: %+v", got)
	}
}

// TestCoverageElsewhere measures how often an entry's rank in a new domain is one of those
// predicted. Six agents have effects of their own in every domain: normal ones, or some
// that are far out, or larger ones in some domains.
func TestCoverageElsewhere(t *testing.T) {
	sets := 300
	if *fullStudy {
		sets = *studySets
	}
	t.Log("| agents | effects in a domain | domains | rank held, % | ranks predicted, of 6 |")
	t.Log("|---|---|---:|---:|---:|")
	for _, apart := range []float64{0, 1, 4} {
		for _, effects := range []string{"normal", "far out", "larger in some domains"} {
			for _, n := range []int{2, 3, 5, 10} {
				held, width := elsewhere(t, sets, n, apart, effects)
				t.Logf("| %.0f SDs apart | %s | %d | %v | %.1f |", apart, effects, n, held, width.mean()/100)
				held.check(t, fmt.Sprintf("%v apart, %s, %d domains", apart, effects, n), 95, 100)
			}
		}
	}
}

// elsewhere simulates studies of n domains and one more. Agents are so many SDs of the
// effects apart, one from the next.
func elsewhere(t *testing.T, sets, n int, apart float64, effects string) (held, width *share) {
	t.Helper()
	const agents, sd = 6, 0.02
	held, width = &share{}, &share{}
	for k := range sets {
		rng := rand.New(rand.NewPCG(uint64(k), uint64(n)))
		var cells []*stats.Cell
		var domains []results.Domain
		var there []float64 // in the new domain
		for d := range n + 1 {
			scale := sd
			if effects == "larger in some domains" && rng.IntN(2) == 0 {
				scale *= 2
			}
			if d < n {
				domains = append(domains, results.Domain(fmt.Sprint("domain", d)))
			}
			for a := range agents {
				e := rng.NormFloat64()
				if effects == "far out" { // t with 4 degrees of freedom
					chi := 0.0
					for range 4 {
						z := rng.NormFloat64()
						chi += z * z
					}
					e /= math.Sqrt(chi / 4)
				}
				value := 0.5 + sd*apart*(float64(a)-2.5) + scale*e
				if d == n {
					there = append(there, value)
					continue
				}
				cells = append(cells, counts(t, string(rune('a'+a)), domains[d], 1000, 0.4, min(max(value, 0), 1)))
			}
		}
		in, wide := 0, 0
		for a, r := range study(t, domains, given(0.01, 10), cells...).By(stats.ByPoints).Elsewhere(uint64(k), 999).Ranks {
			rank := 1
			for _, v := range there {
				if v > there[a] {
					rank++
				}
			}
			if r.Low <= rank && rank <= r.High {
				in++
			}
			wide += r.High - r.Low + 1
		}
		held.add(in, agents)
		width.add(wide, agents)
	}
	return held, width
}
