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
			Action: func(c *cli.Context) error {
				if err := noArguments(c); err != nil {
					return err
				}
				o := promptOptions{
					asJSON: c.Bool("json"), trial: c.String("trial"), attempt: c.Int("attempt"), suite: suiteOf(c), places: placesOf(c),
					domains:  []results.Domain{results.Domain(c.String("domain"))},
					workflow: results.Workflow(c.String("workflow")), setting: results.Setting(c.String("setting")),
					op: results.Operation(c.String("op")), protocol: c.String("protocol"), limit: c.Int64("limit"),
				}
				if len(o.suite.Folders) > 0 && !c.IsSet("domain") {
					o.domains = nil
				}
				return runPrompt(env.World, o)
			},
		}},
	}
}

type promptOptions struct {
	asJSON  bool
	trial   string // folder whose recorded prompt is shown; empty for an example
	attempt int    // of the trial

	// These make an example.
	suite    experiment.Suite
	places   setup.Places
	domains  []results.Domain // one, or none for a task folder's own
	workflow results.Workflow
	setting  results.Setting
	op       results.Operation
	protocol string
	limit    int64 // tokens that the prompt may have; 0 for no limit
}

// runPrompt prints a recorded prompt or an example.
func runPrompt(w setup.World, o promptOptions) error {
	p, err := o.read()
	if err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(w, p)
	}
	for _, m := range p.Messages {
		fmt.Fprintf(w.Stdout, "======== %s\n%s\n", m.Role, strings.TrimRight(m.Content, "\n"))
	}
	fmt.Fprintf(w.Stdout, "======== about %d tokens, templates %s\n", prompt.Tokens(p.Messages), prompt.Digest()[:19])
	return nil
}

// read is the prompt that the options ask for.
func (o promptOptions) read() (p record.Prompt, err error) {
	if o.trial != "" {
		if p, err = record.Trial(o.trial).Attempt(o.attempt).Prompt().Read(); err != nil {
			return p, results.Bad(err, "name the folder of a trial that got as far")
		}
		return p, nil
	}
	d, err := o.example()
	if err != nil {
		return p, err
	}
	p.Attempt, p.Op = d.Attempt, d.Op
	if p.Messages, p.Trimmed, err = prompt.Render(d); err != nil {
		return p, results.Bad(err, "operations: draft, debug, repair, improve")
	}
	return p, nil
}

// example is the prompt of a task with feedback that stands for what an agent would
// have brought about.
func (o promptOptions) example() (prompt.Data, error) {
	f := experiment.Default()
	f.Name, f.Agents, f.Protocol, f.Suite, f.Domains = "example", []string{"example"}, o.protocol, o.suite, o.domains
	f.Workflows, f.Settings = []results.Workflow{o.workflow}, []results.Setting{o.setting}
	if err := f.Validate(); err != nil {
		return prompt.Data{}, results.Bad(err)
	}
	protocol, err := f.Resolve()
	if err != nil {
		return prompt.Data{}, results.Bad(err)
	}
	list, err := setup.LoadTasks(f.Suite, f.Domains, o.places)
	if err != nil {
		return prompt.Data{}, err
	}
	task := list[0]
	base := results.Score{Correct: len(task.Public) / 5, Total: len(task.Public)}
	d := prompt.Data{
		Brief: task.Brief, Op: o.op, Attempt: 1, Limit: o.limit,
		CallsLeftAttempt: min(protocol.Budget.TeacherCallsPerAttempt, protocol.Budget.TeacherCalls),
		Trial: &results.Trial{Spec: results.Spec{
			TrialID:  results.TrialID{Domain: task.Brief.Domain, Workflow: o.workflow, Setting: o.setting, Agent: "example", Run: 1},
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
