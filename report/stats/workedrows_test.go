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
		c, err := NewCell(entry, results.Science, Answers{Base: page.answers(t, "base"), Runs: runs})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	e := workedExample{a: cell("A"), b: cell("B"), seed: uint64(page.number(t, "seed")), draws: int(page.number(t, "draws"))}
	df := page.number(t, "ν_α")
	e.prior = RunPrior{
		Scale: results.Num(page.number(t, "f₀"), true), DF: int(page.number(t, "Σ(R−1)")),
		entries: map[Entry]factor{
			e.a.entry: {value: page.number(t, "α of A"), df: df},
			e.b.entry: {value: page.number(t, "α of B"), df: df},
		},
		domains: map[results.Domain]factor{results.Science: {value: page.number(t, "φ"), df: page.number(t, "ν_φ")}},
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
	a, b, d := e.prior.entry(e.a.entry), e.prior.entry(e.b.entry), e.prior.domain(results.Science)
	return []workedRow{
		{"f₀", "typical relative variance between runs", e.prior.Scale.Value},
		{"α of A", "factor of A", a.value},
		{"α of B", "factor of B", b.value},
		{"ν_α", "degrees of freedom of either factor", a.df},
		{"φ", "factor of the domain", d.value},
		{"ν_φ", "its degrees of freedom", d.df},
		{"Σ(R−1)", "degrees of freedom of all cells of the study", float64(e.prior.DF)},
		{"seed", "of the draws", float64(e.seed)},
		{"draws", "of the Bayesian bootstrap", float64(e.draws)},
	}
}

func (e workedExample) cellRows() []workedRow {
	c := e.a
	r, n := float64(len(c.runs)), float64(c.items)
	noise := c.chance * n
	v := e.prior.expected(c)
	item := c.itemVariance(c.mean / c.base)
	m := newMix(e.prior)
	m.items = item
	m.addRuns(c, 1)
	sum, df := m.total()
	nu := e.prior.twoWayDF(m.entries, m.domains)
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
		{"Q", "sum over items of {R} · X̄ · (1 − X̄)", noise*(r-1)*(n-1) + n*(r-1)*c.runVar},
		{"s_E²", "[{Q} − {N} · ({R} − 1) · {s_R²}] / [({R} − 1) · ({N} − 1)]", noise},
		{"C", "{s_E²} / ({R} · {N})", c.chance / r},
		{"m̃", "({N} · {m} + 0.5) / ({N} + 1)", c.share()},
		{"v", "{f₀} · {α of A} · {φ} · {m̃} · (1 − {m̃})", v},
		{"ν_R", "1 / (1/{ν_α} + 1/{ν_φ} − 1/{Σ(R−1)})", nu},
		{"V_item", "(variance of row X̄ − ρB) / {N}", item.value},
		{"V", "{V_item} + {v} / {R} − {C}", sum},
		{"SE", "(100 / {b}) · √{V}", 100 / c.base * math.Sqrt(sum)},
		{"U", "the larger of {v} / {R} and ({ν_R} · {v} / {R} + {V}) / ({ν_R} + 1)", countedRuns(v/r, sum, nu)},
		{"ν", "{V}² / [{U}²/{ν_R} + {V_item}²/({N} − 1) + {C}²/(({R} − 1) · ({N} − 1))]", df},
		{"t", "97.5 % quantile of Student's t with {ν} degrees of freedom", tQuantile(1-Level/2, df)},
		{"low", "{gain} − {t} · {SE}", gain.Low.Value},
		{"high", "{gain} + {t} · {SE}", gain.High.Value},
	}
}

func (e workedExample) headlineRows() []workedRow {
	c, ghosts := e.a, e.a.ghosts()
	r := float64(len(c.runs))
	s := &Study{prior: e.prior, metric: ByGain}
	x := s.newDrawn(c, gains{})
	smooth := e.prior.smoothed(c) / r
	whole := smooth + x.surely + c.itemVariance(c.mean/c.base).value
	counted := countedRuns(smooth, whole, e.prior.entry(c.entry).df)
	return []workedRow{
		{"x̄₀", "(sum of X̄ where base is 0, + {m} / 2) / (number of these items + 0.5)", ghosts[0]},
		{"x̄₁", "(sum of X̄ where base is 1, + {m} / 2) / (number of these items + 0.5)", ghosts[1]},
		{"α̃", "({ν_α} · {α of A} + 4) / ({ν_α} + 4)", e.prior.entry(c.entry).smoothed()},
		{"φ̃", "({ν_φ} · {φ} + 4) / ({ν_φ} + 4)", e.prior.domain(c.domain).smoothed()},
		{"ũ", "{f₀} · {α̃} · {φ̃} · {m̃} · (1 − {m̃}) / {R}", smooth},
		{"W", "{ũ} − {C} + {V_item}", whole},
		{"κ", "{W} / [the larger of {ũ} and ({ν_α} · {ũ} + {W}) / ({ν_α} + 1)]", whole / counted},
		{"κν_α", "{κ} · {ν_α}", x.entryDF},
		{"κν_φ", "{κ} / (1/{ν_φ} − 1/{Σ(R−1)})", x.domainDF},
		{"BB low", "2.5 % limit of {draws} draws", e.head.Gain.Low.Value},
		{"BB high", "97.5 % limit of {draws} draws", e.head.Gain.High.Value},
		{"frozen low", "the same with b for β", e.head.Frozen.Low.Value},
		{"frozen high", "the same with b for β", e.head.Frozen.High.Value},
	}
}

func (e workedExample) pairRows() []workedRow {
	a, b := e.a, e.b
	r := float64(len(a.runs))
	weight := 100 / a.base
	over := differenceOverItems(a, b, 1, 1, 0).value
	se := e.pair.SE.Value
	return []workedRow{
		{"m_B", "mean of rows B 1 to B 3", b.mean},
		{"C of B", "as above, for B", b.chance / r},
		{"v of B", "as above, for B", e.prior.expected(b)},
		{"V_AB", "(variance over items of X̄ of A − X̄ of B) / {N}", over},
		{"w", "100 / {b}", weight},
		{"Δ", "{w} · ({m} − {m_B})", e.pair.Gain.Value.Value},
		{"SE of Δ", "{w} · √({V_AB} + {v}/{R} + {v of B}/{R} − {C} − {C of B})", se},
		{"ν of Δ", "Satterthwaite, from these parts", e.pair.DF.Value},
		{"p", "two-sided, of t = {Δ} / {SE of Δ} with {ν of Δ} degrees of freedom", e.pair.P.Value},
	}
}
