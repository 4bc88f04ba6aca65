package audit_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/agents/prompt"
	"github.com/autodatabench/autodatabench/agents/reference"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/audit"
	"github.com/autodatabench/autodatabench/runner/sandbox"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/teacher"
	"github.com/autodatabench/autodatabench/runner/teacher/procedural"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// pupil is a student of no time: an audit looks at submissions, and none of its rules
// needs a training. What it answers follows from its adapter.
type pupil struct{}

func (pupil) Train(_ context.Context, _ results.Recipe, rows []results.Row, seed int64, dir string, _ func(student.Progress)) (results.TrainReport, error) {
	digest, err := disk.DigestOf(map[string]any{"rows": rows, "seed": seed})
	if err != nil {
		return results.TrainReport{}, err
	}
	err = errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "adapter_model.safetensors"), []byte(digest), 0o600))
	return results.TrainReport{Rows: len(rows), Digest: digest}, err
}

func (pupil) Generate(_ context.Context, adapter string, prompts []string, _ results.Sampling, _ func(int, int)) ([]string, error) {
	trained, err := os.ReadFile(filepath.Join(adapter, "adapter_model.safetensors"))
	if err != nil {
		return nil, err
	}
	answers := make([]string, len(prompts))
	for i, p := range prompts {
		answers[i] = fmt.Sprintf("\\boxed{%d}", disk.Digest(append([]byte(p), trained...))[0]%50)
	}
	return answers, nil
}

// trial is a cell of the study.
type trial struct {
	results.TrialID
	seed int64
}

// loadTask reads a task once.
var loadTask = func() func(t testing.TB, d results.Domain) tasks.Task {
	var mu sync.Mutex
	known := map[results.Domain]tasks.Task{}
	return func(t testing.TB, d results.Domain) tasks.Task {
		mu.Lock()
		defer mu.Unlock()
		if _, ok := known[d]; !ok {
			task, err := mini.Load(d)
			if err != nil {
				t.Fatal(err)
			}
			known[d] = task
		}
		return known[d]
	}
}()

// openBox is the sandbox of the study, or none where a cheat needs to read files of
// other trials.
func openBox(t testing.TB, kind string) *sandbox.Sandbox {
	t.Helper()
	box, err := sandbox.New(sandbox.Config{Kind: kind})
	if err != nil {
		t.Fatal(err)
	}
	return box
}

// play takes a trial to its end and returns its folder. Rows and iterations are those of
// the demo.
func play(t testing.TB, root string, c trial, box runner.Sandbox) record.Trial {
	t.Helper()
	task := loadTask(t, c.Domain)
	agent, err := reference.Open(c.Agent)
	if err != nil {
		t.Fatal(err)
	}
	p := results.Mini()
	p.Modified = true
	p.Budget.Iterations, p.Budget.DatasetSize, p.Budget.MinRows = 3, 120, 60
	env := runner.Env{
		Root: record.Experiment(root), Task: task, Agent: agent, Teacher: teacherOf(c), Student: pupil{}, Sandbox: box,
		Holder: disk.Self(), Clock: runner.Wall(time.Now), Report: func(results.TrialID, string, *results.Trial) {},
	}
	spec := results.Spec{
		TrialID: c.TrialID, Format: record.Mark(), Experiment: filepath.Base(root), Suite: "mini", Protocol: p,
		Seed: runner.Derive(c.seed, c.Path()), TaskDigest: task.Digest, PromptDigest: prompt.Digest(), Teacher: env.Teacher.Name(),
		Student: "pupil", StudentDigest: "pupil", Simulated: true, Base: results.Score{Correct: 1, Total: len(task.Public)},
	}
	if env.Scores, err = env.Root.OpenScores(); err != nil {
		t.Fatal(err)
	}
	if _, err := runner.Run(t.Context(), env, spec); err != nil {
		t.Fatalf("%s: %v", c.TrialID, err)
	}
	return env.Root.Trial(c.TrialID)
}

// teacherOf is the teacher of a trial: the usual one, but for cheats that need one that
// does as it is told.
func teacherOf(c trial) teacher.Teacher {
	if c.Agent == "cheat-overfitter" || c.Agent == "cheat-echo" {
		return procedural.NewRewording(c.seed)
	}
	return procedural.New(c.seed)
}

// look audits a trial with both sets.
func look(t testing.TB, root string, dir record.Trial, id results.TrialID) audit.Report {
	t.Helper()
	in, absent, err := audit.Open(record.Experiment(root), dir, id, loadTask(t, id.Domain), "")
	if err := errors.Join(absent, err); err != nil {
		t.Fatal(err)
	}
	report, err := audit.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	return report
}
