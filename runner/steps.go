package runner

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"autodatabench/agents"
	"autodatabench/agents/prompt"
	"autodatabench/results"
	"autodatabench/results/folder"
)

// promptFile and replyFile are what the agent was sent and what it said.
type promptFile struct {
	Attempt  int               `json:"attempt"`
	Op       results.Operation `json:"op"`
	Messages []agents.Message  `json:"messages"`
}

type replyFile struct {
	Text         string `json:"text"`
	Truncated    bool   `json:"truncated"`
	InputTokens  int64  `json:"input_tokens"`
	OutputTokens int64  `json:"output_tokens"`
}

// ask opens attempt a.Attempt, unless it is open already, and asks the agent.
func (t *trial) ask(ctx context.Context, a agents.Action) error {
	p, err := t.prompt(a)
	if err != nil {
		return err
	}
	var reply agents.Reply
	seconds, err := t.timed(func() (err error) {
		ctx, cancel := t.inTime(ctx)
		defer cancel()
		reply, err = t.Agent.Reply(ctx, agents.Request{
			Trial: t.state.Spec.TrialID, Attempt: a.Attempt, Op: p.Op, Messages: p.Messages,
			Seed: Derive(t.state.Spec.Seed, "agent", a.Attempt),
		})
		// A server that had failed before the end is the platform's fault.
		if errors.Is(err, errTimeUp) || errors.Is(err, context.DeadlineExceeded) {
			return timeUp(ctx, err)
		}
		return err
	})
	if err != nil {
		return err
	}
	// What a reply cost in dollars is not known here: 0 stands for that.
	if err := t.gateway.RecordAgent(a.Attempt, reply.InputTokens, reply.OutputTokens, 0); err != nil {
		return err
	}
	file := replyFile{Text: reply.Text, Truncated: reply.Truncated, InputTokens: reply.InputTokens, OutputTokens: reply.OutputTokens}
	plan, code, failure, detail := agents.Extract(reply.Text, reply.Truncated)
	if err := folder.WriteJSON(t.attempt(a.Attempt, "reply.json"), file); err != nil {
		return err
	}
	if err := folder.WriteFile(t.attempt(a.Attempt, "plan.md"), []byte(plan)); err != nil {
		return err
	}
	if err := keepCode(t.attempt(a.Attempt, "code.py"), code, failure == ""); err != nil {
		return err
	}
	return t.append(results.AgentReplied, results.ReplyData{
		Reply: folder.Digest([]byte(reply.Text)), Code: failure == "", Failure: failure, Detail: detail,
		Input: reply.InputTokens, Output: reply.OutputTokens, Seconds: seconds,
	})
}

// keepCode writes the program of a reply, or removes that of an earlier reply to
// the same prompt, which a crash kept out of the record.
func keepCode(path, code string, has bool) error {
	if has {
		return folder.WriteFile(path, []byte(code))
	}
	return os.RemoveAll(path)
}

// prompt returns the attempt's prompt: the one on disk when the attempt is open
// already, else a new one, with which it opens the attempt.
func (t *trial) prompt(a agents.Action) (promptFile, error) {
	path := t.attempt(a.Attempt, "prompt.json")
	if last := t.state.Last(); last != nil && last.N == a.Attempt {
		var p promptFile
		return p, folder.ReadJSON(path, &p)
	}
	data, err := t.promptData(a)
	if err != nil {
		return promptFile{}, err
	}
	p := promptFile{Attempt: a.Attempt, Op: a.Op}
	if p.Messages, err = prompt.Render(data); err != nil {
		return p, err
	}
	if err := folder.WriteJSON(path, p); err != nil {
		return p, err
	}
	digest, err := folder.DigestOf(p)
	if err != nil {
		return p, err
	}
	return p, t.append(results.AttemptStarted, results.AttemptData{N: a.Attempt, Op: a.Op, Prompt: digest})
}

// promptData gathers what the prompt of the operation shows: the attempt before
// for debug and repair, the best one so far for improve.
func (t *trial) promptData(a agents.Action) (prompt.Data, error) {
	budget := t.state.Spec.Protocol.Budget
	d := prompt.Data{
		Trial: &t.state, Brief: t.Task.Brief, Attempt: a.Attempt, Op: a.Op,
		CallsLeftAttempt: min(budget.TeacherCallsPerAttempt, t.state.CallsLeft()),
	}
	shown := 0
	switch last := t.state.Last(); {
	case a.Op == results.Debug || a.Op == results.Repair:
		shown, d.Failure, d.Log, d.Check = last.N, last.Failure, last.Detail, last.Check
	case a.Op == results.Improve:
		shown = t.state.Best
	}
	if shown == 0 {
		return d, nil
	}
	var err error
	if d.Plan, err = readText(t.attempt(shown, "plan.md")); err != nil {
		return d, err
	}
	if d.Code, err = readText(t.attempt(shown, "code.py")); err != nil {
		return d, err
	}
	if a.Op == results.Improve {
		return d, t.showBest(&d, shown)
	}
	return d, nil
}

// showBest adds the student's bad cases and some rows of the best submission.
func (t *trial) showBest(d *prompt.Data, n int) error {
	var public publicFile
	if err := folder.ReadJSON(t.attempt(n, "public.json"), &public); err != nil {
		return err
	}
	rows, _, err := t.submission(n)
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(uint64(t.state.Spec.Seed), uint64(d.Attempt)))
	for _, i := range r.Perm(len(public.Judged)) {
		if j := public.Judged[i]; !j.Correct && len(d.BadCases) < results.MaxBadCases {
			item := t.Task.Public[i]
			d.BadCases = append(d.BadCases, results.BadCase{
				Question: prompt.Clip(item.Question), Expected: prompt.Clip(item.Answer),
				Response: prompt.Clip(j.Response), Reason: j.Reason,
			})
		}
	}
	for _, i := range r.Perm(len(rows))[:min(results.MaxSampleRows, len(rows))] {
		row := rows[i]
		d.SampleRows = append(d.SampleRows, results.Row{
			Instruction: prompt.Clip(row.Instruction), Input: prompt.Clip(row.Input), Output: prompt.Clip(row.Output),
		})
	}
	return nil
}

// readText returns a file's text, empty when there is none.
func readText(path string) (string, error) {
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	return string(data), nil
}
