// Package command lets a program of the user's own be an agent. The program is
// started in the sandbox for each attempt. It reads the prompt on standard input and
// answers on standard output with a plan and a program.
//
// The prompt is one JSON object: attempt, operation, seed and messages, as chat
// completions have them. The working directory is fresh for each attempt and holds
// the files of the program's folder. There is no network.
//
// If the definition has a base_url, the unix socket that AUTODATABENCH_SOCKET names
// takes POST /v1/chat/completions for the program's own calls of a model. The calls
// go to that address with the definition's model and key. They are metered in the
// trial's ledger, bounded by the agent's budgets and kept in the attempt's folder.
// The teacher cannot be reached from there.
//
// A program that fails or gives no reply in time has failed as an agent. A model
// that cannot be reached, or that hangs when the time is over, is a fault of the
// platform, whatever the program makes of it. The package is not for the
// programs that agents write; those run under the teacher's gateway.
package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/chat"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/sandbox"
)

// Sandbox runs the program.
type Sandbox interface {
	Run(ctx context.Context, spec sandbox.Spec) (sandbox.Result, error)
}

// Meter keeps the books of the agent's own calls.
type Meter interface {
	RecordAgent(attempt int, exchange string, used results.AgentUse) error
	CutAgent(attempt int, why error) error // a call gave no answer, and may be paid
	Agent() results.AgentUse
}

// Model answers the program's own calls.
type Model interface {
	Forward(ctx context.Context, request map[string]json.RawMessage) (chat.Answer, error)
}

// Agent is a program to be started for each attempt.
type Agent struct {
	Command []string
	Folder  string // copied into its working directory; empty for none
	Model   Model  // nil: it makes no calls
	Sandbox Sandbox
}

var _ agents.Agent = Agent{}

// Reply starts the program outside of any trial, for a check: its calls are not
// metered.
func (a Agent) Reply(ctx context.Context, r agents.Request) (results.Reply, error) {
	dir, remove, err := disk.Scratch("check-")
	if err != nil {
		return results.Reply{}, err
	}
	defer remove()
	t, err := a.Trial(results.Spec{Protocol: results.Mini()}, &tally{}, record.Trial(dir))
	if err != nil {
		return results.Reply{}, err
	}
	return t.Reply(ctx, r)
}

// Trial is the agent within a trial, whose folder keeps its calls. Those that a
// crash kept out of the books are put there.
func (a Agent) Trial(spec results.Spec, m Meter, dir record.Trial) (agents.Agent, error) {
	t := &inTrial{Agent: a, spec: spec, meter: m, dir: dir, kept: map[int]int{}}
	return t, t.reconcile()
}

type inTrial struct {
	Agent
	spec  results.Spec
	meter Meter
	dir   record.Trial
	kept  map[int]int // calls of each attempt
}

// input is what the program reads.
type input struct {
	Attempt  int               `json:"attempt"`
	Op       results.Operation `json:"operation"`
	Seed     int64             `json:"seed"`
	Messages []results.Message `json:"messages"`
}

// Reply starts the program.
func (t *inTrial) Reply(ctx context.Context, r agents.Request) (results.Reply, error) {
	short, remove, err := disk.Scratch("") // a socket's path ends at 108 bytes
	if err != nil {
		return results.Reply{}, results.Infra(err)
	}
	defer remove()
	workspace := filepath.Join(short, "workspace")
	if err := layOut(workspace, t.Folder); err != nil {
		return results.Reply{}, fmt.Errorf("agent's folder: %w", err)
	}
	stdin, err := json.Marshal(input{r.Attempt, r.Op, r.Seed, r.Messages})
	if err != nil {
		return results.Reply{}, err
	}
	spec := sandbox.Spec{Workspace: workspace, Command: t.Command, Stdin: stdin, Timeout: t.spec.Protocol.Budget.CodeTime}
	running, kill := context.WithCancelCause(ctx)
	defer kill(nil)
	calls := &calls{inTrial: t, attempt: r.Attempt, kill: kill, overdue: overdue(spec.Timeout, r.Patience)}
	calls.ctx, calls.cancel = context.WithCancel(running)
	defer calls.cancel()
	if t.Model != nil {
		spec.Socket = filepath.Join(short, "model.sock")
		stop, err := calls.serve(spec.Socket)
		if err != nil {
			return results.Reply{}, err
		}
		defer stop()
	}
	result, err := t.Sandbox.Run(running, spec)
	used, count, fault := calls.outcome()
	if fault != nil && (ctx.Err() == nil || calls.late.Load()) { // a model that hangs would look like the end of the run time
		return results.Reply{}, fault
	}
	if err != nil {
		return results.Reply{}, err
	}
	reply := judge(result, spec.Timeout)
	reply.Tokens, reply.Metered = used, count > 0 // without calls, one entry says that nothing was used
	return reply, nil
}

// overdue is after how long a call of the program's model counts as hung: before its time
// is over, and before the run time is, beyond which the trial waits for that long.
func overdue(limit, patience time.Duration) time.Duration {
	most := min(10*time.Minute, limit/2)
	if patience > 0 {
		most = min(most, patience)
	}
	return most
}

// judge makes a reply of how the program ended.
func judge(result sandbox.Result, limit time.Duration) results.Reply {
	reply := results.Reply{Text: string(bytes.ToValidUTF8(result.Stdout, []byte("\ufffd"))), Finish: results.FinishStop, Log: string(result.Output)}
	switch {
	case result.TimedOut:
		reply.Unanswered = fmt.Sprintf("the agent's program was stopped after %s", limit)
	case result.ExitCode != 0:
		reply.Unanswered = fmt.Sprintf("the agent's program ended with exit status %d: %s", result.ExitCode, tail(result.Output))
	case len(bytes.TrimSpace(result.Stdout)) == 0:
		reply.Unanswered = "the agent's program wrote nothing on its standard output: " + tail(result.Output)
	}
	return reply
}

func tail(log []byte) string {
	const most = 2_000
	return strings.ToValidUTF8(cut.Tail(string(log), most), "\ufffd")
}

// layOut copies the folder.
func layOut(workspace, folder string) error {
	if err := os.MkdirAll(workspace, 0o755); err != nil {
		return results.Infra(err)
	}
	if folder == "" {
		return nil
	}
	if err := os.CopyFS(workspace, os.DirFS(folder)); err != nil {
		return results.Bad(err, "it may hold files and folders only")
	}
	return nil
}

// tally is the meter of a check.
type tally struct{ used results.AgentUse }

func (t *tally) RecordAgent(_ int, _ string, used results.AgentUse) error {
	t.used = t.used.Add(used)
	return nil
}

func (*tally) CutAgent(int, error) error { return nil }

func (t *tally) Agent() results.AgentUse { return t.used }

var errStopped = errors.New("the agent's program has ended")
