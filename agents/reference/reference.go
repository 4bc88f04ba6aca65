// Package reference holds scripted engineers. They are agents without an LLM, and
// they answer the same prompts with real plans and real Python.
//
// direct asks one thing many times and filters nothing. pipeline is what a careful
// human would build. adaptive reads the wrong answers and shifts topics. careless
// makes the mistakes that exercise Debug, Repair and the taxonomy of failures.
//
// The audit is measured on others, which cheat ([Cheats]) or are honest in ways that are
// hard to tell from that ([Controls]). They are never listed among the engineers.
//
// An engineer sees the text of the prompt, the operation, the number of the attempt
// and its seed, and nothing else. The same input gives the same answer. Their scores
// are marked as simulated wherever they are shown.
package reference

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"strings"
	"text/template"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
)

// engineer writes a reply to what it has read in the prompt.
type engineer func(b brief, r agents.Request) (results.Reply, error)

func engineers() map[string]engineer {
	return map[string]engineer{"direct": direct, "pipeline": pipeline, "adaptive": adaptive, "careless": careless}
}

// Engineers returns the names, in the order of growing care but for careless,
// which is last.
func Engineers() []string { return []string{"direct", "pipeline", "adaptive", "careless"} }

// Open returns the engineer of that name.
func Open(name string) (agents.Agent, error) {
	e, ok := engineers()[name]
	if Does(name) != "" {
		e, ok = unlisted(name), true
	}
	if !ok {
		return nil, results.Bad(fmt.Errorf("unknown reference engineer %q", name), "known engineers: "+strings.Join(Engineers(), ", "))
	}
	return e, nil
}

var _ agents.Agent = engineer(nil)

// Reply reads the prompt and answers it. It costs no tokens.
func (e engineer) Reply(_ context.Context, r agents.Request) (results.Reply, error) {
	b, err := read(r)
	if err != nil {
		return results.Reply{}, fmt.Errorf("reference engineer: %w", err)
	}
	reply, err := e(b, r)
	if err != nil {
		return results.Reply{}, fmt.Errorf("reference engineer: %w", err)
	}
	return reply, nil
}

//go:embed engineers
var files embed.FS

var programs = template.Must(template.New("").Delims("<<", ">>").Funcs(template.FuncMap{"py": literal}).ParseFS(files, "engineers/*"))

// program fills the template of a program.
func program(name string, data any) (string, error) {
	var b bytes.Buffer
	if err := programs.ExecuteTemplate(&b, name, data); err != nil {
		return "", err
	}
	return b.String(), nil
}

// reply puts a plan and the program of a template into the form that the prompt
// asks for.
func reply(plan, name string, data any) (results.Reply, error) {
	code, err := program(name, data)
	if err != nil {
		return results.Reply{}, err
	}
	text := strings.TrimSpace(plan) + "\n\n```python\n" + strings.TrimSpace(code) + "\n```\n"
	return results.Reply{Text: text}, nil
}
