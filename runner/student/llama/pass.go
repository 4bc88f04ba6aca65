package llama

import (
	"fmt"
	"slices"
)

// Example is one row. Weights[i] is the weight in the loss of predicting IDs[i]
// from IDs[:i]; Weights[0] is ignored, since nothing precedes it.
type Example struct {
	IDs     []int
	Weights []float32
}

// ChatExample is a row of a prompt, ids[:from], and an answer, the rest: each
// token of the prompt has the weight prompt, each of the answer 1.
func ChatExample(ids []int, from int, prompt float32) Example {
	weights := make([]float32, len(ids))
	for i := range weights {
		weights[i] = 1
		if i < from {
			weights[i] = prompt
		}
	}
	return Example{IDs: ids, Weights: weights}
}

// check reports what would make the row untrainable.
func (e Example) check(c Config) error {
	if len(e.IDs) == 0 || len(e.IDs) > c.Context() {
		return fmt.Errorf("%d tokens, want 1 to %d", len(e.IDs), c.Context())
	}
	if len(e.Weights) != len(e.IDs) {
		return fmt.Errorf("%d weights for %d tokens", len(e.Weights), len(e.IDs))
	}
	for i, w := range e.Weights {
		if !(w >= 0 && w <= 1e6) {
			return fmt.Errorf("weight %v of token %d is out of range", w, i)
		}
	}
	return checkIDs(e.IDs, c.VocabSize)
}

func checkIDs(ids []int, vocab int) error {
	for i, id := range ids {
		if id < 0 || id >= vocab {
			return fmt.Errorf("token %d is %d, outside the vocabulary of %d", i, id, vocab)
		}
	}
	return nil
}

// weight is the sum of the row's weights in the loss.
func (e Example) weight() (total float64) {
	for _, w := range e.Weights[min(1, len(e.Weights)):] {
		total += float64(w)
	}
	return total
}

// arena hands out slices of one array that only grows. They are not cleared,
// and are invalid after the next reset.
type arena struct {
	data []float32
	used int
}

// reset makes room for n elements.
func (a *arena) reset(n int) {
	a.used = 0
	if n > len(a.data) {
		a.data = make([]float32, n+n/8)
	}
}

func (a *arena) take(n int) []float32 {
	part := a.data[a.used : a.used+n : a.used+n]
	a.used += n
	return part
}

// span is one row of a pass: tokens start to start+n of the pass.
type span struct{ start, n, probs int } // probs: where its attention weights start

// target is a position with a loss: the logits at token predict id.
type target struct {
	token, id int
	weight    float32
}

// layerState is what a layer's forward pass leaves for its backward pass. In
// the last layer everything after the attention covers the targets only.
type layerState struct {
	x, norm1, inverse1, qkv, probs, attended []float32
	middle, norm2, inverse2                  []float32
	gateUp, sigmoid, act                     []float32
}

// pass runs some rows through a model forwards and backwards. All scratch comes
// from its arena: after the first few batches nothing is allocated.
type pass struct {
	m       *Model
	factors *factors // of m
	arena   arena
	spans   []span
	ids     []int
	pos     []int // position of each token in its row
	targets []target
	probs   int // elements of all rows' attention weights
	longest int // tokens of the longest row
	states  []layerState

	attended, out, last, inverse, logits []float32 // at the targets, in and after the last layer

	// Gradients: of the residual stream, of a normed input, of act, of attended, of
	// qkv, of one head's attention; dout is of the stream at the targets.
	dx, dout, dnorm, dact, dattended, dqkv, dprobs []float32
	low                                            [2][]float32 // [tokens, rank] of an adapter
}

// begin forgets the rows of the batch before.
func (p *pass) begin() {
	p.spans, p.ids, p.pos, p.targets = p.spans[:0], p.ids[:0], p.pos[:0], p.targets[:0]
	p.probs, p.longest = 0, 0
}

// add appends a row's tokens.
func (p *pass) add(ids []int) {
	n := len(ids)
	p.spans = append(p.spans, span{len(p.ids), n, p.probs})
	p.probs += p.m.Config.Heads * n * n
	p.longest = max(p.longest, n)
	p.ids = append(p.ids, ids...)
	for i := range ids {
		p.pos = append(p.pos, i)
	}
}

// load lays out the numbered rows: their tokens one after the other, and the
// positions that have a loss. backward asks for a backward pass's scratch, for
// an adapter of the rank if that is not 0.
func (p *pass) load(rows []Example, numbers []int, backward bool, rank int) {
	p.begin()
	for _, number := range numbers {
		row, start := rows[number], len(p.ids)
		p.add(row.IDs)
		for i, w := range row.Weights {
			if i > 0 && w > 0 {
				p.targets = append(p.targets, target{start + i - 1, row.IDs[i], w})
			}
		}
	}
	p.place(backward, rank)
}

// place takes all scratch for the rows and targets from the arena. Without a
// backward pass the layers share one state.
func (p *pass) place(backward bool, rank int) {
	c := p.m.Config
	n, m := len(p.ids), len(p.targets)
	d, f := c.Hidden, c.Intermediate
	qw, _ := c.shape(siteQ)
	qkvw, _ := c.groupShape(groupQKV)
	states := 1
	if backward {
		states = c.Layers
	}
	size := states*(n*(4*d+2+qkvw+qw+4*f)+p.probs) + m*(qw+2*d+1+c.VocabSize)
	if backward {
		size += n*(2*d+f+qw+qkvw+6*rank) + m*d + p.longest*p.longest
	}
	a := &p.arena
	a.reset(size)
	p.states = slices.Grow(p.states[:0], c.Layers)[:c.Layers]
	for i := range p.states {
		if i >= states {
			p.states[i] = p.states[0]
			continue
		}
		p.states[i] = layerState{
			x: a.take(n * d), norm1: a.take(n * d), inverse1: a.take(n), qkv: a.take(n * qkvw),
			probs: a.take(p.probs), attended: a.take(n * qw),
			middle: a.take(n * d), norm2: a.take(n * d), inverse2: a.take(n),
			gateUp: a.take(n * 2 * f), sigmoid: a.take(n * f), act: a.take(n * f),
		}
	}
	p.attended, p.out, p.last = a.take(m*qw), a.take(m*d), a.take(m*d)
	p.inverse, p.logits = a.take(m), a.take(m*c.VocabSize)
	if backward {
		p.dx, p.dnorm, p.dact = a.take(n*d), a.take(n*d), a.take(n*f)
		p.dattended, p.dqkv = a.take(n*qw), a.take(n*qkvw)
		p.low = [2][]float32{a.take(n * 3 * rank), a.take(n * 3 * rank)}
		p.dout, p.dprobs = a.take(m*d), a.take(p.longest*p.longest)
	}
}
