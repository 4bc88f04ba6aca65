package cli

import (
	"fmt"
	"strings"
	"sync"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// watch shows how an experiment goes. Off a terminal there is a line for each attempt
// that begins and for each trial that is scored.
type watch struct {
	mu       sync.Mutex
	progress *progress
	domains  int
}

func newWatch(w setup.World, f experiment.File) *watch {
	shown := &watch{progress: newProgress(w), domains: len(f.Domains)}
	granted, first := experiment.Grants(f, nil), 0
	for _, id := range f.Trials() {
		if granted(id) {
			first++
		}
	}
	shown.progress.at(0, first)
	return shown
}

// Looked tells who gets another run.
func (w *watch) Looked(l results.Look) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.progress.at(w.progress.done, w.progress.total+len(l.GoOn)*w.domains)
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

// Doing tells what a trial does now.
func (w *watch) Doing(id results.TrialID, what string, state *results.Trial) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, asks := len(state.Attempts), what == string(agents.Ask)
	if last := state.Last(); asks && (last == nil || last.Replied) {
		n++ // the attempt is recorded after its prompt
	}
	w.progress.describe("%s: attempt %d, %s", id, n, what)
	switch {
	case strings.HasPrefix(what, runner.Waiting):
		w.line("%s: attempt %d: %s", id, n, what)
	case asks:
		w.line("%s: attempt %d", id, n)
	}
}

func (w *watch) line(format string, args ...any) {
	w.progress.line("[%d/%d %s] %s", w.progress.done, w.progress.total, w.progress.elapsed(), fmt.Sprintf(format, args...))
}

// Done tells that a trial is scored.
func (w *watch) Done(o results.Outcome) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.progress.at(w.progress.done+1, w.progress.total)
	final := "no valid submission"
	if o.Valid {
		final = fmt.Sprintf("private %.1f %% (base %.1f %%)", 100*o.Final().Value, 100*o.BasePrivate.Accuracy())
	}
	w.line("%s: %d attempts, %d valid, %d teacher calls, %s", o.TrialID, o.Attempts, o.ValidAttempts, o.Usage.TeacherCalls, final)
}

func (w *watch) close() { w.progress.close() }
