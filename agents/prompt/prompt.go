// Package prompt writes the prompts for agents: everything of protocol.md sections 3
// to 5 and 11, from templates that are part of the program.
//
// A prompt is a function of [Data] alone, so that a replay of the record shows the
// same prompt. Text from an agent, a student or a user's file is put into a fenced
// block, whose fence is longer than any run of backticks or tildes in the text. It
// is cut where protocol.md section 5 says so; plans and programs are cut as well. A
// prompt that exceeds its limit is trimmed, oldest feedback first (trim.go), and
// says which parts it lacks.
//
// The package is not for asking agents (agents/chat) nor for choosing what is shown.
package prompt

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/autodatabench/autodatabench/results"
)

// Data is what a prompt is made of. Trial, Brief, Attempt and Op are always
// set; the rest by operation.
type Data struct {
	Trial            *results.Trial
	Brief            results.Brief
	Attempt          int // number of the attempt that the prompt opens
	Op               results.Operation
	CallsLeftAttempt int
	Failure          results.Failure   // debug: of the attempt before
	Log              string            // debug: the record of the failure, with the traceback
	Code, Plan       string            // of the attempt before; improve: of the best
	Check            *results.Check    // repair: the verdict
	BadCases         []results.BadCase // improve: of the best
	SampleRows       []results.Row     // improve: of the best
	Files            []string          // in the workspace besides the documented ones, relative to it
	Limit            int64             // tokens of the prompt, as [Tokens] estimates them; 0 for none
}

//go:embed templates
var files embed.FS

var templates = template.Must(template.New("").Funcs(functions).ParseFS(files, "templates/*"))

// Render returns the system and the user message of the attempt, and what was
// left out of them so that they fit the limit.
func Render(d Data) (messages []results.Message, trimmed []string, err error) {
	v := &view{Data: d}
	switch {
	case d.Trial == nil:
		return nil, nil, fmt.Errorf("prompt: no trial")
	case d.Op == results.Improve && (v.Best() == nil || v.Best().Public == nil):
		return nil, nil, fmt.Errorf("prompt of attempt %d: improve without a scored submission", d.Attempt)
	case !slices.Contains([]results.Operation{results.Draft, results.Debug, results.Repair, results.Improve}, d.Op):
		return nil, nil, fmt.Errorf("prompt of attempt %d: unknown operation %q", d.Attempt, d.Op)
	}
	v.Plan, v.Code, v.Log = shorten(d.Plan, maxPlan), shorten(d.Code, maxCode), tail(d.Log, maxLog)
	for {
		if messages, err = v.render(); err != nil {
			return nil, nil, err
		}
		if d.Limit == 0 || Tokens(messages) <= d.Limit || !v.trim() {
			return messages, v.LeftOut(), nil
		}
	}
}

// render fills the templates.
func (v *view) render() ([]results.Message, error) {
	messages := make([]results.Message, 0, 2)
	for _, m := range []struct{ role, template string }{{results.System, "system.tmpl"}, {results.User, string(v.Op) + ".tmpl"}} {
		var b strings.Builder
		if err := templates.ExecuteTemplate(&b, m.template, v); err != nil {
			return nil, fmt.Errorf("prompt of attempt %d: %w", v.Attempt, err)
		}
		messages = append(messages, results.Message{Role: m.role, Content: strings.TrimSpace(b.String()) + "\n"})
	}
	return messages, nil
}

// Digest identifies the wording of all prompts: sha256 over the names and texts
// of the templates.
func Digest() string {
	entries, err := fs.ReadDir(files, "templates")
	if err != nil {
		panic(err) // the folder is embedded
	}
	h := sha256.New()
	for _, e := range entries {
		text, err := files.ReadFile("templates/" + e.Name())
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(h, "%s\n%d\n%s", e.Name(), len(text), text)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// view is what templates see: the data and what follows from it.
type view struct {
	Data
	cuts     []int // how often each rule of [trims] was applied
	scoresAt int   // scored attempts that are not listed, from the first
}

func (v *view) Spec() results.Spec      { return v.Trial.Spec }
func (v *view) Budget() results.Budget  { return v.Trial.Spec.Protocol.Budget }
func (v *view) Recipe() results.Recipe  { return v.Trial.Spec.Protocol.Recipe }
func (v *view) OneShot() bool           { return v.Trial.Spec.Workflow == results.OneShot }
func (v *view) Seeded() bool            { return v.Trial.Spec.Setting == results.Seed }
func (v *view) Best() *results.Attempt  { return v.Trial.BestAttempt() }
func (v *view) MaxAttempts() int        { return v.Budget().MaxAttempts(v.Trial.Spec.Workflow) }
func (v *view) CodeTime() time.Duration { return min(v.Budget().CodeTime, v.Trial.TimeLeft()) }

// HasPrevious reports whether the workspace holds a submission to go on from:
// under repair the invalid one, else the best so far.
func (v *view) HasPrevious() bool {
	if v.Op == results.Repair {
		return v.Check != nil && v.Check.Rows > 0
	}
	return v.Trial.Best != 0
}
