package launch

import (
	"context"
	"slices"
	"sync"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
)

// Member is a student of a [Gatherer].
type Member struct {
	Student
	Many student.Many // its trainer
	Asks int          // how many may ask it at a time
}

// Gatherer is a pool whose students do several calls at once. A training that comes
// while a student is free begins at once and alone: nobody waits for others that may
// come. Those that come while all are at work wait. The first of them then takes those
// along whose recipes agree with its own, as many as the gatherer allows. In the same
// way those who wait to ask are let in together; more may join them until a training
// waits.
//
// Calls are served in their order, but for those that are taken along. Its methods may
// be called concurrently.
type Gatherer struct {
	most int

	mu      sync.Mutex
	free    []Member
	waiting []*call
	asking  []*hold
	running sync.WaitGroup // trainings
}

// call is a use of the student that waits.
type call struct {
	ctx      context.Context
	training *student.Training // nil: it asks
	begun    chan *hold        // gets what it asks with
}

// hold is a student in the hands of those who ask it.
type hold struct {
	Member
	users []*call
}

// share has the time be shared by those who ask.
func (h *hold) share() {
	for _, c := range h.users {
		student.Share(c.ctx, len(h.users))
	}
}

// NewGatherer returns the pool of the members, which trains at most so many at once.
func NewGatherer(most int, members ...Member) *Gatherer { return &Gatherer{most: most, free: members} }

// Close waits for the trainings, whose callers may be gone.
func (g *Gatherer) Close() error {
	g.running.Wait()
	return nil
}

// Train implements [student.Trainer].
func (g *Gatherer) Train(ctx context.Context, recipe results.Recipe, rows []results.Row, seed int64, dir string, progress func(student.Progress)) (report results.TrainReport, err error) {
	ended := make(chan struct{})
	resume := student.Wait(ctx)
	defer resume()
	c := &call{ctx: ctx, training: &student.Training{
		Ctx: ctx, Recipe: recipe, Rows: rows, Seed: seed, Dir: dir, Progress: progress, Begin: resume,
		End: func(r results.TrainReport, e error) { report, err = r, e; close(ended) },
	}}
	if err := context.Cause(ctx); err != nil {
		return results.TrainReport{}, err
	}
	g.enter(c)
	select {
	case <-ended:
		return report, err
	case <-ctx.Done():
	}
	if g.leave(c) {
		return results.TrainReport{}, context.Cause(ctx)
	}
	<-ended // the student sees ctx too
	return report, err
}

// Generate implements [student.Generator].
func (g *Gatherer) Generate(ctx context.Context, adapterDir string, prompts []string, sampling results.Sampling, progress func(done, total int)) ([]string, error) {
	c := &call{ctx: ctx, begun: make(chan *hold, 1)}
	h, err := g.ask(c)
	if err != nil {
		return nil, err
	}
	defer g.asked(h, c)
	return h.Generate(ctx, adapterDir, prompts, sampling, progress)
}

// ask waits for a student to ask.
func (g *Gatherer) ask(c *call) (*hold, error) {
	defer student.Wait(c.ctx)()
	if err := context.Cause(c.ctx); err != nil {
		return nil, err
	}
	g.enter(c)
	select {
	case h := <-c.begun:
		return h, nil
	case <-c.ctx.Done():
	}
	if !g.leave(c) {
		g.asked(<-c.begun, c)
	}
	return nil, context.Cause(c.ctx)
}

// asked gives a student back, with the last of those who ask it.
func (g *Gatherer) asked(h *hold, c *call) {
	g.mu.Lock()
	defer g.mu.Unlock()
	h.users = slices.DeleteFunc(h.users, func(o *call) bool { return o == c })
	h.share()
	if len(h.users) == 0 {
		g.asking = slices.DeleteFunc(g.asking, func(o *hold) bool { return o == h })
		g.free = append(g.free, h.Member)
	}
	g.serve()
}

func (g *Gatherer) enter(c *call) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = append(g.waiting, c)
	g.serve()
}

// leave takes back a call that has not begun, and reports whether it was in time.
func (g *Gatherer) leave(c *call) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.waiting, c)
	if i < 0 {
		return false
	}
	g.waiting = slices.Delete(g.waiting, i, i+1)
	return true
}

// serve hands free students to those who wait; the caller holds the lock.
func (g *Gatherer) serve() {
	for len(g.waiting) > 0 {
		asks := g.waiting[0].training == nil
		if asks && g.join() {
			continue
		}
		if len(g.free) == 0 {
			return
		}
		m := g.free[0]
		g.free = g.free[1:]
		if asks {
			g.letIn(m)
			continue
		}
		list := g.gather(m)
		g.running.Go(func() {
			train(m, list)
			g.mu.Lock()
			defer g.mu.Unlock()
			g.free = append(g.free, m)
			g.serve()
		})
	}
}

// join lets the first who waits ask a student who is asked already.
func (g *Gatherer) join() bool {
	i := slices.IndexFunc(g.asking, func(h *hold) bool { return len(h.users) < h.Asks })
	if i < 0 {
		return false
	}
	h, c := g.asking[i], g.waiting[0]
	h.users, g.waiting = append(h.users, c), slices.Delete(g.waiting, 0, 1)
	h.share()
	c.begun <- h
	return true
}

// letIn has those ask the student who wait to ask, from the first on.
func (g *Gatherer) letIn(m Member) {
	h := &hold{Member: m}
	g.asking = append(g.asking, h)
	g.take(func(c *call) bool {
		if c.training != nil || len(h.users) == m.Asks {
			return false
		}
		h.users = append(h.users, c)
		c.begun <- h
		return true
	})
	h.share()
}

// gather takes the first training and those that it may take along.
func (g *Gatherer) gather(m Member) (list []*student.Training) {
	g.take(func(c *call) bool {
		if c.training == nil || len(list) == g.most || len(list) > 0 && !m.Many.Agree(list[0].Recipe, c.training.Recipe) {
			return false
		}
		list = append(list, c.training)
		return true
	})
	return list
}

// take takes those out of the calls that wait of which taken says so.
func (g *Gatherer) take(taken func(*call) bool) { g.waiting = slices.DeleteFunc(g.waiting, taken) }

// train does the trainings. One alone needs no pass with others.
func train(m Member, list []*student.Training) {
	if len(list) > 1 {
		m.Many.TrainMany(list)
		return
	}
	t := list[0]
	t.Begin()
	t.End(m.Train(t.Ctx, t.Recipe, t.Rows, t.Seed, t.Dir, t.Progress))
}
