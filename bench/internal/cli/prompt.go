package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/agents/prompt"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

func promptCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "prompt", Usage: "show what an agent is told",
		Subcommands: []*cli.Command{{
			Name: "show", Usage: "print a prompt, or the one that a trial recorded",
			Description: "Without --trial, debug, repair and improve show made-up feedback. Examples:\n\n" +
				"  autodatabench prompt show --domain science --workflow iterative --op improve\n" +
				"  autodatabench prompt show --trial runs/demo/trials/science/iterative-scratch/adaptive/run-1 --attempt 2\n" +
				"  autodatabench prompt show --task geography --op repair",
			Flags: append(suiteFlags(), append(placeFlags(),
				jsonFlag(),
				&cli.StringFlag{Name: "domain", Value: string(results.Science), Usage: "domain of the task; without it, a task folder's own"},
				&cli.StringFlag{Name: "workflow", Value: string(results.Iterative), Usage: "one-shot or iterative"},
				&cli.StringFlag{Name: "setting", Value: string(results.Scratch), Usage: "scratch or seed"},
				&cli.StringFlag{Name: "op", Value: string(results.Draft), Usage: "draft, debug, repair or improve"},
				&cli.StringFlag{Name: "protocol", Value: "mini", Usage: "budgets and recipe"},
				&cli.Int64Flag{Name: "limit", Usage: "tokens that the prompt may have, to see how it is trimmed"},
				&cli.StringFlag{Name: "trial", Usage: "`FOLDER` of a trial", TakesFile: true},
				&cli.IntFlag{Name: "attempt", Value: 1, Usage: "of the trial"},
			)...),
			Action: func(c *cli.Context) error { return showPrompt(c, env) },
		}},
	}
}

func showPrompt(c *cli.Context, env Env) error {
	if err := noArguments(c); err != nil {
		return err
	}
	var p record.Prompt
	if dir := c.String("trial"); dir != "" {
		var err error
		if p, err = record.Trial(dir).Attempt(c.Int("attempt")).Prompt().Read(); err != nil {
			return results.Bad(err, "name the folder of a trial that got as far")
		}
	} else {
		d, err := examplePrompt(c)
		if err != nil {
			return err
		}
		p.Attempt, p.Op = d.Attempt, d.Op
		if p.Messages, p.Trimmed, err = prompt.Render(d); err != nil {
			return results.Bad(err, "operations: draft, debug, repair, improve")
		}
	}
	if c.Bool("json") {
		return show(c, env, p)
	}
	for _, m := range p.Messages {
		fmt.Fprintf(env.Stdout, "======== %s\n%s\n", m.Role, strings.TrimRight(m.Content, "\n"))
	}
	fmt.Fprintf(env.Stdout, "======== about %d tokens, templates %s\n", prompt.Tokens(p.Messages), prompt.Digest()[:19])
	return nil
}

// examplePrompt is the prompt of a task with feedback that stands for what an
// agent would have brought about.
func examplePrompt(c *cli.Context) (prompt.Data, error) {
	f := experiment.Default()
	f.Name, f.Agents, f.Protocol = "example", []string{"example"}, c.String("protocol")
	f.Suite, f.Domains = suiteOf(c), []results.Domain{results.Domain(c.String("domain"))}
	if len(f.Suite.Folders) > 0 && !c.IsSet("domain") {
		f.Domains = nil
	}
	f.Workflows, f.Settings = []results.Workflow{results.Workflow(c.String("workflow"))}, []results.Setting{results.Setting(c.String("setting"))}
	if err := f.Validate(); err != nil {
		return prompt.Data{}, results.Bad(err)
	}
	protocol, err := f.Resolve()
	if err != nil {
		return prompt.Data{}, results.Bad(err)
	}
	list, err := setup.LoadTasks(f.Suite, f.Domains, placesOf(c))
	if err != nil {
		return prompt.Data{}, err
	}
	task := list[0]
	base := results.Score{Correct: len(task.Public) / 5, Total: len(task.Public)}
	d := prompt.Data{
		Brief: task.Brief, Op: results.Operation(c.String("op")), Attempt: 1, Limit: c.Int64("limit"),
		CallsLeftAttempt: min(protocol.Budget.TeacherCallsPerAttempt, protocol.Budget.TeacherCalls),
		Trial: &results.Trial{Spec: results.Spec{
			TrialID:  results.TrialID{Domain: task.Brief.Domain, Workflow: f.Workflows[0], Setting: f.Settings[0], Agent: "example", Run: 1},
			Protocol: protocol, Teacher: "example-teacher", Student: "example-student", Base: base,
		}},
	}
	if d.Op != results.Draft {
		feedback(&d, base)
	}
	return d, nil
}

// feedback adds one attempt and what came of it.
func feedback(d *prompt.Data, base results.Score) {
	least := d.Trial.Spec.Protocol.Budget.MinRows
	d.Attempt, d.Trial.Elapsed = 2, 90*time.Second
	d.Plan, d.Code = "(the plan of the attempt before)", "import autodatabench\n# (the program of the attempt before)\n"
	first := results.Attempt{N: 1, Op: results.Draft, Replied: true, Extracted: true, Executed: true}
	switch d.Op {
	case results.Debug:
		d.Failure, d.Log = results.RuntimeError, "exit status 1\nTraceback (most recent call last):\n  File \"code.py\", line 2, in <module>\nNameError: name 'json' is not defined\n"
	case results.Repair:
		d.Check = &results.Check{
			Problem: strconv.Itoa(least-1) + " valid rows of " + strconv.Itoa(least+1) + ", at least " + strconv.Itoa(least) + " are needed",
			Rows:    least + 1, Kept: least - 1, Reasons: map[string]int{"empty output": 1, "output that is not a string": 1},
			Dropped: []results.Drop{
				{Row: 3, Reason: "empty output", Text: `{"instruction": "...", "input": "", "output": ""}`},
				{Row: 8, Reason: "output that is not a string", Text: `{"instruction": "...", "input": "", "output": 4}`},
			},
		}
	case results.Improve:
		first.Check = &results.Check{Valid: true, Rows: least, Kept: least, Used: least}
		first.Public, first.Trained = &results.Score{Correct: base.Correct + 10, Total: base.Total}, true
		d.Trial.Best, d.SampleRows = 1, d.Brief.Sample
		d.BadCases = []results.BadCase{{Question: "(a public question)", Expected: "(its answer)", Response: "(the student's answer)", Reason: "(why it is wrong)"}}
	}
	d.Trial.Attempts = []results.Attempt{first}
}
