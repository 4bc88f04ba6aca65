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
func (t *trial) execute(ctx context.Context, n int) (err error) {
	short, remove, err := disk.Scratch("") // a socket's path ends at 108 bytes
	if err != nil {
		return err
	}
	defer func() {
		if left := remove(); left != nil {
			err = errors.Join(err, results.Infra(fmt.Errorf("the workspace is left: %w", left), "remove it by hand"))
		}
	}()
	workspace := filepath.Join(short, "workspace")
	if err := t.workspace(workspace, n); err != nil {
		return fmt.Errorf("make workspace: %w", err)
	}
	budget := t.state.Spec.Protocol.Budget
	limit := min(budget.CodeTime, t.state.TimeLeft())
	deadline := t.Clock.Now().Add(limit)
	socket := filepath.Join(short, "gateway.sock")
	if t.failed == n { // what it lost may have had no place on a full disk
		if _, _, err := t.gateway.Return(n, errors.New("the execution before was ended by a fault of the platform")); err != nil {
			return err
		}
	}
	running, kill := context.WithCancelCause(ctx)
	defer kill(nil)
	calls, cancel := context.WithTimeout(running, limit)
	defer cancel()
	stop, err := t.gateway.Serve(calls, n, socket,
		func(ctx context.Context) results.Check { return checkWorkspace(ctx, workspace, budget) },
		func() float64 { return max(0, deadline.Sub(t.Clock.Now()).Seconds()) })
	if err != nil {
		return err
	}
	begin, stopped := t.Clock.Now(), t.stopped()
	go t.endVoid(running, stopped, kill)
	var result sandbox.Result
	seconds, err := t.timed(func() (err error) {
		defer stop()
		result, err = t.Sandbox.Run(running, sandbox.Spec{Workspace: workspace, Code: sandbox.CodeFile, Socket: socket, Timeout: limit})
		return err
	})
	switch fault := t.gateway.Fault(); {
	case ctx.Err() != nil && err != nil:
		return t.giveBack(n, begin, err)
	case fault != nil:
		return t.giveBack(n, begin, fmt.Errorf("the platform failed while the code ran: %w", fault))
	case t.stopped() > stopped:
		return t.giveBack(n, begin, suspended(t.stopped()-stopped))
	case err != nil:
		return t.giveBack(n, begin, err)
	}
	if err := t.attempt(n).RunLog().Write(result.Output); err != nil {
		return err
	}
	if err := keepSubmission(workspace, t.attempt(n).Submission()); err != nil {
		return err
	}
	used := t.gateway.Usage(n)
	data := results.CodeData{
		ExitCode: result.ExitCode, Calls: used.Calls, Input: used.InputTokens, Output: used.OutputTokens,
		Seconds: seconds, Before: t.state.Cut.Seconds(), Limit: result.Limit,
	}
	if result.Held != (results.Sandbox{}) {
		data.Sandbox = &result.Held
	}
	data.Simulated = t.gateway.Simulated()
	if used.Calls > 0 {
		data.GPUSeconds = t.GPUs.teacher(seconds + data.Before)
	}
	data.Failure, data.Detail = failureOf(result, limit)
	return t.append(results.CodeExecuted, data)
}

// What ends code whose outcome is void.
var (
	errFaulted = errors.New("the platform failed while the code ran")
	errStopped = errors.New("the program was stopped while the code ran")
)

// endVoid ends running code whose outcome a fault of the platform has made void, or
// that went on while the program was stopped, for longer than stopped in all.
func (t *trial) endVoid(running context.Context, stopped time.Duration, kill context.CancelCauseFunc) {
	go t.endStopped(running, stopped, kill)
	select {
	case <-t.gateway.Faulted():
		kill(errFaulted)
	case <-running.Done():
	}
}

// endStopped ends a program that went on while this one was stopped, for longer than
// stopped in all.
func (t *trial) endStopped(running context.Context, stopped time.Duration, kill context.CancelCauseFunc) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if t.stopped() > stopped {
				kill(errStopped)
				return
			}
		case <-running.Done():
			return
		}
	}
}

// giveBack ends an execution that the platform failed or an interrupt ended: its
// calls of unknown outcome are given back, and the time until its last answer
// counts. The fault is final where too many calls are lost (protocol.md section 6).
func (t *trial) giveBack(n int, begin time.Time, fault error) error {
	now, ever, err := t.gateway.Return(n, fault)
	if err != nil {
		return errors.Join(fault, err)
	}
	f := &stepFault{err: fault, returned: now}
	if last := t.gateway.LastAnswer(); last.After(begin) {
		f.seconds = last.Sub(begin).Seconds()
	}
	if most := t.state.Spec.Protocol.Budget.TeacherCallsPerAttempt; now > 0 && ever*10 > most {
		f.final = true
		f.err = fmt.Errorf("%d calls of this attempt, more than a tenth of its %d, were lost without an answer: %w", ever, most, fault)
	}
	return f
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
		if r.Limit != "" {
			return failure, fmt.Sprintf("the platform stopped the code at its limit of %s\n%s", r.Limit, tail(r.Output))
		}
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
	if faultOfPlatform(err) != nil {
		return err
	}
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

func checkWorkspace(ctx context.Context, workspace string, budget results.Budget) results.Check {
	from, err := sandbox.OpenSubmission(workspace)
	if err != nil {
		return results.Check{Problem: err.Error()}
	}
	defer from.Close()
	_, check := submission.Decode(submission.During(ctx, from), budget)
	return check
}
