package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/sandbox"
	"github.com/autodatabench/autodatabench/runner/submission"
	"github.com/autodatabench/autodatabench/tasks"
)

// execute runs the attempt's code in a fresh workspace with the gateway's
// socket and keeps its output and its submission.
func (t *trial) execute(ctx context.Context, n int) error {
	short, err := os.MkdirTemp("", "adb-") // a socket's path ends at 108 bytes
	if err != nil {
		return err
	}
	defer os.RemoveAll(short)
	workspace := filepath.Join(short, "workspace")
	if err := t.workspace(workspace, n); err != nil {
		return fmt.Errorf("make workspace: %w", err)
	}
	budget := t.state.Spec.Protocol.Budget
	limit := min(budget.CodeTime, t.state.TimeLeft())
	deadline := t.Clock.Now().Add(limit)
	socket := filepath.Join(short, "gateway.sock")
	calls, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stop, err := t.gateway.Serve(calls, n, socket,
		func() results.Check { return checkWorkspace(workspace, budget) },
		func() float64 { return max(0, deadline.Sub(t.Clock.Now()).Seconds()) })
	if err != nil {
		return err
	}
	var result sandbox.Result
	seconds, err := t.timed(func() (err error) {
		defer stop()
		result, err = t.Sandbox.Run(ctx, sandbox.Spec{Workspace: workspace, Code: sandbox.CodeFile, Socket: socket, Timeout: limit})
		return err
	})
	if err != nil {
		return err
	}
	if err := t.attempt(n).RunLog().Write(result.Output); err != nil {
		return err
	}
	if err := keepSubmission(workspace, t.attempt(n).Submission()); err != nil {
		return err
	}
	used := t.gateway.Usage(n)
	data := results.CodeData{ExitCode: result.ExitCode, Calls: used.Calls, Input: used.InputTokens, Output: used.OutputTokens, Seconds: seconds}
	data.Simulated = t.gateway.Simulated()
	if used.Calls > 0 {
		data.GPUSeconds = t.GPUs.teacher(seconds)
	}
	data.Failure, data.Detail = failureOf(result, limit)
	// Code may swallow a fault of the teacher and end with too few rows.
	if fault := t.gateway.Fault(); fault != nil && (data.Failure != "" || !checkWorkspace(workspace, budget).Valid) {
		together := results.Error{
			Kind: results.Infrastructure, Hint: "go on with resume when the teacher answers again",
			Err: fmt.Errorf("the code failed together with the platform: %w", fault),
		}
		if known := (*results.Error)(nil); errors.As(fault, &known) {
			together.After = known.After
		}
		return &together
	}
	return t.append(results.CodeExecuted, data)
}

// failureOf says what was wrong with an execution, if anything.
func failureOf(r sandbox.Result, limit time.Duration) (results.Failure, string) {
	failure := results.Classify(results.Signs{TimedOut: r.TimedOut, ExitCode: r.ExitCode})
	switch failure {
	case results.CodeTimeout:
		unit := time.Second
		if limit < 10*time.Second { // the last of the run time
			unit = time.Millisecond
		}
		return failure, fmt.Sprintf("the code was stopped after %s\n%s", limit.Round(unit), tail(r.Output))
	case results.RuntimeError:
		return failure, fmt.Sprintf("exit status %d\n%s", r.ExitCode, tail(r.Output))
	}
	return "", ""
}

// tail is the end of a log, where a traceback stands.
func tail(log []byte) string {
	const most = 4_000
	return cut.Tail(string(log), most)
}

// workspace lays out what the agent's code finds: its code, the task's visible
// files, the seed pool in the seed setting, and the submission to go on from.
func (t *trial) workspace(dir string, n int) error {
	task := filepath.Join(dir, "task")
	if err := os.MkdirAll(task, 0o755); err != nil {
		return err
	}
	_, code, err := t.program(n)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, sandbox.CodeFile), code, 0o644); err != nil {
		return err
	}
	if err := writeItems(filepath.Join(task, "public.jsonl"), t.Task.Public); err != nil {
		return err
	}
	files := map[string]any{"few_shot.json": t.Task.Brief.FewShot, "sample_submission.json": t.Task.Brief.Sample}
	if t.state.Spec.Setting == results.Seed {
		files["seed.json"] = t.Task.Seed
	}
	for name, v := range files {
		if err := disk.WriteJSON(filepath.Join(task, name), v); err != nil {
			return err
		}
	}
	return t.previous(dir, n)
}

// previous puts the submission to go on from into the workspace: the one under
// repair, else the best so far.
func (t *trial) previous(dir string, n int) error {
	from := t.state.Best
	if a := t.state.Attempts[n-1]; a.Op == results.Repair {
		from = n - 1
	}
	if from == 0 {
		return nil
	}
	data, err := t.attempt(from).Submission().Read()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = t.same(string(t.attempt(from).Submission()), t.digests.submission[from], disk.Digest(data))
	}
	if err != nil {
		return err
	}
	return disk.WriteFile(filepath.Join(dir, "previous", sandbox.SubmissionFile), data)
}

func writeItems(path string, items []tasks.Item) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(f)
	for _, item := range items {
		if err := enc.Encode(item); err != nil {
			f.Close()
			return err
		}
	}
	return f.Close()
}

// keepSubmission copies the workspace's submission, if there is one that may be
// read, into the trial folder.
func keepSubmission(workspace string, kept record.Text) error {
	from, err := sandbox.OpenSubmission(workspace)
	if err != nil {
		return kept.Remove() // of an execution that was cut off; check says what is wrong
	}
	defer from.Close()
	data, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	return kept.Write(data)
}

func checkWorkspace(workspace string, budget results.Budget) results.Check {
	from, err := sandbox.OpenSubmission(workspace)
	if err != nil {
		return results.Check{Problem: err.Error()}
	}
	defer from.Close()
	_, check := submission.Decode(from, budget)
	return check
}
