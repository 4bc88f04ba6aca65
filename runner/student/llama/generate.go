package llama

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student/llama/gemm"
)

// GenOptions is how answers are drawn.
type GenOptions struct {
	Temperature float64 // 0 is greedy
	TopP        float64 // 0 or 1 is the whole distribution
	MaxTokens   int     // of an answer; the model's context bounds it too
	Seed        int64
	Stop        []int // tokens that end an answer; they are not part of it
}

// batchPrompts is how many prompts are answered side by side.
const batchPrompts = 32

// Generate answers the prompts. The randomness of an answer depends on the seed
// and the prompt's tokens alone: not on its place, its neighbours or the number
// of cores. progress may be nil; its calls do not overlap.
func (m *Model) Generate(ctx context.Context, prompts [][]int, o GenOptions, progress func(done, total int)) ([][]int, error) {
	for i, p := range prompts {
		if len(p) == 0 || len(p) > m.Config.Context() {
			return nil, results.Bad(fmt.Errorf("generating: prompt %d has %d tokens, want 1 to %d", i, len(p), m.Config.Context()))
		}
		if err := checkIDs(p, m.Config.VocabSize); err != nil {
			return nil, results.Bad(fmt.Errorf("generating: prompt %d: %w", i, err))
		}
	}
	if !(o.Temperature >= 0) || !(o.TopP >= 0 && o.TopP <= 1) || o.MaxTokens < 0 {
		return nil, results.Bad(fmt.Errorf("generating: temperature %v, top-p %v or %d tokens is out of range", o.Temperature, o.TopP, o.MaxTokens))
	}
	var counting sync.Mutex
	done := 0
	finished := func(n int) {
		counting.Lock()
		defer counting.Unlock()
		if done += n; progress != nil {
			progress(done, len(prompts))
		}
	}
	answers := make([][]int, len(prompts))
	factors := factorsOf(m, false)
	decoders := make([]*decoder, workers())
	parallel((len(prompts)+batchPrompts-1)/batchPrompts, func(worker, batch int) {
		if decoders[worker] == nil {
			decoders[worker] = &decoder{pass: pass{m: m, factors: factors}, o: o}
		}
		from := batch * batchPrompts
		to := min(from+batchPrompts, len(prompts))
		decoders[worker].answer(ctx, prompts[from:to], answers[from:to], finished)
	})
	if ctx.Err() != nil {
		return nil, fmt.Errorf("generating: %w", context.Cause(ctx))
	}
	for _, d := range decoders {
		if d != nil && d.err != nil {
			return nil, fmt.Errorf("generating: %w", d.err)
		}
	}
	return answers, nil
}

// sequence is a prompt being answered.
type sequence struct {
	index  int
	last   int // token to feed next
	length int // tokens in the cache
	answer []int
	random *rand.Rand
	most   int       // tokens that it may come to
	room   int       // tokens the cache has room for: most, in whole registers
	keys   []float32 // [layers, kv heads, head dim, room]: products run along the tokens
	values []float32 // [layers, kv heads, room, head dim]
}

// decoder answers one batch of prompts after the other.
type decoder struct {
	pass
	o      GenOptions
	cache  arena
	slots  []sequence
	live   []*sequence
	scores []float32
	kept   []int
	err    error // student.ErrDiverged
}

// answer fills answers. It stops early when ctx is done or numbers overflow.
func (d *decoder) answer(ctx context.Context, prompts, answers [][]int, finished func(n int)) {
	d.reserve(prompts)
	for _, s := range d.live {
		if ctx.Err() != nil || d.err != nil {
			return
		}
		d.prefill(s, prompts[s.index])
	}
	d.retire(answers, finished)
	for len(d.live) > 0 && ctx.Err() == nil && d.err == nil {
		d.step()
		d.retire(answers, finished)
	}
}

// reserve makes a sequence with room in the cache for every prompt.
func (d *decoder) reserve(prompts [][]int) {
	c := d.m.Config
	perToken := c.Layers * c.KVHeads * c.HeadDim
	total, longest := 0, 0
	d.slots, d.live = slices.Grow(d.slots[:0], len(prompts))[:len(prompts)], d.live[:0]
	for i, p := range prompts {
		s := &d.slots[i]
		*s = sequence{index: i, most: min(len(p)+min(d.o.MaxTokens, c.Context()), c.Context())}
		s.room = wholeRegisters(s.most)
		s.random = rand.New(rand.NewPCG(uint64(d.o.Seed), digest(p)))
		s.answer = make([]int, 0, 32)
		total += 2 * s.room * perToken
		longest = max(longest, s.room)
		d.live = append(d.live, s)
	}
	d.cache.reset(total)
	for _, s := range d.live {
		s.keys, s.values = d.cache.take(s.room*perToken), d.cache.take(s.room*perToken)
	}
	if n := longest * (c.Heads / c.KVHeads); n > len(d.scores) {
		d.scores = make([]float32, n)
	}
}

