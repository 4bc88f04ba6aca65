//go:build chaos

package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/agents/prompt"
	"github.com/autodatabench/autodatabench/agents/reference"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/final"
	"github.com/autodatabench/autodatabench/runner/sandbox"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/teacher/procedural"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// pupil is a student of no time: what it answers follows from its adapter.
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
	trained := []byte("base")
	if adapter != "" {
		var err error
		if trained, err = os.ReadFile(filepath.Join(adapter, "adapter_model.safetensors")); err != nil {
			return nil, err
		}
	}
	answers := make([]string, len(prompts))
	for i, p := range prompts {
		answers[i] = fmt.Sprintf("\\boxed{%d}", disk.Digest(append([]byte(p), trained...))[0]%50)
	}
	return answers, nil
}

// box runs no code: it asks the teacher as an agent's program would, and leaves the
// answers as a submission. A call that gives no answer fails the program.
type box struct{}

const asked = 6

func (box) Run(ctx context.Context, spec sandbox.Spec) (sandbox.Result, error) {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", spec.Socket)
	}}}
	var rows []results.Row
	for i := range asked {
		question := fmt.Sprintf("What is %d + %d?", 11+i, 3*i)
		answer, err := ask(ctx, &client, question)
		if ctx.Err() != nil {
			return sandbox.Result{}, context.Cause(ctx)
		}
		if err != nil {
			return sandbox.Result{ExitCode: 1, Output: []byte(err.Error())}, nil
		}
		rows = append(rows, results.Row{Instruction: question, Output: answer})
	}
	data, err := json.Marshal(rows)
	if err == nil {
		err = os.WriteFile(filepath.Join(spec.Workspace, sandbox.SubmissionFile), data, 0o600)
	}
	return sandbox.Result{Output: []byte("done\n")}, err
}

func ask(ctx context.Context, client *http.Client, question string) (string, error) {
	body, err := json.Marshal(map[string]any{"messages": []results.Message{{Role: "user", Content: question}}})
	if err != nil {
		return "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://gateway/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var reply struct {
		Choices []struct{ Message results.Message }
	}
	if err := json.NewDecoder(response.Body).Decode(&reply); err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK || len(reply.Choices) != 1 {
		return "", fmt.Errorf("status %d", response.StatusCode)
	}
	return reply.Choices[0].Message.Content, nil
}

// inProcess is a trial of milliseconds, with its final score.
type inProcess struct {
	env  runner.Env
	spec results.Spec
	task tasks.Task
}

func newInProcess(t *testing.T, root string, run int) inProcess {
	t.Helper()
	task, err := mini.Load(results.Science)
	if err != nil {
		t.Fatal(err)
	}
	task.Public = task.Public[:10]
	agent, err := reference.Open("direct")
	if err != nil {
		t.Fatal(err)
	}
	p := results.Mini()
	p.Modified = true
	p.Budget.Iterations, p.Budget.DatasetSize, p.Budget.MinRows, p.FinalSeeds = 2, 10, 4, 1
	env := runner.Env{
		Root: record.Experiment(root), Task: task, Agent: agent, Teacher: procedural.New(1), Student: pupil{}, Sandbox: box{},
		Holder: disk.Self(), Clock: runner.Wall(time.Now),
	}
	return inProcess{env, results.Spec{
		TrialID: results.TrialID{Domain: results.Science, Workflow: results.Iterative, Setting: results.Scratch, Agent: "direct", Run: run},
		Format:  record.Mark(), Experiment: "chaos", Suite: "mini", Protocol: p, Seed: 5, TaskDigest: task.Digest, PromptDigest: prompt.Digest(),
		Student: "pupil", StudentDigest: "pupil", Simulated: true, Base: results.Score{Correct: 1, Total: 10},
	}, task}
}

func (p inProcess) dir() record.Trial { return p.env.Root.Trial(p.spec.TrialID) }

// run takes the trial to its final score, from where it stands.
func (p inProcess) run(ctx context.Context) error {
	scores, err := p.env.Root.OpenScores()
	if err != nil {
		return err
	}
	p.env.Scores = scores
	if _, err := runner.Run(ctx, p.env, p.spec); err != nil {
		return err
	}
	scorer := final.Scorer{Root: p.env.Root, Scores: scores, Student: pupil{}, Identity: results.Identity{Name: "pupil", Digest: "pupil"}}
	_, err = scorer.Trial(ctx, p.dir(), p.task)
	return err
}
