package runner_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/autodatabench/autodatabench/agents/prompt"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

var recordFrom = flag.String("record", "", "`FOLDER` of the demo, whose trials take the place of the recorded ones")

const recordings = "testdata/demo.tar.zst"

// TestDemoReplays runs every trial of the demo again after its record, with the
// recorded agent, teacher and student, and compares each step and file. Prompts,
// workflow, the agents' code in its sandbox, the gateway, checks and judging are
// this program's. The student's answers are the recorded ones, so that other
// weights change nothing here; `make recordings` takes new ones.
func TestDemoReplays(t *testing.T) {
	if *recordFrom != "" {
		if err := pack(*recordFrom); err != nil {
			t.Fatal(err)
		}
	}
	demo := t.TempDir()
	if err := unpack(demo); err != nil {
		t.Fatal(err)
	}
	list, err := filepath.Glob(filepath.Join(demo, "trials", "*", "*", "*", "run-*"))
	if err != nil || len(list) != 36 {
		t.Fatalf("%d recorded trials (%v), want 36: 3 domains, 2 workflows, 3 engineers, 2 runs", len(list), err)
	}
	for _, dir := range list {
		name, _ := filepath.Rel(filepath.Join(demo, "trials"), dir)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			again(t, record.Trial(dir))
		})
	}
}

func again(t *testing.T, dir record.Trial) {
	env, answers := newEnv(t, t.TempDir(), "direct"), &recordedStudent{dir: dir}
	env.Student, env.Report = answers, answers.follow
	recording, env := recordedEnv(t, env, dir)
	spec := recording.Spec()
	task, err := mini.Load(spec.Domain)
	if err != nil {
		t.Fatal(err)
	}
	env.Task = task
	spec.TaskDigest, spec.PromptDigest = task.Digest, prompt.Digest()
	if _, err := runner.Run(context.Background(), env, spec); err != nil {
		t.Error(err)
	}
	difference, err := recording.Compare(env.Root.Trial(spec.TrialID))
	if err != nil || difference != "" {
		t.Errorf("first difference: %s (%v); after a change of tasks or prompts, `make recordings` takes new ones", difference, err)
	}
}

// recordedStudent gives the reports and answers of a trial folder again.
type recordedStudent struct {
	dir     record.Trial
	attempt int
}

func (s *recordedStudent) follow(_ results.TrialID, _ string, state *results.Trial) {
	s.attempt = len(state.Attempts)
}

func (s *recordedStudent) Train(_ context.Context, _ results.Recipe, _ []results.Row, _ int64, dir string, _ func(student.Progress)) (results.TrainReport, error) {
	d, err := s.dir.Attempt(s.attempt).Train().Read()
	return results.TrainReport{Rows: d.Rows, Updates: d.Updates, Tokens: d.Tokens, FirstLoss: d.FirstLoss, LastLoss: d.LastLoss, Digest: d.Adapter},
		errors.Join(err, os.MkdirAll(dir, 0o755))
}

func (s *recordedStudent) Generate(context.Context, string, []string, results.Sampling, func(int, int)) ([]string, error) {
	public, err := s.dir.Attempt(s.attempt).Public().Read()
	answers := make([]string, len(public.Judged))
	for i, j := range public.Judged {
		answers[i] = j.Response
	}
	return answers, err
}
