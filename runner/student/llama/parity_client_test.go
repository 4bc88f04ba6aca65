//go:build parity

package llama_test

import (
	"net/http/httptest"
	"slices"
	"testing"

	"autodatabench/results"
	"autodatabench/runner/student/embedded"
	"autodatabench/runner/student/llama"
	"autodatabench/runner/student/serve"
	"autodatabench/runner/student/studenttest"
)

// OpenAI's own client talks to student serve: base and adapter answer, the
// models are listed, and a model that is not there is a refusal.
func TestParityOpenAIClient(t *testing.T) {
	s, err := embedded.New()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := s.Train(t.Context(), results.Mini().Recipe, studenttest.Rows(24), 1, dir, nil); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(serve.Handler(s, "base", map[string]string{"tuned": dir}))
	t.Cleanup(server.Close)
	const question, tokens = "Say the word for 3.", 12
	for model, adapter := range map[string]string{"base": "", "tuned": dir} {
		t.Run(model, func(t *testing.T) {
			var got struct {
				Models       []string
				Text, Finish string
				OutputTokens int `json:"output_tokens"`
				Refusal      int
			}
			llama.StartReference(t).Ask(t, "ask", llama.Args{"base_url": server.URL + "/v1", "model": model, "question": question, "tokens": tokens}, &got)
			text, drawn, err := s.Answer(t.Context(), adapter, question, results.Sampling{TopP: 1, MaxTokens: tokens})
			if err != nil {
				t.Fatal(err)
			}
			if got.Text != text || got.OutputTokens != drawn || got.Refusal/100 != 4 || !slices.Equal(got.Models, []string{"base", "tuned"}) {
				t.Errorf("the client got %+v, the student says %q", got, text)
			}
			if finish := map[string]string{"base": "length", "tuned": "stop"}[model]; got.Finish != finish {
				t.Errorf("%q finished by %q, want %q", got.Text, got.Finish, finish)
			}
		})
	}
}
