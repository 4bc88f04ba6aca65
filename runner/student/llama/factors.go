package llama

import "github.com/autodatabench/autodatabench/runner/student/llama/gemm"

// factors are a model's matrices as products read them. Passes share them. They
// hold the values of the last set.
type factors struct {
	layers []layerFactors
	head   factorPair
}

type layerFactors [groupCount]factorPair

// factorPair is a matrix [out, in]: forward takes inputs to outputs, back gradients
// of outputs to those of inputs.
type factorPair struct{ forward, back gemm.Factor }

func (p *factorPair) set(weights []float32, out, in int, backward bool) {
	p.forward.SetT(out, in, weights, in)
	if backward {
		p.back.Set(out, in, weights, in)
	}
}

// factorsOf lays out the model's matrices, for a backward pass too if asked.
func factorsOf(m *Model, backward bool) *factors {
	f := &factors{layers: make([]layerFactors, m.Config.Layers)}
	f.set(m, backward)
	return f
}

// set takes the model's present values.
func (f *factors) set(m *Model, backward bool) {
	c := m.Config
	parallel(len(f.layers)+1, func(_, l int) {
		if l == len(f.layers) {
			f.head.set(m.head, c.VocabSize, c.Hidden, backward)
			return
		}
		for g := range groupCount {
			out, in := c.groupShape(g)
			f.layers[l][g].set(m.layers[l].group[g], out, in, backward)
		}
	})
}
