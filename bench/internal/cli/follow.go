package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/autodatabench/autodatabench/bench/internal/follow"
	"github.com/autodatabench/autodatabench/bench/internal/progress"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/bench/internal/spans"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// toStdout is the value of --events for standard output.
const toStdout = "-"

// followers are the screen and what follows the experiment beside it.
type followers struct {
	*watch
	source *follow.Source // nil where nothing follows
	sinks  []closer
}

type closer interface{ Close() error }

// followed makes the watch of the setup, with whatever follows it: the stream at
// events, and spans where the environment names a collector. What is written to
// standard output after that goes through the returned world.
func followed(w setup.World, s *experiment.Setup, shown *watch, events string) (*followers, setup.World, error) {
	f := &followers{watch: shown}
	s.Watch = f
	var sinks []follow.Sink
	if events != "" {
		to, err := openEvents(w, events)
		if err != nil {
			return f, w, err
		}
		stream := follow.NewStream(to, func(err error) {
			fmt.Fprintf(w.Stderr, "warning: %s; no more events are written, and the experiment goes on\n", err)
		})
		sinks, f.sinks = append(sinks, stream), append(f.sinks, streamTo{stream, to})
		if events == toStdout {
			w.Stdout, w.Screen = w.Stderr, false
		}
	}
	traces, err := spans.Open(w.Getenv, setup.Version(), func(err error) {
		fmt.Fprintf(w.Stderr, "warning: %s; the experiment goes on\n", err)
	})
	if err != nil {
		return f, w, err
	}
	if traces != nil {
		sinks, f.sinks = append(sinks, traces), append(f.sinks, traces)
	}
	if sinks != nil {
		f.source = follow.New(termsOf(s), shown.snapshot, w.Now, sinks...)
		s.Follow = f.source
	}
	return f, w, nil
}

// openEvents opens the file, or standard output, at whose end events are written.
func openEvents(w setup.World, events string) (io.WriteCloser, error) {
	if events == toStdout {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // a reader that ends must not end the run
		return noClose{w.Stdout}, nil
	}
	if err := os.MkdirAll(filepath.Dir(events), 0o755); err != nil {
		return nil, results.Bad(fmt.Errorf("--events: %w", err))
	}
	file, err := os.OpenFile(events, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, results.Bad(fmt.Errorf("--events: %w", err))
	}
	return file, nil
}

type noClose struct{ io.Writer }

func (noClose) Close() error { return nil }

// streamTo is a stream with the file that it writes to.
type streamTo struct {
	*follow.Stream
	file io.Closer
}

func (s streamTo) Close() error { return errors.Join(s.Stream.Close(), s.file.Close()) }

// termsOf are the terms of an experiment as its file names them.
func termsOf(s *experiment.Setup) follow.Terms {
	t := follow.Terms{
		Experiment: s.File.Name, Student: s.Identity.Name, Agents: map[string]follow.Model{},
		Teacher:   follow.Model{Name: cmp.Or(s.File.Teacher.Model, s.File.Teacher.Kind), Provider: s.File.Teacher.Kind},
		Simulated: func(string) bool { return false },
	}
	for name, a := range s.Agents {
		t.Agents[name] = follow.Model{Name: a.Definition.Model, Provider: a.Definition.Provider}
	}
	if s.Teacher != nil {
		t.Simulated = func(agent string) bool { return s.Teacher.Simulated() || s.Agents[agent].Definition.Simulated() }
	}
	return t
}

// Doing tells what a trial does now.
func (f *followers) Doing(id results.TrialID, what string, state *results.Trial) {
	f.watch.Doing(id, what, state)
	if f.source != nil {
		f.source.Doing(id, what, state)
	}
}

// Done tells that a trial is scored, or has nothing to score.
func (f *followers) Done(o results.Outcome) {
	f.watch.Done(o)
	if f.source != nil {
		f.source.Done(o)
	}
}

// Base tells what the untrained student gets right.
func (f *followers) Base(d results.Domain, public results.Score) {
	f.watch.Base(d, public)
	if f.source != nil {
		f.source.Base(d, public)
	}
}

// Looked tells who gets another run.
func (f *followers) Looked(l results.Look, granted []results.TrialID) {
	f.watch.Looked(l, granted)
	if f.source != nil {
		f.source.Looked(l, granted)
	}
}

// Failed tells that the platform failed a trial.
func (f *followers) Failed(id results.TrialID, err error) {
	f.watch.Failed(id, err)
	if f.source != nil {
		f.source.Failed(id, err)
	}
}

// close ends all following. What could not be written is a warning: the experiment is
// what it is.
func (f *followers) close(w setup.World, interrupted bool) {
	f.watch.close()
	if f.source != nil {
		f.source.Close(interrupted)
	}
	for _, sink := range f.sinks {
		if err := sink.Close(); err != nil {
			fmt.Fprintln(w.Stderr, "warning:", err)
		}
	}
}

// snapshot is how far the experiment is.
func (w *watch) snapshot() progress.Snapshot {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.model.Snapshot(w.world.Now())
}
