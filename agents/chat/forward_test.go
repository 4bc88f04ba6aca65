package chat

import (
	"encoding/json"
	"strings"
	"testing"

	"autodatabench/results/remote"
)

// The placeholder key of a local server stands in every answer; a real one must
// not stand in any.
func TestForwardedAnswerHidesTheKeyAlone(t *testing.T) {
	answered := func(key remote.Key, text string) string {
		data, err := json.Marshal(map[string]any{"text": text, "usage": map[string]int{"prompt_tokens": 11, "completion_tokens": 1}})
		if err != nil {
			t.Fatal(err)
		}
		answer, err := New(Config{Key: key}).answer(data)
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid(answer.Body) {
			t.Errorf("key %q: no JSON any more: %s", key, answer.Body)
		}
		return string(answer.Body)
	}
	if body := answered("1", "1 + 1"); !strings.Contains(body, "1 + 1") {
		t.Errorf("a placeholder key changed the answer: %s", body)
	}
	if body := answered("sk-secret-0123", "it is sk-secret-0123"); strings.Contains(body, "sk-secret") {
		t.Errorf("the key is in the answer: %s", body)
	}
}
