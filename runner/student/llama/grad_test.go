package llama

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// tiny is a shape with fewer key-value heads than heads, in which every width
// differs.
func tiny(tied bool) Config {
	return Config{
		VocabSize: 23, Hidden: 12, Intermediate: 20, Layers: 2, Heads: 4, KVHeads: 2, HeadDim: 6,
		MaxPositions: 64, NormEps: 1e-5, RopeTheta: 10_000, TieEmbeddings: tied,
	}
}

// loud returns a model whose weights are large enough for every gradient to
// stand out of float32's noise.
func loud(c Config) *Model {
	m := NewModel(c, 3)
	r := rand.New(rand.NewPCG(9, 9))
	for i := range m.flat {
		if i < m.gains {
			m.flat[i] = 0
		}
		m.flat[i] += float32(r.NormFloat64() * 0.3)
	}
	return m
}

// rowsOf draws n rows of about length tokens, the last two thirds weighted.
func rowsOf(c Config, n, length int, seed uint64) []Example {
	r := rand.New(rand.NewPCG(seed, 1))
	rows := make([]Example, n)
	for i := range rows {
		l := length + r.IntN(4)
		rows[i] = Example{IDs: make([]int, l), Weights: make([]float32, l)}
		for j := range l {
			rows[i].IDs[j] = r.IntN(c.VocabSize)
			if j > l/3 {
				rows[i].Weights[j] = float32(1+r.IntN(3)) / 2
			}
		}
	}
	return rows
}

// lossOf is the mean weighted loss of the rows.
func lossOf(m *Model, rows []Example) float64 {
	p := pass{m: m, factors: factorsOf(m, true)}
	total, weight := 0.0, 0.0
	for i, row := range rows {
		p.load(rows, []int{i}, false, 0)
		p.forward(p.attendRows)
		total += p.loss(0)
		weight += row.weight()
	}
	return total / weight
}

// checkGradient compares an analytic gradient with central differences of
// fourth order at weights spread over all of them.
func checkGradient(t *testing.T, weights, gradient []float32, loss func() float64) {
	t.Helper()
	var norm float64
	for _, g := range gradient {
		norm += float64(g) * float64(g)
	}
	norm = math.Sqrt(norm / float64(len(gradient)))
	if norm == 0 {
		t.Fatal("the gradient is zero everywhere")
	}
	at := func(i int, h float32) float64 {
		old := weights[i]
		defer func() { weights[i] = old }()
		weights[i] = old + h
		return loss()
	}
	for i := 0; i < len(weights); i += max(1, len(weights)/400) {
		const h = 1e-2
		want := (8*(at(i, h)-at(i, -h)) - (at(i, 2*h) - at(i, -2*h))) / (12 * h)
		if diff := math.Abs(want - float64(gradient[i])); diff > 2e-3*math.Abs(want)+5e-3*norm {
			t.Errorf("weight %d: gradient %.6g, differences give %.6g (typical %.2g)", i, gradient[i], want, norm)
		}
	}
}

func TestFullGradientAgainstDifferences(t *testing.T) {
	for _, tied := range []bool{true, false} {
		t.Run(fmt.Sprintf("tied=%v", tied), func(t *testing.T) {
			m := loud(tiny(tied))
			rows := rowsOf(m.Config, 11, 7, 5) // more rows than shards
			e := newEngine(m, func() (sink, []float32) { g := allocate(m.Config); return sink{full: g}, g.flat })
			loss, err := e.gradient(rows)
			if err != nil {
				t.Fatal(err)
			}
			if want := lossOf(m, rows); math.Abs(loss-want) > 1e-5 {
				t.Errorf("loss %v, rows one by one give %v", loss, want)
			}
			gradient, _ := e.sum()
			checkGradient(t, m.flat, gradient, func() float64 { return lossOf(m, rows) })
		})
	}
}

func TestLoRAGradientAgainstDifferences(t *testing.T) {
	m := loud(tiny(true))
	rows := rowsOf(m.Config, 3, 7, 6) // fewer rows than shards
	a := newAdapter(m.Config, 3, 6)
	a.initialise(1)
	r := rand.New(rand.NewPCG(2, 2))
	for i := range a.flat {
		a.flat[i] += float32(r.NormFloat64() * 0.1)
	}
	e := newEngine(m.Merged(a), func() (sink, []float32) {
		g := newAdapter(m.Config, 3, 6)
		return sink{adapter: g, current: a}, g.flat
	})
	if _, err := e.gradient(rows); err != nil {
		t.Fatal(err)
	}
	gradient, _ := e.sum()
	checkGradient(t, a.flat, gradient, func() float64 { return lossOf(m.Merged(a), rows) })
}
