package llama

import (
	"github.com/autodatabench/autodatabench/runner/student/llama/gemm"
	"github.com/autodatabench/autodatabench/runner/student/llama/vec"
)

// sink receives the gradients of a pass. Exactly one of full and adapter is set.
type sink struct {
	full    *Model   // same layout as the model
	adapter *Adapter // same layout as the adapter
	current *Adapter // the adapter's values
}

// backward turns the logits' gradients into the sink's. It overwrites the
// activations. Every matrix of the sink is assigned, not added to.
func (p *pass) backward(g sink) {
	c := p.m.Config
	m, d, v := len(p.targets), c.Hidden, c.VocabSize
	p.factors.head.back.Mul(m, p.logits, v, false, p.dout, d)
	dlast := p.dnorm[:m*d]
	copy(dlast, p.dout)
	clear(p.dout)
	var gain []float32
	if g.full != nil {
		gemm.TN(v, d, m, 1, p.logits, v, p.last, d, false, g.full.head, d)
		clear(g.full.flat[g.full.gains:])
		gain = g.full.norm
	}
	rmsNormBack(p.dout, dlast, p.out, p.m.norm, p.inverse, gain)
	for l := len(p.states) - 1; l >= 0; l-- {
		if l == len(p.states)-1 {
			p.feedForwardBack(l, m, p.dout, p.attended, g)
			p.scatterTargets()
		} else {
			p.feedForwardBack(l, len(p.ids), p.dx, p.states[l].attended, g)
		}
		p.attentionBack(l, g)
	}
	if g.full != nil {
		p.embedBack(g.full)
	}
}

// embedBack adds the stream's gradient to the rows of the tokens.
func (p *pass) embedBack(g *Model) {
	d := p.m.Config.Hidden
	if !p.m.Config.TieEmbeddings {
		clear(g.embed)
	}
	for t, id := range p.ids {
		vec.Add(g.embed[id*d:], p.dx[t*d:][:d])
	}
}

// feedForwardBack takes dx, the gradient of a layer's output, to that of its
// middle (in place) and of attended (over attended's values for the targets).
func (p *pass) feedForwardBack(l, n int, dx, attended []float32, g sink) {
	c, w, s := p.m.Config, &p.m.layers[l], &p.states[l]
	factors := &p.factors.layers[l]
	d, f := c.Hidden, c.Intermediate
	qw, _ := c.shape(siteQ)
	factors[groupDown].back.Mul(n, dx, d, false, p.dact, f)
	p.linearGradient(l, groupDown, n, s.act, dx, g)
	gateUp := s.gateUp[:n*2*f]
	swiGLUBack(gateUp, p.dact[:n*f], s.sigmoid, f)
	p.linearGradient(l, groupGateUp, n, s.norm2, gateUp, g)
	dnorm := p.dnorm[:n*d]
	factors[groupGateUp].back.Mul(n, gateUp, 2*f, false, dnorm, d)
	var gain []float32
	if g.full != nil {
		gain = g.full.layers[l].mlpNorm
	}
	rmsNormBack(dx, dnorm, s.middle[:n*d], w.mlpNorm, s.inverse2, gain)
	p.linearGradient(l, groupO, n, attended, dx, g)
	factors[groupO].back.Mul(n, dx, d, false, p.dattended, qw)
}

// scatterTargets spreads the last layer's gradients at the targets over all
// tokens, of which the others have none.
func (p *pass) scatterTargets() {
	d := p.m.Config.Hidden
	qw, _ := p.m.Config.shape(siteQ)
	copy(p.attended, p.dattended)
	clear(p.dattended)
	clear(p.dx)
	for i, t := range p.targets {
		copy(p.dattended[t.token*qw:][:qw], p.attended[i*qw:])
		copy(p.dx[t.token*d:][:d], p.dout[i*d:])
	}
}

