package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

func agentCheckCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "check", Usage: "ask an agent one tiny question", ArgsUsage: "NAME or FILE",
		Flags: append(placeFlags(), outFlag(), jsonFlag(), formatFlag(), &cli.StringFlag{Name: "agent-file", Usage: "definition `FILE`", TakesFile: true}),
		Description: "Prints the model, how long it took, tokens and what they cost. Examples:\n\n" +
			"  autodatabench agents check gpt-5.2\n  autodatabench agents check my-model.yaml",
		Action: func(c *cli.Context) error {
			name, err := oneArgument(c, "an agent's name or definition file")
			if err != nil {
				return err
			}
			return runAgentCheck(c.Context, env.World, agentCheckOptions{
				format: formatOf(c), name: name, file: c.String("agent-file"), out: c.String("out"), places: placesOf(c),
			})
		},
	}
}

// checked is what one tiny call came to.
type checked struct {
	Name    string         `json:"name"`
	Model   string         `json:"model,omitempty"`
	Seconds float64        `json:"seconds"`
	Finish  results.Finish `json:"finish,omitempty"`
	Said    string         `json:"said"`
	results.Tokens
	Cost  results.Number `json:"cost_usd"`
	Notes []string       `json:"notes,omitempty"` // what was odd about the answer

	// Adapted says what was sent in another way than the definition has it.
	Adapted []string `json:"adapted,omitempty"`
}

type agentCheckOptions struct {
	format report.Format
	name   string // an agent's, or of a definition file
	file   string // definition file; empty for none
	out    string
	places setup.Places
}

func runAgentCheck(ctx context.Context, w setup.World, o agentCheckOptions) error {
	d, err := definition(o.name, o.file)
	if err != nil {
		return err
	}
	a, err := setup.OpenAgent(w, d, record.Experiment(filepath.Join(o.out, d.Name)), o.places)
	if err != nil {
		return err
	}
	done := checked{Name: d.Name, Model: d.Model}
	if d.Provider != definitions.Reference {
		if done, err = askOnce(ctx, w, d, a); err != nil {
			return err
		}
	}
	cost := "unknown"
	if done.Cost.Known {
		cost = fmt.Sprintf("%.6f", done.Cost.Value)
	}
	t := table.New("", 1, "!name", "model", ">seconds", "finish", ">input tokens", ">cached", ">output tokens", ">reasoning", ">USD", "said")
	t.Add(done.Name, done.Model, fmt.Sprintf("%.1f", done.Seconds), string(done.Finish), fmt.Sprint(done.Input), fmt.Sprint(done.Cached),
		fmt.Sprint(done.Output), fmt.Sprint(done.Reasoning), cost, done.Said)
	for _, way := range done.Adapted {
		t.Note("the server refused a field: sent with %s", way)
	}
	for _, note := range done.Notes {
		t.Note("%s", note)
	}
	return printData(w, o.format, done, t)
}

// patience is how long a check waits for its answer.
const patience = 5 * time.Minute

func askOnce(ctx context.Context, w setup.World, d definitions.Definition, a agents.Agent) (checked, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if d.BaseURL != "" {
		fmt.Fprintf(w.Stderr, "asking %s at %s, for at most %s\n", d.Model, d.BaseURL, patience)
	}
	begin := w.Now()
	reply, err := a.Reply(ctx, agents.Request{
		Attempt: 1, Op: results.Draft, // with the definition's own limit, which a server may refuse
		Messages: []results.Message{{Role: results.User, Content: "Answer with the one word: ready"}},
	})
	if err != nil {
		return checked{}, err
	}
	if reply.Unanswered != "" {
		return checked{}, results.Bad(fmt.Errorf("agent %s: %s", d.Name, reply.Unanswered))
	}
	const shown = 60
	said := []rune(strings.Join(strings.Fields(reply.Text), " "))
	return checked{
		Name: d.Name, Model: d.Model, Seconds: w.Now().Sub(begin).Seconds(), Finish: reply.Finish,
		Said: string(said[:min(shown, len(said))]), Tokens: reply.Tokens, Cost: reply.Costs(d.Pricing()), Notes: reply.Notes, Adapted: reply.Adapted,
	}, nil
}

// looksLikeFile reports whether a user who wrote the name meant a file.
func looksLikeFile(name string) bool {
	return strings.ContainsAny(name, `/\`) || slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(name))
}

// definition loads the definition that a name or a file names.
func definition(name, file string) (definitions.Definition, error) {
	if info, err := os.Stat(name); file == "" && err == nil && !info.IsDir() {
		return definitions.LoadFile(name)
	}
	if file == "" && looksLikeFile(name) {
		return definitions.Definition{}, results.Bad(fmt.Errorf("%s: there is no such file", name), "give the definition file of the agent, or a name of autodatabench agents list")
	}
	if file == "" {
		return definitions.Builtin(name)
	}
	d, err := definitions.LoadFile(file)
	if err == nil && d.Name != name {
		return d, results.Bad(fmt.Errorf("%s: defines agent %q, not %q", file, d.Name, name))
	}
	return d, err
}
