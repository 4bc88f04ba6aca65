package experiment

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/config"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/teacher"
	"github.com/autodatabench/autodatabench/runner/teacher/procedural"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

func setup(t *testing.T, root record.Experiment) *Setup {
	t.Helper()
	f := Default()
	f.Name, f.Agents, f.Domains = "demo", []string{"direct"}, []results.Domain{results.Science}
	task, err := mini.Load(results.Science)
	if err != nil {
		t.Fatal(err)
	}
	return &Setup{
		File: f, Root: root, Teacher: procedural.New(1), Tasks: map[results.Domain]tasks.Task{results.Science: task}, Now: time.Now,
		Identity: results.Identity{Name: "fake", Arithmetic: "gonum", Digest: "one"},
	}
}

func lockIt(s *Setup) error {
	p, err := s.File.Resolve()
	if err != nil {
		return err
	}
	return s.lock(context.Background(), p)
}

// A folder takes up an experiment under its own terms only, and is scored only
// with the student and tasks that it ran with.
func TestTerms(t *testing.T) {
	root := record.Experiment(t.TempDir())
	if err := lockIt(setup(t, root)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name        string
		change      func(*Setup)
		run, scores bool
	}{
		{"nothing", func(*Setup) {}, true, true},
		{"how many at a time", func(s *Setup) { s.File.Parallel++ }, true, true},
		{"where the student works", func(s *Setup) { s.File.Launcher = Launcher{Kind: Slurm, Slots: 2} }, true, true},
		{"the program's version", func(s *Setup) { s.Version = "v9" }, true, true},
		{"the seed", func(s *Setup) { s.File.Seed++ }, false, true},
		{"the student", func(s *Setup) { s.Identity.Digest = "two" }, false, false},
		{"the arithmetic", func(s *Setup) { s.Identity.Arithmetic = "openblas" }, false, false},
		{"the teacher's host", func(s *Setup) { s.File.Teacher.BaseURL = "http://other:1/v1" }, true, true},
		{"the teacher's seed", func(s *Setup) { s.Teacher = procedural.New(2) }, false, true},
		{"the teacher's model", func(s *Setup) { s.Teacher = &teacher.OpenAI{Model: "m"} }, false, true},
		{"a task", func(s *Setup) { s.Tasks[results.Science] = tasks.Task{Digest: "new"} }, false, false},
	} {
		s := setup(t, root)
		tt.change(s)
		for what, c := range map[string]struct {
			err error
			ok  bool
		}{"run": {lockIt(s), tt.run}, "score": {s.CheckScorer(), tt.scores}} {
			var known *results.Error
			if (c.err == nil) != c.ok {
				t.Errorf("%s changed, %s: %v", tt.name, what, c.err)
			}
			if c.err != nil && (!errors.As(c.err, &known) || known.Kind != results.BadInput || known.Hint == "" || strings.Contains(c.err.Error(), "\n")) {
				t.Errorf("%s changed, %s: %v is no bad input in one line with a hint", tt.name, what, c.err)
			}
		}
	}
	if domains, err := Domains(root); err != nil || len(domains) != 1 || domains[0] != results.Science {
		t.Errorf("domains %v, %v", domains, err)
	}
}

// What an agent's definition says is kept once, beside the lock, and a definition
// of another digest is refused.
func TestDefinitionsAreKept(t *testing.T) {
	root := record.Experiment(t.TempDir())
	with := func(digest, model string) *Setup {
		s := setup(t, root)
		s.Agents = map[string]Agent{"direct": {Digest: digest, Definition: definitions.Definition{Name: "direct", Model: model}}}
		return s
	}
	if err := lockIt(with("one", "model-a")); err != nil {
		t.Fatal(err)
	}
	if err := lockIt(with("one", "model-a")); err != nil {
		t.Error(err)
	}
	var known *results.Error
	if err := lockIt(with("two", "model-b")); !errors.As(err, &known) || known.Kind != results.BadInput {
		t.Errorf("another definition: %v", err)
	}
	kept, err := root.Definition("direct").Read()
	if said, ok := kept.(map[string]any); err != nil || !ok || said["model"] != "model-a" {
		t.Errorf("kept %v, %v", kept, err)
	}
}

// The lock names the teacher by what decides its answers, whatever host it is on.
// One that an older program wrote has the name alone.
func TestTeacherInTheLock(t *testing.T) {
	s := setup(t, record.Experiment(t.TempDir()))
	at := func(url, model string) teacher.Teacher { return &teacher.OpenAI{BaseURL: url, Model: model} }
	s.Teacher = at("http://one:8000/v1", "m")
	if err := lockIt(s); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		teacher teacher.Teacher
		same    bool
	}{
		{at("http://other:9000/v1", "m"), true},
		{at("http://one:8000/v2", "m"), false},
		{at("http://one:8000/v1", "n"), false},
	} {
		s.Teacher = tt.teacher
		if err := lockIt(s); (err == nil) != tt.same {
			t.Errorf("%+v: %v", tt.teacher, err)
		}
	}
	l, err := s.Root.ReadLock()
	if err != nil {
		t.Fatal(err)
	}
	for name, same := range map[string]bool{"m": true, "n": false} {
		l.Teacher = name
		if err := s.Root.Lock().Write(l); err != nil {
			t.Fatal(err)
		}
		s.Teacher = at("http://one:8000/v1", "m")
		if err := lockIt(s); (err == nil) != same {
			t.Errorf("the name %s: %v", name, err)
		}
	}
}

// A limit that changed is noted once, with the value before; terms are not among them.
func TestChangedLimitsAreNoted(t *testing.T) {
	root := record.Experiment(t.TempDir())
	run := func(change func(*File)) []record.LimitsLine {
		t.Helper()
		s := setup(t, root)
		change(&s.File)
		if err := lockIt(s); err != nil {
			t.Fatal(err)
		}
		lines, err := root.Limits()
		if err != nil {
			t.Fatal(err)
		}
		return lines
	}
	raised := func(f *File) {
		f.Parallel, f.Launcher.Time = 7, config.Duration(6*time.Hour)
	}
	if lines := run(func(*File) {}); lines != nil {
		t.Errorf("a fresh experiment has %+v", lines)
	}
	run(raised)
	if lines := run(raised); len(lines) != 1 || !slices.Equal(lines[0].Changes, []record.LimitChange{
		{Name: "launcher.time", Was: "", Now: `"6h0m0s"`}, {Name: "parallel", Was: "2", Now: "7"},
	}) {
		t.Errorf("raised: %+v", lines)
	}
	if lines := run(func(*File) {}); len(lines) != 2 || lines[1].Changes[1] != (record.LimitChange{Name: "parallel", Was: "7", Now: "2"}) {
		t.Errorf("back again: %+v", lines)
	}
}
