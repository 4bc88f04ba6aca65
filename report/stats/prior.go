package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"

	"github.com/autodatabench/autodatabench/results"
)

// fewCells is the number of cells with two runs or more below which the prior
// is too uncertain to go without a warning (methods.md section 2).
const fewCells = 12

// RunPrior is what all cells together say of the variance between runs: that of
// a cell, over m(1-m), is drawn from Scale times an F distribution (limma's
// squeezeVar, Smyth 2004; methods.md section 2). Scale is missing when no cell
// has two runs; DF0 is missing when it is infinite, that is, when the cells
// differ by no more than chance and all get the pooled variance.
type RunPrior struct {
	Scale    results.Number `json:"scale"` // f0
	DF0      results.Number `json:"df0"`   // d0
	DF       int            `json:"df"`    // sum of R-1 over the cells
	Cells    int            `json:"cells"` // with two runs or more
	Warnings []string       `json:"warnings,omitempty"`

	Factors map[results.Domain]float64 `json:"factors"` // of moderated variances, see [Study.RunFactor]
	Common  float64                    `json:"common"`  // their mean by degrees of freedom
}

// spreadOf is one cell's observation: its variance between runs over m(1-m),
// with R-1 degrees of freedom.
type spreadOf struct{ f, nu float64 }

// FitRunPrior fits the prior by maximum likelihood: over d0 in 1 to 80 and
// infinity, and for each over f0. The order of the cells does not matter.
func FitRunPrior(cells []*Cell) RunPrior {
	var seen []spreadOf
	var p RunPrior
	for _, c := range cells {
		if len(c.runs) > 1 {
			seen = append(seen, spreadOf{c.relativeRunVar(), float64(len(c.runs) - 1)})
			p.DF += len(c.runs) - 1
		}
	}
	p.Cells = len(seen)
	if p.Cells == 0 {
		p.Warnings = append(p.Warnings, warnNoPrior)
		return p
	}
	if p.Cells < fewCells {
		p.Warnings = append(p.Warnings, fmt.Sprintf("the variance between runs rests on %d cells, fewer than %d", p.Cells, fewCells))
	}
	slices.SortFunc(seen, func(a, b spreadOf) int { return cmp.Or(cmp.Compare(a.f, b.f), cmp.Compare(a.nu, b.nu)) })
	scale, d0 := fitF(seen)
	p.Scale, p.DF0 = results.Num(scale, true), results.Num(d0, !math.IsInf(d0, 1))
	p.fitFactors(cells)
	return p
}

// share is the accuracy drawn in by half an item, so that its binomial variance
// is never 0.
func (c *Cell) share() float64 {
	n := float64(c.items)
	return (n*c.mean + 0.5) / (n + 1)
}

// relativeRunVar is f_k of section 2. The variance has a floor of that of two
// runs half an item apart.
func (c *Cell) relativeRunVar() float64 {
	return c.flooredRunVar() / (c.share() * (1 - c.share()))
}

func (c *Cell) flooredRunVar() float64 {
	half := 0.5 / float64(c.items)
	return max(c.runVar, half*half/2)
}

// fitF finds f0 and d0. For infinite d0 the maximum is the mean weighted with
// the degrees of freedom.
func fitF(seen []spreadOf) (scale, d0 float64) {
	sum, df := 0.0, 0.0
	for _, s := range seen {
		sum += s.f * s.nu
		df += s.nu
	}
	scale, d0 = sum/df, math.Inf(1)
	best := constant(seen, d0) + kernel(seen, math.Log(scale), d0)
	low, high := math.Log(seen[0].f), math.Log(seen[len(seen)-1].f)
	for d := 1.0; d <= 80; d++ {
		at := golden(low, high, func(logScale float64) float64 { return kernel(seen, logScale, d) })
		if value := constant(seen, d) + kernel(seen, at, d); value > best {
			best, scale, d0 = value, math.Exp(at), d
		}
	}
	return scale, d0
}

// kernel is the logarithm of the likelihood of f ~ exp(logScale) F(nu, d0) as
// far as it depends on the scale: a sum of concave terms, the one of an
// observation f with its maximum at ln f.
func kernel(seen []spreadOf, logScale, d0 float64) float64 {
	sum, inverse := 0.0, math.Exp(-logScale)
	for _, s := range seen {
		half := s.nu / 2
		if math.IsInf(d0, 1) {
			sum -= half * (logScale + s.f*inverse)
		} else {
			sum -= half*logScale + (half+d0/2)*math.Log1p(s.nu/d0*s.f*inverse)
		}
	}
	return sum
}

// constant is the rest of the logarithm of the likelihood, up to what depends on
// the observations alone.
func constant(seen []spreadOf, d0 float64) float64 {
	sum := 0.0
	for _, s := range seen {
		half := s.nu / 2
		if math.IsInf(d0, 1) {
			g, _ := math.Lgamma(half)
			sum += half*math.Log(half) - g
		} else {
			sum += half*math.Log(s.nu/d0) - mathext.Lbeta(half, d0/2)
		}
	}
	return sum
}

// golden is the place of the maximum of a function with one, by golden-section
// search.
func golden(low, high float64, f func(float64) float64) float64 {
	ratio := (math.Sqrt(5) - 1) / 2
	a, b := high-ratio*(high-low), low+ratio*(high-low)
	fa, fb := f(a), f(b)
	for high-low > 1e-7 {
		if fa >= fb {
			high, b, fb = b, a, fa
			a = high - ratio*(high-low)
			fa = f(a)
		} else {
			low, a, fa = a, b, fb
			b = low + ratio*(high-low)
			fb = f(b)
		}
	}
	return (low + high) / 2
}

// moderated is the cell's variance between runs (s~_R2) drawn towards the
// prior, and its degrees of freedom. One run has the prior's alone. The prior
// must be known.
func (p RunPrior) moderated(c *Cell) (runVar, nu float64) {
	own, f := float64(len(c.runs)-1), p.Scale.Value
	nu = float64(p.DF)
	if p.DF0.Known {
		f = (p.DF0.Value*f + own*c.relativeRunVar()) / (p.DF0.Value + own)
		nu = min(p.DF0.Value+own, nu)
	}
	return f * c.share() * (1 - c.share()), nu
}
