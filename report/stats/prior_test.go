package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
)

// spreads draws counts of many items, so that what is drawn is what is seen: the variance
// between runs is 0.01 m(1-m) times a factor of the agent and one of the domain.
func spreads(t *testing.T, rng *rand.Rand, runs int, agents, domains []float64) (cells []*Cell) {
	t.Helper()
	for a, alpha := range agents {
		for d, phi := range domains {
			shares := make([]float64, runs)
			for r := range shares {
				shares[r] = min(max(0.4+math.Sqrt(0.01*alpha*phi*0.24)*rng.NormFloat64(), 0), 1)
			}
			cells = append(cells, counted(t, fmt.Sprint("agent", a), results.Domain(fmt.Sprint("domain", d)), shares))
		}
	}
	return cells
}

func counted(t *testing.T, agent string, d results.Domain, shares []float64) *Cell {
	t.Helper()
	c, err := NewCountCell(Entry{Agent: agent}, d, 100_000, 0.2, shares, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// From many runs the factors come out as they were drawn, and the expected variances add
// up to those observed.
func TestFitRunPrior(t *testing.T) {
	agents, domains := []float64{0.5, 1, 1.5, 1, 4}, []float64{0.5, 1, 2}
	cells := spreads(t, rand.New(rand.NewPCG(1, 2)), 400, agents, domains)
	p := FitRunPrior(cells)
	observed, expected := 0.0, 0.0
	for k, c := range cells {
		want := 0.01 * agents[k/3] * domains[k%3] * c.share() * (1 - c.share())
		if got := p.expected(c); math.Abs(got/want-1) > 0.15 {
			t.Errorf("agent %d, domain %d: a variance of %v expected, want about %v", k/3, k%3, got, want)
		}
		observed, expected = observed+c.runVar, expected+p.expected(c)
	}
	if math.Abs(observed/expected-1) > 1e-9 {
		t.Errorf("expected variances add up to %v, observed ones to %v", expected, observed)
	}
	for a, want := range []bool{false, false, false, false, true} {
		if got := p.entry(Entry{Agent: fmt.Sprint("agent", a)}).unequal; got != want {
			t.Errorf("agent %d: unequal %v, want %v", a, got, want)
		}
	}
}

func TestFitRunPriorFewAndNone(t *testing.T) {
	cells := spreads(t, rand.New(rand.NewPCG(5, 6)), 3, slices.Repeat([]float64{1}, 11), []float64{1})
	single := counted(t, "single", "domain0", []float64{0.3})
	got := FitRunPrior(append(cells, single))
	if got.Cells != 11 || len(got.Warnings) != 1 || got.Warnings[0] != "the variance between runs is uncertain: 11 combinations of row and domain have two valid runs, fewer than 12" {
		t.Errorf("11 cells: %+v", got)
	}
	if got := FitRunPrior([]*Cell{single}); got.Scale.Known || len(got.Warnings) != 1 {
		t.Errorf("no cell with two runs: %+v", got)
	}
	same := counted(t, "same", "domain0", []float64{0.3, 0.3})
	if got := FitRunPrior([]*Cell{same}); !(got.Scale.Value > 0) {
		t.Errorf("equal runs: %+v", got)
	}
}

func TestFitRunPriorOrder(t *testing.T) {
	cells := spreads(t, rand.New(rand.NewPCG(7, 8)), 3, []float64{1, 2, 1, 1, 1, 1, 3}, []float64{1, 2, 1})
	want := FitRunPrior(cells)
	slices.Reverse(cells)
	got := FitRunPrior(cells)
	for _, c := range cells {
		if got.expected(c) != want.expected(c) {
			t.Fatalf("reversed: %v, want %v", got.expected(c), want.expected(c))
		}
	}
}

// An entry of single runs borrows what the others have, and four degrees of freedom; a
// domain of single runs has that of all domains.
func TestBorrowedVariance(t *testing.T) {
	cells := spreads(t, rand.New(rand.NewPCG(5, 6)), 3, slices.Repeat([]float64{1}, 8), []float64{1, 2})
	single := counted(t, "single", "domain0", []float64{0.3})
	p := FitRunPrior(append(cells, single, counted(t, "agent1", "domain2", []float64{0.3})))
	f := p.entry(single.entry)
	if f.df != 4 || math.Abs(f.value-1) > 0.4 {
		t.Errorf("borrowed %+v", f)
	}
	if d := p.domain("domain2"); d.value != 1 || d.df != float64(p.DF) {
		t.Errorf("a domain of single runs: %+v of %d", d, p.DF)
	}
}

// Runs that vary more than those of the others have their own variance, and a warning.
func TestUnequalRunsAreTold(t *testing.T) {
	alpha := []float64{16, 1, 1, 1, 1, 1}
	cells := spreads(t, rand.New(rand.NewPCG(9, 1)), 3, alpha, []float64{1, 1, 1})
	p := FitRunPrior(cells)
	if got := p.expected(cells[0]) / p.expected(cells[3]); got < 6 || got > 40 {
		t.Errorf("the noisy agent's variance is %v times another's, 16 as drawn", got)
	}
	if w := cells[0].Gain(p).Warnings; !strings.Contains(strings.Join(w, "\n"), "vary more than those of the others") {
		t.Errorf("warnings %q", w)
	}
}

// Whether a run delivers is a chance of its own: its variance is that of a coin with the
// agent's share of valid runs, mixed with four runs of the board's.
func TestDeliveryVaries(t *testing.T) {
	cell := func(agent string, invalid []bool) *Cell {
		c, err := NewCountCell(Entry{Agent: agent}, "d", 1000, 0.2, []float64{0.4, 0.2, 0.44, 0.42}, invalid)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	a, b := cell("a", []bool{false, true, false, false}), cell("b", []bool{false, false, false, false})
	p := FitRunPrior([]*Cell{a, b})
	share := (3 + 4*7.0/8) / 8
	runs, delivery := p.between(a)
	if want := share * (1 - share) * 0.22 * 0.22; math.Abs(delivery-want) > 1e-12 {
		t.Errorf("variance of delivery %v, want %v", delivery, want)
	}
	if want := share * p.expected(a); math.Abs(runs-want) > 1e-12 {
		t.Errorf("variance between runs %v, want %v", runs, want)
	}
	if _, certain := FitRunPrior([]*Cell{cell("a", nil), cell("b", nil)}).between(b); certain != 0 {
		t.Errorf("all runs valid: variance of delivery %v", certain)
	}
}
