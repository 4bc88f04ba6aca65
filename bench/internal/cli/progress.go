package cli

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner"
)

// watch shows how an experiment goes: a bar on a terminal; elsewhere a line for
// each attempt that begins and for each trial that is scored.
type watch struct {
	world setup.World
	mu    sync.Mutex
	begin time.Time
	total int
	done  int
	bar   *progressbar.ProgressBar
}

func newWatch(w setup.World, total int) *watch {
	shown := &watch{world: w, begin: w.Now(), total: total}
	if w.Terminal {
		shown.bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(w.Stderr), progressbar.OptionShowCount(),
			progressbar.OptionSetWidth(30), progressbar.OptionSetElapsedTime(true), progressbar.OptionClearOnFinish(),
			progressbar.OptionSetPredictTime(true))
	}
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
	switch {
	case w.bar != nil:
		w.bar.Describe(fmt.Sprintf("%s: attempt %d, %s", id, n, what))
	case strings.HasPrefix(what, runner.Waiting):
		w.line("%s: attempt %d: %s", id, n, what)
	case asks:
		w.line("%s: attempt %d", id, n)
	}
}

func (w *watch) line(format string, args ...any) {
	fmt.Fprintf(w.world.Stderr, "[%d/%d %s] %s\n", w.done, w.total, w.world.Now().Sub(w.begin).Round(time.Second), fmt.Sprintf(format, args...))
}

// Done tells that a trial is scored.
func (w *watch) Done(o results.Outcome) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done++
	if w.bar != nil {
		w.bar.Add(1)
		return
	}
	final := "no valid submission"
	if o.Valid {
		final = fmt.Sprintf("private %.1f %% (base %.1f %%)", 100*o.Final().Value, 100*o.BasePrivate.Accuracy())
	}
	w.line("%s: %d attempts, %d valid, %d teacher calls, %s", o.TrialID, o.Attempts, o.ValidAttempts, o.Usage.TeacherCalls, final)
}

func (w *watch) close() {
	if w.bar != nil {
		w.bar.Exit()
		fmt.Fprintln(w.world.Stderr)
	}
}
