package experiment

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/teacher/procedural"
	"github.com/autodatabench/autodatabench/tasks"
)

// begin writes the experiment's file, lock and log.
func begin(t *testing.T, s *Setup) {
	t.Helper()
	s.Given = []byte("name: demo\nagents: [direct]\ndomains: [science]\n")
	if err := lockIt(s); err != nil {
		t.Fatal(err)
	}
	if err := s.openScores(); err != nil {
		t.Fatal(err)
	}
}

// An experiment takes up more runs, agents, domains, workflows and settings. Its first lock
// stays, and what is asked for in another order is the same.
func TestGrow(t *testing.T) {
	root := record.Experiment(t.TempDir())
	begin(t, setup(t, root))
	first, err := os.ReadFile(string(root.Lock()))
	if err != nil {
		t.Fatal(err)
	}
	s := setup(t, root)
	s.File.Runs, s.File.Agents = 3, []string{"careless", "direct"}
	s.File.Domains, s.File.Settings = []results.Domain{"own", results.Science}, results.Settings()
	s.Tasks["own"] = tasks.Task{Digest: "own"}
	for range 2 { // the second time nothing is added
		if err := lockIt(s); err != nil {
			t.Fatal(err)
		}
		if err := s.openScores(); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(s.File.Agents, []string{"direct", "careless"}) || !slices.Equal(s.File.Domains, []results.Domain{results.Science, "own"}) {
		t.Errorf("the file has %v and %v; what is new comes last", s.File.Agents, s.File.Domains)
	}
	f, given, err := Recorded(root)
	if err != nil || !slices.Equal(f.Trials(), s.File.Trials()) || !strings.HasPrefix(string(given), "name: demo") {
		t.Errorf("recorded: %d trials of %d, %v", len(f.Trials()), len(s.File.Trials()), err)
	}
	if now, err := os.ReadFile(string(root.Lock())); err != nil || string(now) != string(first) {
		t.Errorf("the first lock changed (%v)", err)
	}
	locks, err := root.Locks()
	if err != nil || len(locks) != 2 || locks[1].Tasks["own"] != "own" || locks[1].Tasks[results.Science] != locks[0].Tasks[results.Science] {
		t.Errorf("%d locks, %v", len(locks), err)
	}
	scores, err := root.OpenScores()
	if err != nil || scores.Grown() != 1 || scores.CheckLock() != nil {
		t.Errorf("the log has it %d times, %v", scores.Grown(), err)
	}

	// A lock that was entered may not change, nor be gone.
	path := string(root.Grown(2))
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func() error{
		"edited": func() error {
			return os.WriteFile(path, []byte(strings.Replace(string(data), `"runs": 3`, `"runs": 2`, 1)), 0o644)
		},
		"gone": func() error { return os.Remove(path) },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		var known *results.Error
		if err := scores.CheckLock(); !errors.As(err, &known) || known.Kind != results.Verification || !strings.Contains(err.Error(), "changed since the experiment grew") {
			t.Errorf("%s: %v", what, err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// A refusal names the term that differs with both values, and nothing is written.
func TestGrowthIsRefused(t *testing.T) {
	root := record.Experiment(t.TempDir())
	two := setup(t, root)
	two.File.Runs, two.File.Agents = 2, []string{"direct", "careless"}
	two.Agents = map[string]Agent{"direct": {Digest: strings.Repeat("a", 64)}}
	begin(t, two)
	calls := 7
	for _, tt := range []struct {
		name, says string
		change     func(*Setup)
	}{
		{"fewer runs", "runs: 2 in the folder, 1 now", func(s *Setup) { s.File.Runs = 1 }},
		{"no agent careless", "agents: [direct careless] in the folder, [direct] now, which leaves out careless", func(s *Setup) { s.File.Agents = []string{"direct"} }},
		{"another seed", "seed: 1 in the folder, 2 now", func(s *Setup) { s.File.Seed = 2 }},
		{"more runs with another seed", "seed: 1 in the folder, 2 now", func(s *Setup) { s.File.Seed, s.File.Runs = 2, 5 }},
		{"a budget", "budget.teacher_calls: none in the folder, 7 now (and 2 more)", func(s *Setup) { s.File.Budget.TeacherCalls = &calls }},
		{"the sandbox", `sandbox.kind: "bubblewrap" in the folder, "none" now`, func(s *Setup) { s.File.Sandbox.Kind = "none" }},
		{"final seeds", "final_seeds: 1 in the folder, 2 now", func(s *Setup) { s.File.FinalSeeds = 2 }},
		{"the student", `student_digest.digest: "one" in the folder, "two" now`, func(s *Setup) { s.Identity.Digest = "two" }},
		{"the teacher", "teacher_digest: ", func(s *Setup) { s.Teacher = procedural.New(2) }},
		{"a task", `tasks.science: `, func(s *Setup) { s.Tasks[results.Science] = tasks.Task{Digest: "new"} }},
		{"a definition", "agents.direct: aaaaaaaaaaaa... in the folder, bbbbbbbbbbbb... now", func(s *Setup) {
			s.Agents = map[string]Agent{"direct": {Digest: strings.Repeat("b", 64)}}
		}},
	} {
		s := setup(t, root)
		s.File.Runs, s.File.Agents = 2, []string{"direct", "careless"}
		s.Agents = two.Agents
		tt.change(s)
		var known *results.Error
		err := lockIt(s)
		if !errors.As(err, &known) || known.Kind != results.BadInput || known.Hint == "" || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q in one line with a hint", tt.name, err, tt.says)
		}
	}
	if locks, err := root.Locks(); err != nil || len(locks) != 1 {
		t.Errorf("%d locks, %v", len(locks), err)
	}
}

// TestEnvironmentIsATerm goes on with an environment at another place, and with a folder
// that was not looked at because no code is to run; another environment is refused.
func TestEnvironmentIsATerm(t *testing.T) {
	root := record.Experiment(t.TempDir())
	with := func(path, digest string) error {
		s := setup(t, root)
		s.File.Sandbox.Environment, s.File.Sandbox.EnvironmentDigest = path, digest
		return lockIt(s)
	}
	if err := errors.Join(with("/a", "sha256:one"), with("/b", "sha256:one"), with("/a", "")); err != nil {
		t.Error(err)
	}
	if err := with("/a", "sha256:two"); err == nil || !strings.Contains(err.Error(), `sandbox.environment_digest: "sha256:one" in the folder, "sha256:two" now`) {
		t.Errorf("another environment: %v", err)
	}
	plain := setup(t, record.Experiment(t.TempDir()))
	if l, err := plain.terms(results.Mini()); err != nil || strings.Contains(string(l.File), "environment") {
		t.Errorf("without one the lock has %s, %v", l.File, err)
	}
}

// An experiment whose rule gives the runs does not grow, nor one of format 1, whose folder
// could not prove it. Two processes do not let it grow at a time.
func TestWhatCannotGrow(t *testing.T) {
	s := setup(t, record.Experiment(t.TempDir()))
	s.File.UntilDecided, s.File.Agents, s.File.Runs = Top, []string{"direct", "careless"}, 4
	begin(t, s)
	s.File.Runs = 5
	if err := lockIt(s); err == nil || !strings.Contains(err.Error(), "until_decided: top), and cannot grow: run 5") {
		t.Errorf("until decided: %v", err)
	}

	old := setup(t, record.Experiment(t.TempDir()))
	if err := lockIt(old); err != nil {
		t.Fatal(err)
	}
	l, err := old.Root.ReadLock()
	if err != nil {
		t.Fatal(err)
	}
	l.Format = 0
	if err := old.Root.Lock().Write(l); err != nil {
		t.Fatal(err)
	}
	old.File.Runs = 2
	if err := lockIt(old); err == nil || !strings.Contains(err.Error(), "the folder is of format 1, in which an experiment cannot grow") {
		t.Errorf("format 1: %v", err)
	}

	two := setup(t, record.Experiment(t.TempDir()))
	begin(t, two)
	if l, err = two.Root.ReadLock(); err != nil {
		t.Fatal(err)
	}
	if err := two.scores.Grow(1, l); err != nil {
		t.Fatal(err)
	}
	if err := two.scores.Grow(1, l); err == nil || !strings.Contains(err.Error(), "another process let the experiment grow") {
		t.Errorf("twice: %v", err)
	}
}
