package llama

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Model is a Llama's weights. They share one backing array, so that an
// optimiser sees one vector. Concurrent reading is safe; training writes.
type Model struct {
	Config Config
	embed  []float32 // [vocab, hidden]
	layers []layer
	norm   []float32 // [hidden]
	head   []float32 // [vocab, hidden]; embed when tied
	flat   []float32 // matrices first, then the norms' gains
	gains  int       // where the gains start in flat
	rope   rope
}

type layer struct {
	attnNorm []float32             // [hidden]
	mlpNorm  []float32             // [hidden]
	linear   [siteCount][]float32  // [out, in]
	group    [groupCount][]float32 // linear of the group's sites, one below the other
}

// Sites of the linear layers.
const (
	siteQ = iota
	siteK
	siteV
	siteO
	siteGate
	siteUp
	siteDown
	siteCount
)

var siteNames = [siteCount]string{
	"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
	"mlp.gate_proj", "mlp.up_proj", "mlp.down_proj",
}

// Groups of sites that read the same input and are multiplied as one matrix.
const (
	groupQKV = iota
	groupO
	groupGateUp
	groupDown
	groupCount
)

var groupSites = [groupCount][]int{{siteQ, siteK, siteV}, {siteO}, {siteGate, siteUp}, {siteDown}}

// shape returns the output and input widths of a site.
func (c Config) shape(site int) (out, in int) {
	q, kv := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	switch site {
	case siteQ:
		return q, c.Hidden
	case siteK, siteV:
		return kv, c.Hidden
	case siteO:
		return c.Hidden, q
	case siteDown:
		return c.Hidden, c.Intermediate
	default:
		return c.Intermediate, c.Hidden
	}
}

// groupShape returns the output and input widths of a group.
func (c Config) groupShape(group int) (out, in int) {
	for _, s := range groupSites[group] {
		o, i := c.shape(s)
		out, in = out+o, i
	}
	return out, in
}

// size is the number of weights.
func (c Config) size() int {
	perLayer := 2 * c.Hidden
	for s := range siteCount {
		out, in := c.shape(s)
		perLayer += out * in
	}
	tables := 1
	if !c.TieEmbeddings {
		tables = 2
	}
	return tables*c.VocabSize*c.Hidden + c.Layers*perLayer + c.Hidden
}

// allocate makes a model of zeros, without rotary tables.
func allocate(c Config) *Model {
	m := &Model{Config: c, layers: make([]layer, c.Layers), flat: make([]float32, c.size())}
	rest := m.flat
	take := func(n int) []float32 {
		part := rest[:n:n]
		rest = rest[n:]
		return part
	}
	m.embed = take(c.VocabSize * c.Hidden)
	m.head = m.embed
	if !c.TieEmbeddings {
		m.head = take(c.VocabSize * c.Hidden)
	}
	for i := range m.layers {
		l := &m.layers[i]
		for g, sites := range groupSites {
			out, in := c.groupShape(g)
			l.group[g] = take(out * in)
			part := l.group[g]
			for _, s := range sites {
				n, _ := c.shape(s)
				l.linear[s], part = part[:n*in:n*in], part[n*in:]
			}
		}
	}
	m.gains = len(m.flat) - len(rest)
	for i := range m.layers {
		m.layers[i].attnNorm = take(c.Hidden)
		m.layers[i].mlpNorm = take(c.Hidden)
	}
	m.norm = take(c.Hidden)
	return m
}

// NewModel draws initial weights: normal with sd 1/sqrt(hidden), those that
// write to the residual stream (o_proj, down_proj) divided by sqrt(2 layers),
// gains at one. The usual sd of 0.02 leaves the attention of a narrow model
// flat for long. It panics on a Config that is not valid.
func NewModel(c Config, seed uint64) *Model {
	if err := c.Validate(); err != nil {
		panic("llama: " + err.Error())
	}
	m := allocate(c)
	m.rope = newRope(c)
	r := rand.New(rand.NewPCG(seed, 0x6c6c616d61))
	draw := func(x []float32, sd float64) {
		for i := range x {
			x[i] = float32(r.NormFloat64() * sd)
		}
	}
	sd := 1 / math.Sqrt(float64(c.Hidden))
	draw(m.flat[:m.gains], sd)
	for i := range m.layers {
		for _, s := range []int{siteO, siteDown} {
			draw(m.layers[i].linear[s], sd/math.Sqrt(float64(2*c.Layers)))
		}
	}
	for i := m.gains; i < len(m.flat); i++ {
		m.flat[i] = 1
	}
	return m
}

// tensor is a named view of weights.
type tensor struct {
	name  string
	shape []int
	data  []float32
}

// tensors lists all weights under the names of the files. A tied head is not
// listed.
func (m *Model) tensors() []tensor {
	c := m.Config
	list := []tensor{{"model.embed_tokens.weight", []int{c.VocabSize, c.Hidden}, m.embed}}
	for i := range m.layers {
		l := &m.layers[i]
		prefix := fmt.Sprintf("model.layers.%d.", i)
		list = append(list, tensor{prefix + "input_layernorm.weight", []int{c.Hidden}, l.attnNorm})
		for s := range siteCount {
			out, in := c.shape(s)
			list = append(list, tensor{prefix + siteNames[s] + ".weight", []int{out, in}, l.linear[s]})
		}
		list = append(list, tensor{prefix + "post_attention_layernorm.weight", []int{c.Hidden}, l.mlpNorm})
	}
	list = append(list, tensor{"model.norm.weight", []int{c.Hidden}, m.norm})
	if !c.TieEmbeddings {
		list = append(list, tensor{"lm_head.weight", []int{c.VocabSize, c.Hidden}, m.head})
	}
	return list
}

// Parameters is the number of weights, a tied table counted once.
func (m *Model) Parameters() int { return len(m.flat) }

func (m *Model) clone() *Model {
	c := allocate(m.Config)
	copy(c.flat, m.flat)
	c.rope = m.rope
	return c
}
