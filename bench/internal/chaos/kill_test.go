//go:build chaos

package chaos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

const same = "same results, nothing left"

// TestKill ends the program with SIGKILL and lets it go on.
func TestKill(t *testing.T) {
	m := newMicro(t)
	whole := m.place(t)
	begin := time.Now()
	if err := whole.finish(t); err != nil {
		t.Fatal(err)
	}
	took := time.Since(begin)
	want, err := whole.outcome()
	if err != nil {
		t.Fatal(err)
	}
	row("left alone", "a score", fmt.Sprintf("%d lines of results", len(want)), took)

	for _, b := range boundaries(t, whole) {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			m.killed(t, "killed "+b.name, want, b.reached)
		})
	}
	chance := rand.New(rand.NewPCG(1, 2))
	for range number(t, "CHAOS_KILLS", 40) {
		after := time.Duration(chance.Int64N(int64(took)))
		name := fmt.Sprintf("after %.3f of %.1f s", after.Seconds(), took.Seconds())
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begin := time.Now()
			m.killed(t, "killed "+name, want, func(place) bool { return time.Since(begin) >= after })
		})
	}
}

// boundary is a point of a trial that the disk shows.
type boundary struct {
	name    string
	reached func(p place) bool
}

// boundaries are the events of the trial that was left alone, and the files that it
// leaves before and after them.
func boundaries(t *testing.T, whole place) (list []boundary) {
	t.Helper()
	n := 0
	err := whole.trial().EachEvent(func(e results.Event) error {
		n++
		at := n
		list = append(list, boundary{fmt.Sprintf("at event %d, %s", n, e.Kind), func(p place) bool {
			data, _ := os.ReadFile(p.trial().Events())
			return bytes.Count(data, []byte("\n")) >= at
		}})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]func(p place) string{
		"at the experiment's lock":         func(p place) string { return string(p.root().Lock()) },
		"at the base student's score":      func(p place) string { return string(p.root().BasePublic(trialID.Domain)) },
		"at the trial's lock":              func(p place) string { return p.trial().Writer() },
		"at the first prompt":              func(p place) string { return string(p.trial().Attempt(1).Prompt()) },
		"at the first line of the ledger":  func(p place) string { return p.trial().Ledger() },
		"at the first submission":          func(p place) string { return string(p.trial().Attempt(2).Submission()) },
		"at the first training":            func(p place) string { return p.root().Cache() },
		"at the seal":                      func(p place) string { return string(p.trial().SealFile()) },
		"at the base's private score":      func(p place) string { return string(p.root().Base(trialID.Domain).Score()) },
		"at the rows of the final score":   func(p place) string { return string(p.trial().Final(1).Rows()) },
		"at the final predictions":         func(p place) string { return string(p.trial().Final(1).Predictions()) },
		"at the final score":               func(p place) string { return string(p.trial().Final(1).Score()) },
		"at the first file of the student": func(p place) string { return string(p.trial().Attempt(2).Train()) },
	} {
		list = append(list, boundary{name, func(p place) bool { return disk.Exists(path(p)) }})
	}
	return list
}

// killed is a case: the program is killed once reached says so, and goes on.
func (m micro) killed(t *testing.T, name string, want []string, reached func(p place) bool) {
	begin := time.Now()
	p := m.place(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd, said := p.command(ctx)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	running := true
	for running && !reached(p) {
		select {
		case err := <-ended:
			if running = false; err != nil {
				t.Fatalf("before it was killed: %v: %s", err, said)
			}
		case <-time.After(200 * time.Microsecond):
		}
	}
	if running {
		cmd.Process.Kill()
		<-ended
	}
	seen := p.after(t, want, running)
	if seen == "" {
		seen = "as expected"
		if !running {
			seen = "it had ended before; as expected"
		}
	} else {
		t.Error(seen)
	}
	row(name, same, seen, time.Since(begin))
}

// after looks for what a killed program left, lets the next one go on, and says
// what is not as it should be.
func (p place) after(t *testing.T, want []string, killed bool) string {
	t.Helper()
	var wrong []string
	if killed {
		var left []string
		for range 100 { // the kernel takes a while
			if left = p.processes(); len(left) == 0 {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		if len(left) > 0 {
			wrong = append(wrong, fmt.Sprintf("left running: %q", left))
		}
	}
	if err := p.finish(t); err != nil {
		return strings.Join(append(wrong, "resume: "+err.Error()), "; ")
	}
	got, err := p.outcome()
	if err != nil {
		wrong = append(wrong, err.Error())
	} else if diff := cmp.Diff(want, got); diff != "" {
		wrong = append(wrong, "other results (-left alone +killed): "+diff)
	}
	if left := p.leftovers(); len(left) > 0 {
		wrong = append(wrong, fmt.Sprintf("left after the resume: %q", left))
	}
	if state, err := p.trial().Load(); err == nil && state.Usage.TeacherCalls > state.Spec.Protocol.Budget.TeacherCalls {
		wrong = append(wrong, fmt.Sprintf("%d calls are charged", state.Usage.TeacherCalls))
	}
	return strings.Join(wrong, "; ")
}

// TestStopped stops the program for seven seconds while code runs, as Ctrl-Z does. That
// is no run time, and the code runs again.
func TestStopped(t *testing.T) {
	m := newMicro(t)
	whole, p := m.place(t), m.place(t)
	if err := whole.finish(t); err != nil {
		t.Fatal(err)
	}
	want, err := whole.outcome()
	if err != nil {
		t.Fatal(err)
	}
	const stop = 7 * time.Second
	begin := time.Now()
	cmd, said := p.command(t.Context())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for !disk.Exists(p.trial().Ledger()) {
		time.Sleep(time.Millisecond)
	}
	sent := cmd.Process.Signal(syscall.SIGSTOP)
	time.Sleep(stop)
	if err := errors.Join(sent, cmd.Process.Signal(syscall.SIGCONT), cmd.Wait()); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	took, seen := time.Since(begin), same
	state, err := p.trial().Load()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := p.outcome(); err != nil || cmp.Diff(want, got) != "" || state.Elapsed > took-stop {
		seen = fmt.Sprintf("run time %s of %s", state.Elapsed, took)
		t.Errorf("%s: %v %s", seen, err, cmp.Diff(want, got))
	}
	row("stopped for 7 s while code runs", same, seen, took)
}
