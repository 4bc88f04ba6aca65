//go:build gpustack

package student_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
	"github.com/autodatabench/autodatabench/runner/student/embedded/pretrain"
)

// TestStackEndOfTurn: where a turn ends with more than the tokenizer's end token, or with
// another one, both trainers train on the end that the template has, and today is the
// same day for both. All rows are one update, whose loss is the base's.
func TestStackEndOfTurn(t *testing.T) {
	const turn = `{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] `
	const prompt = `{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}`
	for name, template := range map[string]string{
		"chatml": `{% for message in messages %}` + turn + `+ '<|eot_id|>\n' }}{% endfor %}` + prompt,
		"gemma":  `{{ bos_token }}{% for message in messages %}` + turn + `| trim + '<|end_of_text|>\n' }}{% endfor %}` + prompt,
		"dated":  `{% for message in messages %}` + turn + `+ strftime_now(" %d %B %Y") + '<|eot_id|>' }}{% endfor %}` + prompt,
	} {
		t.Run(name, func(t *testing.T) {
			_, m := exported(t)
			rows := pretrain.TrainingSets(results.Science, 16, 1)[0].Rows
			recipe := results.Mini().Recipe
			recipe.Epochs, recipe.BatchRows = 1, len(rows)
			plain := train(t, openHF(t, m), recipe, rows)
			if err := os.WriteFile(filepath.Join(m.Folder, "chat_template.jinja"), []byte(template), 0o600); err != nil {
				t.Fatal(err)
			}
			if name == "gemma" {
				ends(t, m.Folder, "<|eot_id|>", "<|end_of_text|>")
			}
			m, err := checkpoint.Open(m.Folder, "", filepath.Join(t.TempDir(), "digests"))
			if err != nil || (m.Dated != "") != (name == "dated") {
				t.Fatalf("%+v, %v", m, err)
			}
			ours, theirs := train(t, openHF(t, m), recipe, rows), train(t, openLlamaFactory(t, m), recipe, rows)
			if ours.Tokens != theirs.Tokens || ours.Tokens <= plain.Tokens {
				t.Errorf("tokens: hf %d, llamafactory %d, with the embedded student's template %d", ours.Tokens, theirs.Tokens, plain.Tokens)
			}
			if math.Abs(ours.FirstLoss-theirs.FirstLoss) > 1e-4*ours.FirstLoss {
				t.Errorf("loss of the base on the answers: hf %v, llamafactory %v", ours.FirstLoss, theirs.FirstLoss)
			}
		})
	}
}

// ends writes the tokens at which whoever asks the model stops.
func ends(t *testing.T, folder string, tokens ...string) {
	t.Helper()
	var tokenizer struct {
		Added []struct {
			ID      int    `json:"id"`
			Content string `json:"content"`
		} `json:"added_tokens"`
	}
	config := map[string]any{}
	read := func(name string, v any) {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err == nil {
			err = json.Unmarshal(data, v)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	read("tokenizer.json", &tokenizer)
	read("generation_config.json", &config)
	var ids []int
	for _, token := range tokenizer.Added {
		if slices.Contains(tokens, token.Content) {
			ids = append(ids, token.ID)
		}
	}
	if len(ids) != len(tokens) {
		t.Fatalf("%q are tokens %v", tokens, ids)
	}
	config["eos_token_id"] = ids
	data, err := json.Marshal(config)
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "generation_config.json"), data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