// digest is FNV-1a over the tokens.
func digest(ids []int) uint64 {
	h := fnv.New64a()
	var b [8]byte
	for _, id := range ids {
		binary.LittleEndian.PutUint64(b[:], uint64(id))
		h.Write(b[:])
	}
	return h.Sum64()
}

// prefill runs a prompt, fills its cache and draws the first token.
func (d *decoder) prefill(s *sequence, prompt []int) {
	d.begin()
	d.add(prompt)
	d.targets = append(d.targets, target{token: len(prompt) - 1})
	d.place(false, 0)
	d.forward(func(l int) {
		for t := range prompt {
			d.store(s, l, t, t)
		}
		d.attendRows(l)
	})
	s.length = len(prompt)
	s.last = d.pick(d.logits, s.random)
}

// step feeds every live sequence its last token and draws the next.
func (d *decoder) step() {
	d.begin()
	for i, s := range d.live {
		d.ids, d.pos = append(d.ids, s.last), append(d.pos, s.length)
		d.targets = append(d.targets, target{token: i})
	}
	d.place(false, 0)
	d.forward(d.attendCache)
	v := d.m.Config.VocabSize
	for i, s := range d.live {
		s.length++
		s.last = d.pick(d.logits[i*v:][:v], s.random)
	}
}

// retire takes the drawn tokens into the answers and finished sequences out of
// the batch.
func (d *decoder) retire(answers [][]int, finished func(n int)) {
	before := len(d.live)
	d.live = slices.DeleteFunc(d.live, func(s *sequence) bool {
		stop := len(s.answer) == d.o.MaxTokens || slices.Contains(d.o.Stop, s.last)
		if !stop {
			s.answer = append(s.answer, s.last)
			stop = len(s.answer) == d.o.MaxTokens || s.length == s.most
		}
		if stop {
			answers[s.index] = s.answer
		}
		return stop
	})
	if n := before - len(d.live); n > 0 {
		finished(n)
	}
}

// store copies a token's keys and values of a layer to a place in the cache.
func (d *decoder) store(s *sequence, l, token, at int) {
	c := d.m.Config
	width, _ := c.groupShape(groupQKV)
	hd := c.HeadDim
	k := d.states[l].qkv[token*width+c.Heads*hd:][:c.KVHeads*hd]
	v := d.states[l].qkv[token*width+(c.Heads+c.KVHeads)*hd:][:c.KVHeads*hd]
	for h := range c.KVHeads {
		head := (l*c.KVHeads + h) * s.room * hd
		for i, key := range k[h*hd:][:hd] {
			s.keys[head+i*s.room+at] = key
		}
		copy(s.values[head+at*hd:][:hd], v[h*hd:])
	}
}

// wholeRegisters is n, rounded up to what products compute at a time.
func wholeRegisters(n int) int { return (n + 15) / 16 * 16 }

// attendCache lets one new token of every live sequence attend to its cache.
func (d *decoder) attendCache(l int) {
	c, state := d.m.Config, &d.states[l]
	width, _ := c.groupShape(groupQKV)
	hd, share := c.HeadDim, c.Heads/c.KVHeads
	for i, s := range d.live {
		d.store(s, l, i, s.length)
		n := s.length + 1
		whole := wholeRegisters(n) // what is computed beyond n is not read
		for h := range c.KVHeads {
			from := (l*c.KVHeads + h) * s.room * hd
			head := h * share * hd
			scores := d.scores[:share*whole]
			gemm.NN(share, whole, hd, 1, state.qkv[i*width+head:], hd, s.keys[from:], s.room, false, scores, whole)
			for g := range share {
				softmaxScaled(scores[g*whole:][:n], c.attentionScale())
			}
			gemm.NN(share, hd, n, 1, scores, whole, s.values[from:], hd, false, state.attended[i*c.Heads*hd+head:], hd)
		}
	}
}
