package hf

import (
	"cmp"
	"encoding/json"
	"fmt"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
)

// Rendering is what a model's tokenizer and chat template make of prompts.
type Rendering struct {
	Tokens  []int  `json:"tokens"` // of each prompt, with the template around it
	Text    string `json:"text"`   // the first of them, with the template
	End     string `json:"end"`    // what the template writes after an answer
	Refused string `json:"refused"`
}

// Render reads a model's configuration, tokenizer and chat template in the Python
// environment and renders prompts, without its weights. Where the environment cannot
// read the model, that is an error that names it.
func Render(python string, m checkpoint.Model, prompts []string) (Rendering, error) {
	var r Rendering
	in, err := json.Marshal(prompts)
	if err != nil {
		return r, err
	}
	python = cmp.Or(python, "python3")
	out, err := ask(python, in, "--render", "--model", m.Folder)
	if err == nil {
		err = json.Unmarshal(out, &r)
	}
	if err != nil {
		return r, results.Infra(fmt.Errorf("student %s: render a prompt with %s: %w", m.Name, python, err),
			"student.python names the interpreter of an environment with torch, transformers and peft")
	}
	if r.Refused != "" {
		return r, results.Bad(fmt.Errorf("student %s cannot be read by %s: %s", m.Name, python, cut.Runes(r.Refused, 300, "...")),
			"its folder needs config.json, tokenizer.json, a chat template and an architecture that this version of transformers has as a causal language model")
	}
	if len(r.Tokens) != len(prompts) {
		return r, results.Infra(fmt.Errorf("student %s: %d prompts were rendered to %d", m.Name, len(prompts), len(r.Tokens)))
	}
	return r, nil
}
