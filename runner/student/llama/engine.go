package llama

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/llama/vec"
)

// A batch is cut into few shards when it is small, since short products are
// slow, and into many otherwise. The number depends on the batch alone: the
// order in which gradients are summed, and with it every bit of the result,
// depends on it.
const (
	fewShards   = 4
	manyShards  = 8
	largeTokens = 1024 // a batch of that many tokens is large
)

// engine computes the gradient of a batch. Scratch belongs to workers, so that
// the next shard finds it in the cache; gradients belong to shards.
type engine struct {
	m       *Model
	factors *factors
	passes  [manyShards]pass // by worker
	shards  [manyShards]shard
	used    int // shards of the last batch
}

// shard is a part of a batch.
type shard struct {
	sink     sink
	gradient []float32 // the sink's
	rows     []int
	tokens   int
	loss     float64 // sum over targets of weight times negative log-probability
}

// newEngine makes an engine for the weights of m, whose gradients go to sinks
// that newSink makes.
func newEngine(m *Model, newSink func() (sink, []float32)) *engine {
	e := &engine{m: m, factors: factorsOf(m, true)}
	for i := range e.shards {
		e.passes[i].m, e.passes[i].factors = m, e.factors
		e.shards[i].sink, e.shards[i].gradient = newSink()
	}
	return e
}

// diverged is the error of a training in which what overflowed.
func diverged(what string, value float64) error {
	return results.Bad(fmt.Errorf("%w: %s is %v", student.ErrDiverged, what, value), "a lower learning rate usually helps")
}

// gradient leaves in the sinks the shards' gradients of the mean loss over the
// weighted tokens of the rows, and returns that loss.
func (e *engine) gradient(rows []Example) (loss float64, err error) {
	var weight float64
	for _, row := range rows {
		weight += row.weight()
	}
	if weight == 0 {
		return 0, results.Bad(fmt.Errorf("no token of the %d rows has a loss", len(rows)))
	}
	e.cut(rows)
	e.factors.set(e.m, true)
	parallel(e.used, func(worker, i int) { e.shards[i].run(&e.passes[worker], rows, weight) })
	for _, s := range e.shards[:e.used] {
		loss += s.loss / weight
	}
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return loss, diverged("the loss", loss)
	}
	return loss, nil
}

// run computes the shard's gradient of its part of the loss, given the weight
// of the whole batch.
func (s *shard) run(p *pass, rows []Example, weight float64) {
	rank := 0
	if s.sink.current != nil {
		rank = s.sink.current.Rank
	}
	p.load(rows, s.rows, true, rank)
	s.loss = 0
	if len(p.targets) == 0 {
		clear(s.gradient)
		return
	}
	p.forward(p.attendRows)
	s.loss = p.loss(1 / weight)
	p.backward(s.sink)
}

// cut deals the rows to the shards, longest first, each to the shard with the
// fewest tokens.
func (e *engine) cut(rows []Example) {
	order, tokens := make([]int, len(rows)), 0
	for i, row := range rows {
		order[i] = i
		tokens += len(row.IDs)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(rows[b].IDs), len(rows[a].IDs)) })
	e.used = fewShards
	if tokens >= largeTokens {
		e.used = manyShards
	}
	shards := e.shards[:e.used]
	for i := range shards {
		shards[i].rows, shards[i].tokens = shards[i].rows[:0], 0
	}
	for _, row := range order {
		least := &shards[0]
		for i := range shards {
			if shards[i].tokens < least.tokens {
				least = &shards[i]
			}
		}
		least.rows = append(least.rows, row)
		least.tokens += len(rows[row].IDs)
	}
}

// chunk is how many weights one piece of work of the optimiser covers.
const chunk = 1 << 14

// sum adds all shards' gradients into the first one's, in order, and returns it
// with its norm.
func (e *engine) sum() (gradient []float32, norm float64) {
	total := e.shards[0].gradient
	pieces := (len(total) + chunk - 1) / chunk
	squares := make([]float64, pieces)
	parallel(pieces, func(_, i int) {
		from, to := i*chunk, min((i+1)*chunk, len(total))
		part := total[from:to]
		for _, s := range e.shards[1:e.used] {
			vec.Add(part, s.gradient[from:to])
		}
		for len(part) > 0 { // short sums keep single precision exact enough
			n := min(len(part), 256)
			squares[i] += float64(vec.Dot(part[:n], part[:n]))
			part = part[n:]
		}
	})
	for _, s := range squares {
		norm += s
	}
	return total, math.Sqrt(norm)
}
