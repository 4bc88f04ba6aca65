package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
)

// Off a terminal each twentieth of the updates is a line, and so is the last; on one
// there is a bar, and no line.
func TestProgressOfUpdates(t *testing.T) {
	show := func(terminal bool) string {
		var b strings.Builder
		p := newCounter(setup.World{Stderr: &b, Terminal: terminal, Now: func() time.Time { return time.Unix(0, 0) }})
		for step := range 43 {
			p.update("training", step+1, 43, 0.5)
		}
		p.close()
		return b.String()
	}
	lines := show(false)
	first, _, _ := strings.Cut(lines, "\n")
	if diff := cmp.Diff("training: update 2 of 43, loss 0.5000, 0s", first); diff != "" {
		t.Errorf("first line (-want +got):\n%s", diff)
	}
	if n := strings.Count(lines, "\n"); n != 22 || !strings.HasSuffix(lines, "update 43 of 43, loss 0.5000, 0s\n") {
		t.Errorf("%d lines:\n%s", n, lines)
	}
	if bar := show(true); strings.Contains(bar, "update") || !strings.Contains(bar, "training, loss 0.500") {
		t.Errorf("on a terminal: %q", bar)
	}
}

// A screen is drawn over the one before it.
func TestScreen(t *testing.T) {
	var b strings.Builder
	s := screen{out: &b}
	s.clear()
	s.draw([]string{"a", "b"})
	s.clear()
	s.clear()
	s.draw([]string{"c"})
	if diff := cmp.Diff("a\nb\n\x1b[2A\x1b[Jc\n", b.String()); diff != "" {
		t.Errorf("screens (-want +got):\n%s", diff)
	}
}
