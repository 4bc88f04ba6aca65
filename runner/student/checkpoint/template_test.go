package checkpoint

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
)

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestDigestCoversWhatDecides: a student that is asked or trained otherwise is another.
func TestDigestCoversWhatDecides(t *testing.T) {
	_, dir := exported(t)
	seen := map[string]string{}
	look := func(change string) {
		t.Helper()
		m, err := Open(dir, "", "")
		if err != nil {
			t.Fatalf("%s: %v", change, err)
		}
		if other, is := seen[m.Digest]; is {
			t.Errorf("the digest is the same %s as %s", change, other)
		}
		seen[m.Digest] = change
	}
	look("as exported")
	for _, name := range []string{"config.json", "generation_config.json", "tokenizer_config.json", "tokenizer.json"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, name, string(data)+"\n")
		look("with another " + name)
	}
	write(t, dir, templateFile, "{{ messages[0]['content'] }}")
	look("with a template of its own")
	write(t, dir, "README.md", "nothing that decides")
	m, err := Open(dir, "", "")
	if err != nil || seen[m.Digest] == "" {
		t.Errorf("a read-me makes another student, %v", err)
	}
}

func TestTemplatesOfEveryPlace(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"file":   {templateFile: "it", "tokenizer_config.json": `{"chat_template": "other"}`},
		"config": {"tokenizer_config.json": `{"chat_template": "it"}`},
		"list":   {"tokenizer_config.json": `{"chat_template": [{"name": "tool_use", "template": "other"}, {"name": "default", "template": "it"}]}`},
		"json":   {"tokenizer_config.json": `{}`, "chat_template.json": `{"chat_template": "it"}`},
	} {
		dir := t.TempDir()
		for file, text := range files {
			write(t, dir, file, text)
		}
		if got, err := readTemplate(dir); got != "it" || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	dir := t.TempDir()
	write(t, dir, "tokenizer_config.json", `{}`)
	var known *results.Error
	if _, err := readTemplate(dir); !errors.As(err, &known) || known.Kind != results.BadInput || !strings.Contains(known.Hint, "instruction-tuned") {
		t.Errorf("no template: %v", err)
	}
}

func TestDated(t *testing.T) {
	for template, want := range map[string]string{
		`a {{ strftime_now("%d %b %Y") }}`:                              `a {{ "26 Jul 2024" }}`,
		`{%- set today = strftime_now( '%-d %B %Y' ) -%}`:               `{%- set today = "26 July 2024" -%}`,
		`{% if strftime_now is defined %}{{ strftime_now("%A 100%%")}}`: `{% if strftime_now is defined %}{{ "Friday 100%"}}`,
		`no date`: `no date`,
	} {
		if got, asks, err := dated(template); got != want || asks != (got != template) || err != nil {
			t.Errorf("%s: %s, %v, %v, want %s", template, got, asks, err, want)
		}
	}
	for _, template := range []string{`{{ strftime_now("%c") }}`, `{{ strftime_now(format) }}`, `{% set now = strftime_now %}{{ now("%Y") }}`} {
		if got, _, err := dated(template); err == nil {
			t.Errorf("%s: %s, want an error", template, got)
		}
	}
}

// TestOpenFixesTheDate: the model's own folder stays, and what is opened has the date.
func TestOpenFixesTheDate(t *testing.T) {
	_, dir := exported(t)
	write(t, dir, templateFile, `It is {{ strftime_now("%Y-%m-%d") }}. {{ messages[0]['content'] }}`)
	kept := filepath.Join(t.TempDir(), "digests")
	for range 2 { // the second finds the folder of the first
		m, err := Open(dir, "", kept)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(m.Folder, templateFile))
		if err != nil || m.Dated != Date || m.Name != "small" || !strings.HasPrefix(string(text), `It is {{ "2024-07-26" }}.`) {
			t.Errorf("%+v has the template %s, %v", m, text, err)
		}
		if _, err := os.Stat(filepath.Join(m.Folder, "model.safetensors")); err != nil {
			t.Error(err)
		}
	}
	if own, err := readTemplate(dir); err != nil || !strings.Contains(own, "strftime_now") {
		t.Errorf("the model's own template is now %s, %v", own, err)
	}
	if _, err := Open(dir, "", ""); err == nil {
		t.Error("without a place for the folder it was opened")
	}
}

func TestNestedConfig(t *testing.T) {
	_, dir := exported(t)
	write(t, dir, "config.json", `{"model_type": "gemma3", "text_config": {"max_position_embeddings": 4096, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "vocab_size": 100}}`)
	if m, err := Open(dir, "", ""); err != nil || m.Context != 4096 {
		t.Errorf("%+v, %v", m, err)
	}
	if s, err := ReadShape(dir, ""); err != nil || s.Layers != 2 {
		t.Errorf("%+v, %v", s, err)
	}
}
