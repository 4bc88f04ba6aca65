package cli

import (
	"fmt"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"autodatabench/results"
)

// watch shows how an experiment goes: a bar on a terminal, a line for each
// finished step elsewhere.
type watch struct {
	env   Env
	mu    sync.Mutex
	begin time.Time
	total int
	done  int
	bar   *progressbar.ProgressBar
}

func newWatch(env Env, total int) *watch {
	w := &watch{env: env, begin: env.Now(), total: total}
	if env.Terminal {
		w.bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(env.Stderr), progressbar.OptionShowCount(),
			progressbar.OptionSetWidth(30), progressbar.OptionSetElapsedTime(true), progressbar.OptionClearOnFinish(),
			progressbar.OptionSetPredictTime(true))
	}
	return w
}

// Doing tells what a trial does now.
func (w *watch) Doing(id results.TrialID, what string, state *results.Trial) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := fmt.Sprintf("%s: attempt %d, %s", id, len(state.Attempts), what)
	if w.bar != nil {
		w.bar.Describe(text)
	}
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
	fmt.Fprintf(w.env.Stderr, "[%d/%d %s] %s: %d attempts, %d valid, %d teacher calls, %s\n",
		w.done, w.total, w.env.Now().Sub(w.begin).Round(time.Second), o.TrialID, o.Attempts, o.ValidAttempts, o.Usage.TeacherCalls, final)
}

func (w *watch) close() {
	if w.bar != nil {
		w.bar.Exit()
		fmt.Fprintln(w.env.Stderr)
	}
}
