package teacher

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/agents/dialect"
)

// TestAdapts asks a server that takes neither a seed nor max_tokens nor an answer as a
// whole: the first call finds that out, without being charged, and the next know it.
func TestAdapts(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		var body map[string]any
		json.NewDecoder(r.Body).Decode(&body)
		refuse := func(words string) {
			w.WriteHeader(400)
			json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": words}})
		}
		switch {
		case body["seed"] != nil:
			refuse("Unrecognized request argument supplied: seed")
		case body["max_tokens"] != nil:
			refuse("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
		case body["stream"] == nil:
			refuse("stream must be set to true")
		case strings.Contains(body["messages"].([]any)[0].(map[string]any)["content"].(string), "strange"):
			refuse("no")
		default:
			io.WriteString(w, "data: {\"choices\": [{\"delta\": {\"content\": \"<think>hm</think>\\n\\nfo\"}}]}\n\ndata: {\"choices\": [{\"delta\": {\"content\": \"ur\"}, \"finish_reason\": \"length\"}]}\n\ndata: [DONE]\n\n")
		}
	}))
	defer server.Close()
	o := &OpenAI{BaseURL: server.URL, Model: "m", Retry: quick, Needs: new(Needs)}
	ask := func(text string) (Response, error) {
		return o.Complete(t.Context(), Request{Messages: []Message{{User, text}}, MaxTokens: 9, Seed: 11})
	}
	need := []dialect.Adaptation{dialect.NoSeed, dialect.NewLimit, dialect.Streamed}
	for want := range slices.Values([]int{4, 5}) {
		got, err := ask("u")
		if diff := cmp.Diff(Response{Content: "four", FinishReason: "length", Adapted: dialect.Names(need)}, got); err != nil || diff != "" || asked != want {
			t.Errorf("%v after %d requests: %s", err, asked, diff)
		}
	}
	if diff := cmp.Diff(need, o.Adapted()); diff != "" {
		t.Error(diff)
	}
	if _, err := ask("strange"); AsCallError(err).Blame != dialect.Prompt { // other questions were answered
		t.Errorf("a refusal that names nothing: %+v", AsCallError(err))
	}
	o.Thoughts = true
	if got, err := ask("u"); err != nil || !strings.HasPrefix(got.Content, "<think>") {
		t.Errorf("kept: %q, %v", got.Content, err)
	}
}

// TestThoughtsCut gives nothing of thoughts that the limit cut.
func TestThoughtsCut(t *testing.T) {
	for text, want := range map[string]string{"<think>half of a thou": "", "<think>hm</think>\n\n answer": "answer", "no thoughts": "no thoughts", "[THINK]a[/THINK]b": "b", "hm\n</think>\nsaid": "said"} {
		if got := withoutThoughts(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
