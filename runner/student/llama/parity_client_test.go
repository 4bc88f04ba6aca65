//go:build parity

package llama_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
	"github.com/autodatabench/autodatabench/runner/student/llama"
	"github.com/autodatabench/autodatabench/runner/student/serve"
	"github.com/autodatabench/autodatabench/runner/student/studenttest"
)

// OpenAI's own client talks to student serve: base and adapter answer, as a whole
// and in a stream, by a system message too, the models are listed, and a model that is not there is a refusal.
func TestParityOpenAIClient(t *testing.T) {
	s, err := embedded.New()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := s.Train(t.Context(), results.Mini().Recipe, studenttest.Rows(24), 1, dir, nil); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(serve.Handler(s, "base", map[string]string{"tuned": dir}, func() int64 { return 1 }))
	t.Cleanup(server.Close)
	const question = "Say the word for 3."
	for _, c := range []struct {
		model, adapter string
		limit          int
	}{{"base", "", 2}, {"base", "", 40}, {"tuned", dir, 2}, {"tuned", dir, 40}} {
		t.Run(fmt.Sprintf("%s, %d tokens", c.model, c.limit), func(t *testing.T) {
			var got struct {
				Models       []string
				Text, Finish string
				OutputTokens int `json:"output_tokens"`
				Refusal      int

				Streamed       string
				StreamedTokens int `json:"streamed_tokens"`
			}
			llama.StartReference(t).Ask(t, "ask", llama.Args{"base_url": server.URL + "/v1", "model": c.model, "question": question, "tokens": c.limit}, &got)
			text, drawn, err := s.Answer(t.Context(), c.adapter, []string{"Be brief.\n\n" + question}, results.Sampling{TopP: 1, MaxTokens: c.limit})
			if err != nil {
				t.Fatal(err)
			}
			finish := "stop"
			if drawn == c.limit {
				finish = "length"
			}
			if got.Text != text || got.OutputTokens != drawn || got.Finish != finish {
				t.Errorf("the client got %+v, the student says %q in %d tokens", got, text, drawn)
			}
			if got.Streamed != text || got.StreamedTokens != drawn {
				t.Errorf("the client got %q in %d tokens streamed, the student says %q in %d", got.Streamed, got.StreamedTokens, text, drawn)
			}
			if got.Refusal/100 != 4 || !slices.Equal(got.Models, []string{"base", "tuned"}) {
				t.Errorf("the client got %+v, want two models and a refusal of a third", got)
			}
		})
	}
}
