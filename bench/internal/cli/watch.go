package cli

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/autodatabench/autodatabench/bench/internal/progress"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner"
)

// watchTick is how often a terminal is drawn anew while an experiment runs.
const watchTick = time.Second

// fewPublic is the number of right public answers below which a base is doubtful: a
// private set of three times the size would have fewer than the ten that gains take.
const fewPublic = 4

// watch shows how an experiment goes. On a terminal there is a block of lines for each
// running trial, drawn again each second, and above it a line for each finished one.
// Elsewhere there is a line for each attempt that begins and each finished trial.
type watch struct {
	world setup.World
	stop  context.CancelFunc
	ended sync.WaitGroup

	mu     sync.Mutex
	model  *progress.Model
	screen *screen // nil off a terminal, and after an interrupt
}

// newWatch begins to show the model until close is called. After the end of ctx
// nothing is drawn again: what else is said then stays.
func newWatch(ctx context.Context, w setup.World, model *progress.Model) *watch {
	shown := &watch{world: w, model: model}
	ctx, shown.stop = context.WithCancel(ctx)
	if w.Terminal {
		shown.screen = &screen{out: w.Stderr}
		shown.ended.Go(func() { shown.tick(ctx) })
	}
	return shown
}

func (w *watch) tick(ctx context.Context) {
	ticker := time.NewTicker(watchTick)
	defer ticker.Stop()
	for {
		w.mu.Lock()
		w.draw()
		w.mu.Unlock()
		select {
		case <-ticker.C:
		case <-ctx.Done():
			w.mu.Lock()
			w.screen = nil
			w.mu.Unlock()
			return
		}
	}
}

// draw shows the running trials in the place of those before. The caller holds mu.
func (w *watch) draw() {
	if w.screen == nil {
		return
	}
	width, height := w.world.SizeOfStderr()
	lines := progressLines(w.model.Snapshot(w.world.Now()), width, height)
	w.screen.clear()
	w.screen.draw(lines)
}

// Doing tells what a trial does now.
func (w *watch) Doing(id results.TrialID, what string, state *results.Trial) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.model.Doing(id, what, state, w.world.Now())
	if w.world.Terminal {
		return
	}
	n := len(state.Attempts)
	switch asks := what == string(progress.Ask); {
	case asks:
		if last := state.Last(); last == nil || last.Replied {
			n++ // the attempt is recorded after its prompt
		}
		w.line("%s: attempt %d", id, n)
	case strings.HasPrefix(what, runner.Waiting):
		w.line("%s: attempt %d: %s", id, n, what)
	}
}

// Done tells that a trial is scored, or has nothing to score.
func (w *watch) Done(o results.Outcome) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.model.Trial(o.TrialID)
	if w.model.Done(o, w.world.Now()); before.State != progress.Done { // else a run before this one said so
		w.line("%s", outcomeLine(o, before.Why))
	}
}

// Base tells what the untrained student gets right. Where that is nothing, or nearly, the
// evaluator may not fit its answers, and gains would say little.
func (w *watch) Base(d results.Domain, public results.Score) {
	w.mu.Lock()
	defer w.mu.Unlock()
	doubt := ""
	if public.Correct < fewPublic {
		doubt = "; with so few, a gain says little: see how answers are judged (autodatabench tasks judge), or take a student that can do some of it"
	}
	w.line("%s: the untrained student has %d of %d public answers right (%.1f %%)%s", d, public.Correct, public.Total, 100*public.Accuracy(), doubt)
}

// Looked tells who gets another run.
func (w *watch) Looked(l results.Look, granted []results.TrialID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.model.Add(granted)
	var names []string
	for _, e := range l.GoOn {
		names = append(names, strings.Join([]string{e.Agent, string(e.Workflow), string(e.Setting)}, " "))
	}
	next := "no more runs"
	if names != nil {
		next = fmt.Sprintf("run %d of %s", l.Runs+1, strings.Join(names, ", "))
	}
	w.line("look %d, after %d runs: %d pairs decided, %d given up, %d open: %s", l.Number, l.Runs, len(l.Decided), l.Closed, l.Open, next)
}

// Failed tells that the platform failed a trial.
func (w *watch) Failed(id results.TrialID, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.model.Failed(id, err)
	w.line("%s: stopped, the next run goes on with it: %s", id, err)
}

// line says something that stays. The caller holds mu.
func (w *watch) line(format string, args ...any) {
	s := w.model.Snapshot(w.world.Now())
	left := ""
	if s.Left != nil && *s.Left > 0 {
		left = ", " + about(*s.Left) + " left"
	}
	said := fmt.Sprintf("[%d/%d %s%s] %s", s.States[progress.Done], len(s.Trials), s.Elapsed.Round(time.Second), left, fmt.Sprintf(format, args...))
	if w.screen != nil {
		w.screen.clear()
		width, _ := w.world.SizeOfStderr()
		said = strings.Join(flow("", " ", strings.Fields(said), width), "\n")
	}
	fmt.Fprintln(w.world.Stderr, said)
	w.draw()
}

// close ends the watch and takes away what it drew.
func (w *watch) close() {
	w.mu.Lock()
	if w.screen != nil {
		w.screen.clear()
	}
	w.screen = nil
	w.mu.Unlock()
	w.stop()
	w.ended.Wait()
}
