package llama

import (
	"iter"

	"github.com/autodatabench/autodatabench/runner/student/llama/gemm"
	"github.com/autodatabench/autodatabench/runner/student/llama/vec"
)

// forward computes the logits at the targets. attend fills a layer's attended
// from its qkv.
func (p *pass) forward(attend func(layer int)) {
	d := p.m.Config.Hidden
	x := p.states[0].x
	for t, id := range p.ids {
		copy(x[t*d:][:d], p.m.embed[id*d:])
	}
	for l := range p.states {
		p.attention(l, attend)
		if l == len(p.states)-1 {
			p.gatherTargets()
			p.feedForward(l, len(p.targets), p.out)
		} else {
			p.feedForward(l, len(p.ids), p.states[l+1].x)
		}
	}
	m, v := len(p.targets), p.m.Config.VocabSize
	rmsNorm(p.last, p.out, p.m.norm, p.inverse, p.m.Config.NormEps)
	p.factors.head.forward.Mul(m, p.last, d, false, p.logits, v)
}

// attention computes the first half of a layer up to attended.
func (p *pass) attention(l int, attend func(layer int)) {
	c, w, s := p.m.Config, &p.m.layers[l], &p.states[l]
	out, in := c.groupShape(groupQKV)
	rmsNorm(s.norm1, s.x, w.attnNorm, s.inverse1, c.NormEps)
	p.factors.layers[l][groupQKV].forward.Mul(len(p.ids), s.norm1, in, false, s.qkv, out)
	p.rotate(s.qkv, 1)
	attend(l)
}

// rotate turns the queries and keys to their positions, or back.
func (p *pass) rotate(qkv []float32, sign float32) {
	c := p.m.Config
	width, _ := c.groupShape(groupQKV)
	turned := (c.Heads + c.KVHeads) * c.HeadDim
	for t, pos := range p.pos {
		p.m.rope.rotate(qkv[t*width:][:turned], pos, sign)
	}
}

// gatherTargets keeps of the last layer's state what the targets need.
func (p *pass) gatherTargets() {
	s := &p.states[len(p.states)-1]
	d := p.m.Config.Hidden
	qw, _ := p.m.Config.shape(siteQ)
	for i, t := range p.targets {
		copy(p.attended[i*qw:][:qw], s.attended[t.token*qw:])
		copy(s.middle[i*d:][:d], s.x[t.token*d:])
	}
}

// feedForward computes a layer from attended on, for n tokens, into out.
func (p *pass) feedForward(l, n int, out []float32) {
	c, w, s := p.m.Config, &p.m.layers[l], &p.states[l]
	factors := &p.factors.layers[l]
	d, f := c.Hidden, c.Intermediate
	qw, _ := c.shape(siteQ)
	attended, middle := p.attended, s.middle[:n*d]
	if l < len(p.states)-1 {
		attended = s.attended
		copy(middle, s.x)
	}
	factors[groupO].forward.Mul(n, attended, qw, true, middle, d)
	rmsNorm(s.norm2, middle, w.mlpNorm, s.inverse2, c.NormEps)
	factors[groupGateUp].forward.Mul(n, s.norm2, d, false, s.gateUp, 2*f)
	swiGLU(s.act[:n*f], s.sigmoid, s.gateUp, f)
	copy(out, middle)
	factors[groupDown].forward.Mul(n, s.act, f, true, out, d)
}

// attendRows is causal attention within each row, keeping the weights in probs.
func (p *pass) attendRows(l int) {
	c, s := p.m.Config, &p.states[l]
	width, _ := c.groupShape(groupQKV)
	qw, _ := c.shape(siteQ)
	hd, share := c.HeadDim, c.Heads/c.KVHeads
	factor := c.attentionScale()
	for _, row := range p.spans {
		n := row.n
		qkv := s.qkv[row.start*width:]
		for h := range c.Heads {
			k, v := (c.Heads+h/share)*hd, (c.Heads+c.KVHeads+h/share)*hd
			probs := s.probs[row.probs+h*n*n:][:n*n]
			q, out := qkv[h*hd:], s.attended[row.start*qw+h*hd:]
			for from, to := range causalBlocks(n) {
				gemm.NT(to-from, to, hd, q[from*width:], width, qkv[k:], width, false, probs[from*n:], n)
			}
			causalSoftmax(probs, n, factor)
			for from, to := range causalBlocks(n) {
				gemm.NN(to-from, hd, to, 1, probs[from*n:], n, qkv[v:], width, false, out[from*qw:], qw)
			}
		}
	}
}

// causalBlock is how many tokens of a row are multiplied with all tokens up to the
// last of them: the fewer, the less of what the mask hides is computed.
const causalBlock = 36

// causalBlocks are the blocks of n tokens, about equal in size.
func causalBlocks(n int) iter.Seq2[int, int] {
	return func(yield func(from, to int) bool) {
		blocks := (n + causalBlock - 1) / causalBlock
		for i := range blocks {
			if !yield(i*n/blocks, (i+1)*n/blocks) {
				return
			}
		}
	}
}

// causalSoftmax turns scores [n, n] into weights: row i over the first i+1
// columns, zero beyond.
func causalSoftmax(scores []float32, n int, factor float32) {
	for i := range n {
		row := scores[i*n:][:n]
		softmaxScaled(row[:i+1], factor)
		clear(row[i+1:])
	}
}

// loss returns the sum over targets of weight * -log p(id) and, when gradient is
// not 0, turns the logits into gradient times that sum's derivative.
func (p *pass) loss(gradient float64) (total float64) {
	v := p.m.Config.VocabSize
	for i, t := range p.targets {
		row := p.logits[i*v:][:v]
		logit := row[t.id]
		total -= float64(t.weight) * float64(logit-softmax(row))
		if gradient != 0 {
			row[t.id]--
			vec.Scale(row, float32(gradient*float64(t.weight)))
		}
	}
	return total
}
