package llama

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/autodatabench/autodatabench/runner/student/llama/gemm"
)

// Adapter is a LoRA of all linear layers: a weight W of shape [out, in] acts as
// W + Alpha/Rank B A with B [out, Rank] and A [Rank, in].
type Adapter struct {
	Rank   int
	Alpha  float64
	config Config
	layers []adapterLayer
	flat   []float32
}

type adapterLayer struct {
	group [groupCount][]float32 // A of the group's sites, one below the other: [sites * rank, in]
	bT    [siteCount][]float32  // B transposed: [rank, out], so that products run along rows
}

func (a *Adapter) scale() float32 { return float32(a.Alpha / float64(a.Rank)) }

// maxRank bounds the rank of a recipe or file.
const maxRank = 1024

// adapterSize is the number of an adapter's weights.
func adapterSize(c Config, rank int) (size int) {
	for s := range siteCount {
		out, in := c.shape(s)
		size += c.Layers * rank * (out + in)
	}
	return size
}

// a returns a site's A, [rank, in].
func (a *Adapter) a(layer, site int) []float32 {
	for g, sites := range groupSites {
		if i := slices.Index(sites, site); i >= 0 {
			n := len(a.layers[layer].group[g]) / len(sites)
			return a.layers[layer].group[g][i*n : (i+1)*n : (i+1)*n]
		}
	}
	panic("llama: no such site")
}

// newAdapter makes an adapter of zeros for models of the shape.
func newAdapter(c Config, rank int, alpha float64) *Adapter {
	a := &Adapter{Rank: rank, Alpha: alpha, config: c, layers: make([]adapterLayer, c.Layers)}
	a.flat = make([]float32, adapterSize(c, rank))
	rest := a.flat
	take := func(n int) []float32 {
		part := rest[:n:n]
		rest = rest[n:]
		return part
	}
	for i := range a.layers {
		for g, sites := range groupSites {
			_, in := c.groupShape(g)
			a.layers[i].group[g] = take(len(sites) * rank * in)
			for _, s := range sites {
				out, _ := c.shape(s)
				a.layers[i].bT[s] = take(rank * out)
			}
		}
	}
	return a
}

// initialise draws A as PEFT does (kaiming uniform with a = sqrt 5: between
// plus and minus 1/sqrt(in)) and leaves B at zero.
func (a *Adapter) initialise(seed uint64) {
	r := rand.New(rand.NewPCG(seed, 0x6c6f7261))
	for i := range a.layers {
		for g := range groupCount {
			_, in := a.config.groupShape(g)
			bound := 1 / math.Sqrt(float64(in))
			for j := range a.layers[i].group[g] {
				a.layers[i].group[g][j] = float32((2*r.Float64() - 1) * bound)
			}
		}
	}
}

// mergeInto writes base + Alpha/Rank B A to the linear layers of dst.
func (a *Adapter) mergeInto(dst, base *Model) {
	parallel(len(a.layers), func(_, l int) {
		for g, sites := range groupSites {
			_, in := a.config.groupShape(g)
			copy(dst.layers[l].group[g], base.layers[l].group[g])
			for _, s := range sites {
				out, _ := a.config.shape(s)
				gemm.TN(out, in, a.Rank, a.scale(), a.layers[l].bT[s], out, a.a(l, s), in, true, dst.layers[l].linear[s], in)
			}
		}
	})
}

// Merged returns a copy of the model with the adapter's product added to its
// weights. It panics if the adapter is for another shape of model.
func (m *Model) Merged(a *Adapter) *Model {
	if a.config != m.Config {
		panic(fmt.Sprintf("llama: adapter for %+v merged into %+v", a.config, m.Config))
	}
	merged := m.clone()
	a.mergeInto(merged, m)
	return merged
}
