package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The example of IQ and hours of television has rho = -29/165 (1 - 6 sum d^2 / (n(n^2-1)),
// with sum d^2 = 194).
func TestSpearman(t *testing.T) {
	iq := []float64{86, 97, 99, 100, 101, 103, 106, 110, 112, 113}
	hours := []float64{2, 20, 28, 27, 50, 29, 7, 17, 6, 12}
	one := slices.Repeat([]string{"d"}, 10)
	c := Spearman(iq, hours, one)
	if math.Abs(c.Value.Value+29.0/165) > 1e-12 || c.N != 10 || !c.Low.Known || c.Low.Value > c.Value.Value || c.High.Value < c.Value.Value {
		t.Errorf("%+v", c)
	}
	// Ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4: Pearson of these is 4.5/sqrt(4.5*5).
	if c := Spearman([]float64{1, 2, 2, 3}, []float64{5, 6, 7, 8}, one[:4]); math.Abs(c.Value.Value-4.5/math.Sqrt(22.5)) > 1e-12 || c.Low.Known || c.Why == "" {
		t.Errorf("ties: %+v", c)
	}
	if c := Spearman([]float64{1, 1, 1}, []float64{5, 6, 7}, one[:3]); c.Value.Known || c.Why != "all values are equal" {
		t.Errorf("equal values: %+v", c)
	}
	if c := Spearman([]float64{1, 2}, []float64{5, 6}, one[:2]); c.Value.Known || c.Why != "2 trials" {
		t.Errorf("two: %+v", c)
	}
	// Domains of other levels and scales, each rising: without strata the correlation falls.
	x, y := []float64{1, 2, 3, 11, 12, 13}, []float64{500, 600, 700, 1, 2, 3}
	if c := Spearman(x, y, []string{"a", "a", "a", "b", "b", "b"}); math.Abs(c.Value.Value-1) > 1e-9 {
		t.Errorf("within domains: %+v", c)
	}
	if c := Spearman(x, y, slices.Repeat([]string{"a"}, 6)); c.Value.Value >= 0 {
		t.Errorf("together: %+v", c)
	}
}

// The interval has the true correlation about as often as it says.
func TestSpearmanCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const rho, n, studies = 0.5, 24, 2000
	truth := 6 / math.Pi * math.Asin(rho/2) // Spearman's of a normal pair
	covered := 0
	for range studies {
		x, y := make([]float64, n), make([]float64, n)
		for i := range n {
			x[i] = rng.NormFloat64()
			y[i] = rho*x[i] + math.Sqrt(1-rho*rho)*rng.NormFloat64()
		}
		c := Spearman(x, y, slices.Repeat([]string{"d"}, n))
		if c.Low.Value <= truth && truth <= c.High.Value {
			covered++
		}
	}
	share := float64(covered) / studies
	t.Logf("coverage %.3f", share)
	if share < 0.935 || share > 0.97 {
		t.Errorf("the interval covers in %.3f of studies", share)
	}
}
