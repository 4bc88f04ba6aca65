package cli

import (
	"fmt"
	"strings"
	"sync"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner"
)

// watch shows how an experiment goes. Off a terminal there is a line for each attempt
// that begins and for each trial that is scored.
type watch struct {
	mu       sync.Mutex
	progress *progress
}

func newWatch(w setup.World, trials int) *watch {
	shown := &watch{progress: newProgress(w)}
	shown.progress.at(0, trials)
	return shown
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
