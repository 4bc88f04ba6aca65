package stats

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/autodatabench/autodatabench/results"
)

// workedExample is the example as the package sees it.
type workedExample struct {
	a, b  *Cell
	prior RunPrior
	phi   float64
	seed  uint64
	draws int
	head  Headline
	pair  Pair
}

func newWorkedExample(t *testing.T, page workedTables) workedExample {
	t.Helper()
	cell := func(agent string) *Cell {
		var runs []Run
		for r := 1; page.items[fmt.Sprint(agent, " ", r)] != nil; r++ {
			runs = append(runs, Run{page.answers(t, fmt.Sprint(agent, " ", r))})
		}
		entry := Entry{Agent: agent, Workflow: results.Iterative, Setting: results.Seed}
		c, err := NewCell(entry, results.Science, page.answers(t, "base"), runs)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	e := workedExample{a: cell("A"), b: cell("B"), phi: page.number(t, "φ"), seed: uint64(page.number(t, "seed")), draws: int(page.number(t, "draws"))}
	e.prior = RunPrior{
		Scale: results.Num(page.number(t, "f₀"), true), DF0: results.Num(page.number(t, "d₀"), true), DF: int(page.number(t, "Σ(R−1)")),
		Factors: map[results.Domain]float64{results.Science: e.phi},
	}
	s, err := NewStudy([]results.Domain{results.Science}, []*Cell{e.a, e.b}, e.prior)
	if err != nil {
		t.Fatal(err)
	}
	e.head = s.Headlines(e.seed, e.draws)[0]
	if e.pair, err = s.Compare(e.a.entry, e.b.entry); err != nil {
		t.Fatal(err)
	}
	return e
}

// itemRows are the rows of the table of answers that are computed.
func (e workedExample) itemRows() map[string][]float64 {
	numbers, rest := make([]float64, e.a.items), make([]float64, e.a.items)
	for i, x := range e.a.xbar {
		numbers[i], rest[i] = float64(i+1), x-e.a.mean/e.a.base*e.a.answers[i]
	}
	return map[string][]float64{"item": numbers, "X̄ of A": e.a.xbar, "X̄ − ρB": rest, "X̄ of B": e.b.xbar}
}

// rows are the figures in the order of the page.
func (e workedExample) rows() []workedRow {
	return slices.Concat(e.inputs(), e.cellRows(), e.headlineRows(), e.pairRows())
}

// inputs are what the example is given; their values come from the page.
func (e workedExample) inputs() []workedRow {
	return []workedRow{
		{"f₀", "typical relative variance between runs", e.prior.Scale.Value},
		{"d₀", "degrees of freedom that it counts for", e.prior.DF0.Value},
		{"Σ(R−1)", "degrees of freedom of all cells of the study", float64(e.prior.DF)},
		{"φ", "factor of the domain", e.phi},
		{"seed", "of the draws", float64(e.seed)},
		{"draws", "of the Bayesian bootstrap", float64(e.draws)},
	}
}

func (e workedExample) cellRows() []workedRow {
	c := e.a
	r, n := float64(len(c.runs)), float64(c.items)
	moderated, nu := e.prior.moderated(c)
	f, own := c.relativeRunVar(), r-1
	run, item := c.runVariance(e.prior), c.itemVariance(c.mean/c.base)
	sum := run.plus(item)
	df := sum.value * sum.value / sum.spread
	gain := c.Gain(e.prior)
	return []workedRow{
		{"N", "items of the table", n},
		{"R", "runs of A", r},
		{"b", "mean of row base", c.base},
		{"a₁", "mean of row A 1", c.runs[0]},
		{"a₂", "mean of row A 2", c.runs[1]},
		{"a₃", "mean of row A 3", c.runs[2]},
		{"m", "({a₁} + {a₂} + {a₃}) / {R}", c.mean},
		{"ρ", "{m} / {b}", c.mean / c.base},
		{"gain", "100 · ({m} − {b}) / {b}", gain.Value.Value},
		{"s_R²", "[({a₁} − {m})² + ({a₂} − {m})² + ({a₃} − {m})²] / ({R} − 1)", c.runVar},
		{"Q", "sum over items of {R} · X̄ · (1 − X̄)", c.noise*own*(n-1) + n*own*c.runVar},
		{"s_E²", "[{Q} − {N} · ({R} − 1) · {s_R²}] / [({R} − 1) · ({N} − 1)]", c.noise},
		{"m̃", "({N} · {m} + 0.5) / ({N} + 1)", c.share()},
		{"f", "{s_R²} / ({m̃} · (1 − {m̃}))", f},
		{"f̃", "[{d₀} · {f₀} + ({R} − 1) · {f}] / ({d₀} + {R} − 1)", moderated / (c.share() * (1 - c.share()))},
		{"s̃_R²", "{f̃} · {m̃} · (1 − {m̃})", moderated},
		{"ν_R", "the smaller of {d₀} + {R} − 1 and {Σ(R−1)}", nu},
		{"V_run", "({s̃_R²} − {s_E²} / {N}) / {R}", run.value},
		{"V_item", "(variance of row X̄ − ρB) / {N}", item.value},
		{"SE", "(100 / {b}) · √({V_item} + {V_run})", 100 / c.base * math.Sqrt(sum.value)},
		{"ν", "({V_item} + {V_run})² / [({s̃_R²}/{R})²/{ν_R} + {V_item}²/({N} − 1) + ({s_E²}/({R} · {N}))²/(({R} − 1) · ({N} − 1))]", df},
		{"t", "97.5 % quantile of Student's t with {ν} degrees of freedom", tQuantile(1-Level/2, df)},
		{"low", "{gain} − {t} · {SE}", gain.Low.Value},
		{"high", "{gain} + {t} · {SE}", gain.High.Value},
	}
}

func (e workedExample) headlineRows() []workedRow {
	c, ghosts := e.a, e.a.ghosts()
	r, n := float64(len(c.runs)), float64(c.items)
	moderated, _ := e.prior.moderated(c)
	return []workedRow{
		{"x̄₀", "(sum of X̄ where base is 0, + {m} / 2) / (number of these items + 0.5)", ghosts[0]},
		{"x̄₁", "(sum of X̄ where base is 1, + {m} / 2) / (number of these items + 0.5)", ghosts[1]},
		{"U", "{φ} · {s̃_R²} / {R}", e.phi * moderated / r},
		{"C", "{s_E²} / ({R} · {N})", c.noise / (r * n)},
		{"BB low", "2.5 % limit of {draws} draws", e.head.Gain.Low.Value},
		{"BB high", "97.5 % limit of {draws} draws", e.head.Gain.High.Value},
		{"frozen low", "the same with b for β", e.head.Frozen.Low.Value},
		{"frozen high", "the same with b for β", e.head.Frozen.High.Value},
	}
}

func (e workedExample) pairRows() []workedRow {
	a, b := e.a, e.b
	moderated, _ := e.prior.moderated(b)
	runA, runB := a.runVarianceTimes(e.prior, e.phi), b.runVarianceTimes(e.prior, e.phi)
	weight := 100 / a.base
	se := e.pair.SE.Value
	return []workedRow{
		{"m_B", "mean of rows B 1 to B 3", b.mean},
		{"s̃_R² of B", "as above, for B", moderated},
		{"s_E² of B", "as above, for B", b.noise},
		{"V_run,A", "({φ} · {s̃_R²} − {s_E²} / {N}) / {R}", runA.value},
		{"V_run,B", "({φ} · {s̃_R² of B} − {s_E² of B} / {N}) / {R}", runB.value},
		{"V_AB", "(variance over items of X̄ of A − X̄ of B) / {N}", se*se/weight/weight - runA.value - runB.value},
		{"w", "100 / {b}", weight},
		{"Δ", "{w} · ({m} − {m_B})", e.pair.Gain.Value.Value},
		{"SE of Δ", "{w} · √({V_AB} + {V_run,A} + {V_run,B})", se},
		{"ν of Δ", "Satterthwaite, from these parts", e.pair.DF.Value},
		{"p", "two-sided, of t = {Δ} / {SE of Δ} with {ν of Δ} degrees of freedom", e.pair.P.Value},
	}
}
