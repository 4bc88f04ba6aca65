package setup

import (
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

func quiet() World {
	return World{Stdout: io.Discard, Stderr: io.Discard, Now: time.Now, Getenv: func(string) string { return "" }}
}

func demo(t *testing.T) Request {
	f := experiment.Default()
	f.Name, f.Agents = "demo", []string{"direct"}
	root := record.Experiment(filepath.Join(t.TempDir(), "demo"))
	return Request{File: f, Root: root, Places: Places{Private: t.TempDir(), Paper: t.TempDir()}}
}

// A setup has what is needed of it and no more.
func TestOpen(t *testing.T) {
	for _, tt := range []struct {
		name                     string
		needs                    Needs
		agents, teacher, sandbox bool
	}{
		{"nothing", Needs{}, false, false, false},
		{"a teacher", Needs{Teacher: true}, false, true, false},
		{"everything", Everything(), true, true, true},
	} {
		s, err := Open(t.Context(), quiet(), demo(t), tt.needs)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if s.Student == nil || len(s.Tasks) != len(s.File.Domains) || len(s.Tasks) == 0 {
			t.Errorf("%s: student %v, %d tasks of %v", tt.name, s.Student, len(s.Tasks), s.File.Domains)
		}
		if got := (s.Agents["direct"].Agent != nil); got != tt.agents {
			t.Errorf("%s: has its agent: %v", tt.name, got)
		}
		if got := s.Teacher != nil; got != tt.teacher {
			t.Errorf("%s: has its teacher: %v", tt.name, got)
		}
		if got := s.Sandbox != nil; got != tt.sandbox {
			t.Errorf("%s: has its sandbox: %v", tt.name, got)
		}
		if err := s.Close(); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// What comes first is said first, whatever else is wrong with an experiment.
func TestOrderOfChecks(t *testing.T) {
	r := demo(t)
	steps := []struct {
		spoil func()
		want  string
	}{
		{func() { r.File.Teacher = experiment.Teacher{Kind: "openai", APIKeyEnv: "TEACHER_KEY"} }, "TEACHER_KEY is empty"},
		{func() { r.File.Protocol = "paper" }, "protocol paper"},
		{func() { r.File.Suite = experiment.Suite{Name: experiment.PaperSuite} }, "scibench"},
		{func() { r.File.Student = experiment.Student{Train: "hf", Infer: "hf", Model: "no/model"} }, "no/model"},
		{func() { r.File.Agents = []string{"gpt-5.2"} }, "OPENAI_API_KEY"},
		{func() { r.File.Sandbox.Kind = "x" }, "sandbox kind"},
	}
	for _, step := range steps {
		step.spoil()
		s, err := Open(t.Context(), quiet(), r, Everything())
		if err == nil || !strings.Contains(err.Error(), step.want) || s != nil {
			t.Errorf("%v, %v; want an error with %q and no setup", s, err, step.want)
		}
	}
}

// The last opened is closed first, and all are closed whatever one says.
func TestClosers(t *testing.T) {
	var c closers
	var order []int
	for i := range 3 {
		c.add(func() error { order = append(order, i); return errors.New("broken") })
	}
	if err := c.close(); err == nil || strings.Count(err.Error(), "broken") != 3 || !slices.Equal(order, []int{2, 1, 0}) {
		t.Errorf("%v, %v", order, err)
	}
}
