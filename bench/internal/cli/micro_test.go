package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/sandbox"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/teacher/procedural"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// The parts of a micro experiment: all that a run does, in milliseconds.
type (
	microAgent   struct{}
	microSandbox struct{}
	microStudent struct{ trained int }
	microJudge   struct{}
)

func (microAgent) Reply(_ context.Context, r agents.Request) (results.Reply, error) {
	return results.Reply{Text: fmt.Sprintf("A plan.\n\n```python\n# %s attempt %d\n```\n", r.Trial, r.Attempt)}, nil
}

// Run leaves a submission that tells the program's text.
func (microSandbox) Run(_ context.Context, spec sandbox.Spec) (sandbox.Result, error) {
	code, err := os.ReadFile(filepath.Join(spec.Workspace, spec.Code))
	if err != nil {
		return sandbox.Result{}, err
	}
	rows := make([]results.Row, 10)
	for i := range rows {
		rows[i] = results.Row{Instruction: fmt.Sprintf("question %d of %s", i, code), Output: "answer"}
	}
	return sandbox.Result{Output: []byte("done\n")}, disk.WriteJSON(filepath.Join(spec.Workspace, sandbox.SubmissionFile), rows)
}

// Train leaves an adapter that is a function of the rows and the seed.
func (s *microStudent) Train(_ context.Context, _ results.Recipe, rows []results.Row, seed int64, dir string, _ func(student.Progress)) (results.TrainReport, error) {
	s.trained++
	digest, err := disk.DigestOf(rows)
	if err != nil {
		return results.TrainReport{}, err
	}
	weights := fmt.Appendf(nil, "%s %d", digest, seed)
	err = errors.Join(disk.WriteFile(filepath.Join(dir, "adapter_model.safetensors"), weights), disk.WriteFile(filepath.Join(dir, "adapter_config.json"), []byte("{}")))
	return results.TrainReport{Rows: len(rows), Updates: 1, Digest: disk.Digest(weights)}, err
}

// Generate answers every question with the adapter.
func (*microStudent) Generate(_ context.Context, adapter string, prompts []string, _ results.Sampling, _ func(int, int)) ([]string, error) {
	text := []byte("base")
	if adapter != "" {
		var err error
		if text, err = os.ReadFile(filepath.Join(adapter, "adapter_model.safetensors")); err != nil {
			return nil, err
		}
	}
	answers := make([]string, len(prompts))
	for i := range answers {
		answers[i] = string(text)
	}
	return answers, nil
}

func (microJudge) Judge(response string, item tasks.Item) results.Verdict {
	h := fnv.New32a()
	fmt.Fprint(h, item.ID, response)
	return results.Verdict{Extracted: "x", Correct: h.Sum32()%100 < 40, Reason: "by chance"}
}

// microWatch is told of the experiment and says nothing.
type microWatch struct{}

func (microWatch) Doing(results.TrialID, string, *results.Trial) {}
func (microWatch) Done(results.Outcome)                          {}
func (microWatch) Base(results.Domain, results.Score)            {}
func (microWatch) Looked(results.Look, []results.TrialID)        {}
func (microWatch) Failed(results.TrialID, error)                 {}

// micro is an experiment of two agents with two runs each.
func micro(t testing.TB, root string) *experiment.Setup {
	return microOf(t, root, []string{"alpha", "beta"}, 2, 2)
}

func microOf(t testing.TB, root string, names []string, runs, iterations int) *experiment.Setup {
	t.Helper()
	task, err := mini.Load(results.Science)
	if err != nil {
		t.Fatal(err)
	}
	task.Evaluator, task.Public = microJudge{}, task.Public[:20]
	text := fmt.Sprintf("name: micro\ndomains: [science]\nworkflows: [iterative]\nagents: [%s]\nruns: %d\nparallel: 2\n"+
		"budget: {iterations: %d, dataset_size: 10, min_rows: 5}\n", strings.Join(names, ", "), runs, iterations)
	file := filepath.Join(t.TempDir(), "micro.yaml")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := experiment.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	agents := map[string]experiment.Agent{}
	for _, name := range names {
		d := definitions.Definition{Name: name, DisplayName: strings.ToUpper(name[:1]) + name[1:], Provider: definitions.Replay}
		agents[name] = experiment.Agent{Agent: microAgent{}, Definition: d, Digest: "micro"}
	}
	return &experiment.Setup{
		File: f, Given: []byte(text), Root: record.Experiment(root), Version: "test",
		Tasks:  map[results.Domain]tasks.Task{results.Science: task},
		Agents: agents, Teacher: procedural.New(1), Student: &microStudent{},
		Identity: results.Identity{Name: "micro", Backend: "embedded", Digest: strings.Repeat("5", 64), Embedded: true},
		Sandbox:  microSandbox{}, Holder: disk.Holder{Host: "test", PID: os.Getpid(), BootID: "test"}, Now: time.Now, Clock: runner.Wall(time.Now), Watch: microWatch{},
	}
}

// finishedMicro runs the micro experiment in a fresh folder, with its index.
func finishedMicro(t testing.TB) (out string) {
	t.Helper()
	out = t.TempDir()
	s := micro(t, filepath.Join(out, "micro"))
	outcomes, err := s.Run(context.Background())
	if err != nil || len(outcomes) != 4 {
		t.Fatalf("%d outcomes, %v", len(outcomes), err)
	}
	if _, err := putIndex(context.Background(), quiet(), s.Root, outcomes); err != nil {
		t.Fatal(err)
	}
	return out
}

// copyTree copies a folder to a fresh one.
func copyTree(t testing.TB, from string) (to string) {
	t.Helper()
	to = filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

func edit(t testing.TB, path string, change func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(bytes.Clone(data)), 0o644); err != nil {
		t.Fatal(err)
	}
}
