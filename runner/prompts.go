package runner

import (
	"math/rand/v2"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/prompt"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

// prompt returns the attempt's prompt: the one on disk when the attempt is open
// already, else a new one, with which it opens the attempt.
func (t *trial) prompt(a agents.Action) (record.Prompt, error) {
	kept := t.attempt(a.Attempt).Prompt()
	if last := t.state.Last(); last != nil && last.N == a.Attempt {
		return t.keptPrompt(a.Attempt)
	}
	data, err := t.promptData(a)
	if err != nil {
		return record.Prompt{}, err
	}
	p := record.Prompt{Attempt: a.Attempt, Op: a.Op}
	if p.Messages, p.Trimmed, err = prompt.Render(data); err != nil {
		return p, err
	}
	if err := kept.Write(p); err != nil {
		return p, err
	}
	digest, err := disk.DigestOf(p)
	if err != nil {
		return p, err
	}
	return p, t.append(results.AttemptStarted, results.AttemptData{N: a.Attempt, Op: a.Op, Prompt: digest, Trimmed: p.Trimmed})
}

// keptPrompt is the prompt with which attempt n was opened.
func (t *trial) keptPrompt(n int) (record.Prompt, error) {
	file := t.attempt(n).Prompt()
	p, err := file.Read()
	if err != nil {
		return p, err
	}
	digest, err := disk.DigestOf(p)
	if err == nil {
		err = t.same(string(file), t.digests.prompt[n], digest)
	}
	return p, err
}

// promptData gathers what the prompt of the operation shows: the attempt before
// for debug and repair, the best one so far for improve.
func (t *trial) promptData(a agents.Action) (prompt.Data, error) {
	budget := t.state.Spec.Protocol.Budget
	d := prompt.Data{
		Trial: &t.state, Brief: t.Task.Brief, Attempt: a.Attempt, Op: a.Op,
		CallsLeftAttempt: min(budget.TeacherCallsPerAttempt, t.state.CallsLeft()),
		Limit:            t.state.Spec.PromptTokens,
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
	plan, code, err := t.program(shown)
	if err != nil {
		return d, err
	}
	d.Plan, d.Code = string(plan), string(code)
	if a.Op == results.Improve {
		return d, t.showBest(&d, shown)
	}
	return d, nil
}

// showBest adds the student's bad cases and some rows of the best submission.
func (t *trial) showBest(d *prompt.Data, n int) error {
	public, err := t.attempt(n).Public().Read()
	if err != nil {
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
