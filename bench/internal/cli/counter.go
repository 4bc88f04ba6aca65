package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
)

// counter shows on standard error how far long work of counted steps is: a bar on a
// terminal, lines elsewhere. One goroutine at a time may use it.
type counter struct {
	world       setup.World
	begin       time.Time
	done, total int
	bar         *progressbar.ProgressBar // nil off a terminal, and before the total is known
}

func newCounter(w setup.World) *counter { return &counter{world: w, begin: w.Now()} }

// at says how many of the steps are done.
func (p *counter) at(done, total int) {
	p.done, p.total = done, total
	if !p.world.Terminal {
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(raw(p.world.Stderr)), progressbar.OptionShowCount(),
			progressbar.OptionSetWidth(30), progressbar.OptionSetElapsedTime(true), progressbar.OptionClearOnFinish(),
			progressbar.OptionSetPredictTime(true))
	}
	p.bar.Set(done)
}

// describe says beside the bar what is being done.
func (p *counter) describe(format string, args ...any) {
	if p.bar != nil {
		p.bar.Describe(fmt.Sprintf(format, args...))
	}
}

// line prints a line off a terminal.
func (p *counter) line(format string, args ...any) {
	if !p.world.Terminal {
		fmt.Fprintf(p.world.Stderr, format+"\n", args...)
	}
}

// elapsed is for how long the work has gone on, to the second.
func (p *counter) elapsed() time.Duration { return p.world.Now().Sub(p.begin).Round(time.Second) }

// close ends the bar and goes to a new line.
func (p *counter) close() {
	if p.bar != nil {
		p.bar.Exit()
		fmt.Fprintln(p.world.Stderr)
	}
}

// update shows an update of a training. Off a terminal each twentieth is a line.
func (p *counter) update(what string, step, total int, loss float64) {
	p.at(step, total)
	p.describe("%s, loss %.3f", what, loss)
	if part := max(1, total/20); step%part == 0 || step == total {
		p.line("%s: update %d of %d, loss %.4f, %s", what, step, total, loss, p.elapsed())
	}
}

// bar shows a share in ten steps; it is full only when all is used.
func bar(n, of int) string {
	const steps = 10
	full := min(steps, steps*n/max(1, of))
	return "[" + strings.Repeat("#", full) + strings.Repeat("-", steps-full) + "]"
}

// screen is lines on a terminal that are drawn again in the same place.
type screen struct {
	out   io.Writer
	lines int // drawn
}

// draw shows lines below which the cursor is left.
func (s *screen) draw(lines []string) {
	for _, line := range lines {
		fmt.Fprintln(s.out, line)
	}
	s.lines = len(lines)
}

// clear takes the lines away and leaves the cursor where they began.
func (s *screen) clear() {
	if s.lines > 0 {
		fmt.Fprintf(raw(s.out), "\x1b[%dA\x1b[J", s.lines)
	}
	s.lines = 0
}