// attentionBack takes dattended and dx, the gradient of the layer's middle, to
// the gradient of its input, in dx.
func (p *pass) attentionBack(l int, g sink) {
	c, w, s := p.m.Config, &p.m.layers[l], &p.states[l]
	n, d := len(p.ids), c.Hidden
	out, _ := c.groupShape(groupQKV)
	for _, row := range p.spans {
		p.attendRowBack(s, row)
	}
	p.rotate(p.dqkv, -1)
	p.linearGradient(l, groupQKV, n, s.norm1, p.dqkv, g)
	if l == 0 && g.full == nil {
		return // nothing below is trained
	}
	p.factors.layers[l][groupQKV].back.Mul(n, p.dqkv, out, false, p.dnorm, d)
	var gain []float32
	if g.full != nil {
		gain = g.full.layers[l].attnNorm
	}
	rmsNormBack(p.dx, p.dnorm, s.x, w.attnNorm, s.inverse1, gain)
}

// attendRowBack fills the row's part of dqkv from dattended.
func (p *pass) attendRowBack(s *layerState, row span) {
	c := p.m.Config
	width, _ := c.groupShape(groupQKV)
	qw, _ := c.shape(siteQ)
	hd, share, n := c.HeadDim, c.Heads/c.KVHeads, row.n
	qkv, dqkv := s.qkv[row.start*width:], p.dqkv[row.start*width:]
	dscores := p.dprobs[:n*n]
	for h := range c.Heads {
		k, v := (c.Heads+h/share)*hd, (c.Heads+c.KVHeads+h/share)*hd
		probs := s.probs[row.probs+h*n*n:][:n*n]
		dout := p.dattended[row.start*qw+h*hd:]
		add := h%share > 0 // the heads that share keys and values add up
		for from, to := range causalBlocks(n) {
			// The tokens from from on alone attend to those of the block.
			gemm.TN(to-from, hd, n-from, 1, probs[from*n+from:], n, dout[from*qw:], qw, add, dqkv[from*width+v:], width)
			gemm.NT(to-from, to, hd, dout[from*qw:], qw, qkv[v:], width, false, dscores[from*n:], n)
		}
		causalSoftmaxBack(dscores, probs, n, c.attentionScale())
		for from, to := range causalBlocks(n) {
			gemm.NN(to-from, hd, to, 1, dscores[from*n:], n, qkv[k:], width, false, dqkv[from*width+h*hd:], width)
			gemm.TN(to-from, hd, n-from, 1, dscores[from*n+from:], n, qkv[from*width+h*hd:], width, add, dqkv[from*width+k:], width)
		}
	}
}

// causalSoftmaxBack turns the gradient of the weights into that of the scores.
func causalSoftmaxBack(d, probs []float32, n int, factor float32) {
	for i := range n {
		g, p := d[i*n:][:i+1], probs[i*n:][:i+1]
		vec.SoftmaxBack(g, p, vec.Dot(g, p), factor)
		clear(d[i*n+i+1 : (i+1)*n])
	}
}

// linearGradient gives the sink the gradient of a group's weights, given its
// input x [n, in] and the gradient dy [n, out] of its output.
func (p *pass) linearGradient(l, group, n int, x, dy []float32, g sink) {
	c := p.m.Config
	out, in := c.groupShape(group)
	if g.full != nil {
		gemm.TN(out, in, n, 1, dy, out, x, in, false, g.full.layers[l].group[group], in)
		return
	}
	a, da := &g.current.layers[l], &g.adapter.layers[l]
	r, factor := g.current.Rank, g.current.scale()
	inner := len(groupSites[group]) * r
	u, v := p.low[0], p.low[1] // x aT and dy b: [n, inner]
	gemm.NT(n, inner, in, x, in, a.group[group], in, false, u, inner)
	from := 0
	for i, s := range groupSites[group] {
		o, _ := c.shape(s)
		gemm.NT(n, r, o, dy[from:], out, a.bT[s], o, false, v[i*r:], inner)
		gemm.TN(r, o, n, factor, u[i*r:], inner, dy[from:], out, false, da.bT[s], o)
		from += o
	}
	gemm.TN(inner, in, n, factor, v, inner, x, in, false, da.group[group], in)
}
