package serve_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/remote"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
	"github.com/autodatabench/autodatabench/runner/student/serve"
	"github.com/autodatabench/autodatabench/runner/student/studenttest"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// serving serves the embedded student and one adapter, trained here.
func serving(t *testing.T) (*embedded.Student, string, *httptest.Server) {
	t.Helper()
	s, err := embedded.New()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	recipe := results.Mini().Recipe
	recipe.Epochs = 1
	if _, err := s.Train(t.Context(), recipe, studenttest.Rows(16), 1, dir, nil); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(serve.Handler(s, "base", map[string]string{"tuned": dir}, seeds()))
	t.Cleanup(server.Close)
	return s, dir, server
}

// seeds are fresh seeds: 1, 2, 3 and so on.
func seeds() func() int64 {
	var n atomic.Int64
	return func() int64 { return n.Add(1) }
}

func ask(ctx context.Context, server *httptest.Server, model string, r teacher.Request) (teacher.Response, error) {
	client := &teacher.OpenAI{BaseURL: server.URL + "/v1", Model: model, Client: server.Client(), Retry: remote.Retry{Tries: 1}}
	return client.Complete(ctx, r)
}

func TestServedAnswersAreTheStudents(t *testing.T) {
	s, dir, server := serving(t)
	const limit = 9
	greedy, question := 0.0, studenttest.Rows(1)[0].Instruction
	for model, adapter := range map[string]string{"base": "", "tuned": dir} {
		want, tokens, err := s.Answer(t.Context(), adapter, []string{question}, results.Sampling{TopP: 1, MaxTokens: limit})
		if err != nil {
			t.Fatal(err)
		}
		got, err := ask(t.Context(), server, model, teacher.Request{
			Messages: []teacher.Message{{Role: teacher.User, Content: question}}, Temperature: &greedy, MaxTokens: limit,
		})
		if err != nil {
			t.Fatal(err)
		}
		if got.Content != want || got.OutputTokens != int64(tokens) || got.InputTokens != int64(s.Tokens(question)) {
			t.Errorf("%s: served %+v, the student says %q in %d tokens", model, got, want, tokens)
		}
		if cut := tokens == limit; cut != (got.FinishReason == "length") {
			t.Errorf("%s: %d of at most %d tokens finished by %q", model, tokens, limit, got.FinishReason)
		}
	}
}

func TestRefusals(t *testing.T) {
	_, _, server := serving(t)
	user := teacher.Message{Role: teacher.User, Content: "What is 3 + 4?"}
	for name, c := range map[string]struct {
		model string
		r     teacher.Request
		says  string
	}{
		"two questions":   {"base", teacher.Request{Messages: []teacher.Message{user, user}}, "one user message"},
		"system last":     {"base", teacher.Request{Messages: []teacher.Message{user, {Role: teacher.System, Content: "x"}}}, "one user message"},
		"system alone":    {"base", teacher.Request{Messages: []teacher.Message{{Role: teacher.System, Content: "x"}}}, "one user message"},
		"JSON mode":       {"base", teacher.Request{Messages: []teacher.Message{user}, JSON: true}, "response_format"},
		"over the window": {"base", teacher.Request{Messages: []teacher.Message{{Role: teacher.User, Content: strings.Repeat("3 + 4 ", 300)}}}, "maximum context length is 512"},
		"student last":    {"base", teacher.Request{Messages: []teacher.Message{user, {Role: teacher.Assistant, Content: "7"}}}, "one user message"},
		"too long":        {"base", teacher.Request{Messages: []teacher.Message{user}, MaxTokens: 100_000}, "max_tokens"},
		"other model":     {"other", teacher.Request{Messages: []teacher.Message{user}}, `"other"`},
	} {
		_, err := ask(t.Context(), server, c.model, c.r)
		if call := teacher.AsCallError(err); err == nil || call.Status/100 != 4 || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want a refusal that says %s", name, err, c.says)
		}
	}
}

// overflowing is a student whose numbers overflow in every answer.
type overflowing struct{}

func (overflowing) Tokens(string) int         { return 1 }
func (overflowing) PromptTokens([]string) int { return 1 }
func (overflowing) Window() int               { return 200 }
func (overflowing) Answer(context.Context, string, []string, results.Sampling) (string, int, error) {
	return "", 0, results.Bad(fmt.Errorf("answer: %w", student.ErrDiverged))
}

// TestOverflowIsNoRefusal: nothing is wrong with what was asked.
func TestOverflowIsNoRefusal(t *testing.T) {
	server := httptest.NewServer(serve.Handler(overflowing{}, "base", nil, seeds()))
	defer server.Close()
	_, err := ask(t.Context(), server, "base", teacher.Request{Messages: []teacher.Message{{Role: teacher.User, Content: "x"}}})
	if call := teacher.AsCallError(err); err == nil || call.Status/100 != 5 || !strings.Contains(err.Error(), "diverged") {
		t.Errorf("error %v, want a fault of the server and why", err)
	}
}

func TestAnswerEndsBeforeAStop(t *testing.T) {
	_, _, server := serving(t)
	r := teacher.Request{Messages: []teacher.Message{{Role: teacher.User, Content: "What is 3 + 4?"}}, Temperature: new(float64), MaxTokens: 12}
	whole, err := ask(t.Context(), server, "tuned", r)
	if err != nil || len(whole.Content) < 4 {
		t.Fatalf("answer %q, %v", whole.Content, err)
	}
	for stop, want := range map[string]string{whole.Content[2:4]: whole.Content[:2], "no such text": whole.Content} {
		r.Stop = []string{"nor this", stop}
		got, err := ask(t.Context(), server, "tuned", r)
		if err != nil || !strings.HasPrefix(want, got.Content) || got.Content == "" && want != "" || want != whole.Content && got.FinishReason != "stop" {
			t.Errorf("stop %q: answer %q ended by %q, want %q; %v", stop, got.Content, got.FinishReason, want, err)
		}
	}
}

// TestStandardClientStreams asks with OpenAI's own client, by a system message
// too, as a whole and in a stream: both say what the student does.
func TestStandardClientStreams(t *testing.T) {
	s, dir, server := serving(t)
	client := openai.NewChatCompletionService(option.WithBaseURL(server.URL+"/v1/"), option.WithAPIKey("none"), option.WithMaxRetries(0))
	const limit = 12
	want, tokens, err := s.Answer(t.Context(), dir, []string{"Be brief.\n\nWhat is 3 + 4?"}, results.Sampling{TopP: 1, MaxTokens: limit})
	if err != nil {
		t.Fatal(err)
	}
	params := openai.ChatCompletionNewParams{
		Model: "tuned", Temperature: openai.Float(0), MaxTokens: openai.Int(limit),
		Messages: []openai.ChatCompletionMessageParamUnion{openai.SystemMessage("Be brief."), openai.UserMessage("What is 3 + 4?")},
	}
	whole, err := client.New(t.Context(), params)
	if err != nil {
		t.Fatal(err)
	}
	for _, usage := range []bool{false, true} {
		params.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(usage)}
		stream := client.NewStreaming(t.Context(), params)
		var all openai.ChatCompletionAccumulator
		for stream.Next() {
			if !all.AddChunk(stream.Current()) {
				t.Errorf("a piece does not fit: %s", stream.Current().RawJSON())
			}
		}
		if err := stream.Err(); err != nil {
			t.Fatal(err)
		}
		got := all.Choices[0]
		if got.Message.Content != want || whole.Choices[0].Message.Content != want || got.FinishReason != whole.Choices[0].FinishReason {
			t.Errorf("the stream says %+v, the whole answer %+v, the student %q", got, whole.Choices[0], want)
		}
		if counted := all.Usage.CompletionTokens; whole.Usage.CompletionTokens != int64(tokens) || usage && counted != int64(tokens) || !usage && counted != 0 {
			t.Errorf("usage %+v in a stream that is asked for it: %v; the student drew %d tokens", all.Usage, usage, tokens)
		}
	}
}

func TestModelsAreListed(t *testing.T) {
	_, _, server := serving(t)
	response, err := http.Get(server.URL + "/v1/models")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var list struct{ Data []struct{ ID string } }
	if err := json.NewDecoder(response.Body).Decode(&list); err != nil {
		t.Fatal(err)
	}
	if len(list.Data) != 2 || list.Data[0].ID != "base" || list.Data[1].ID != "tuned" {
		t.Errorf("listed %+v, want base and tuned", list.Data)
	}
}

// TestSeveralTurns: a conversation is answered as its text in the chat format.
func TestSeveralTurns(t *testing.T) {
	s, _, server := serving(t)
	turns := []string{"What is 3 + 4?", "7", "What is 5 + 4?"}
	want, _, err := s.Answer(t.Context(), "", turns, results.Sampling{TopP: 1, MaxTokens: 12})
	if err != nil {
		t.Fatal(err)
	}
	r := teacher.Request{Temperature: new(float64), MaxTokens: 12}
	for i, role := range []string{teacher.User, teacher.Assistant, teacher.User} {
		r.Messages = append(r.Messages, teacher.Message{Role: role, Content: turns[i]})
	}
	got, err := ask(t.Context(), server, "base", r)
	if err != nil || got.Content != want {
		t.Errorf("%q, %v; want %q", got.Content, err, want)
	}
	if first, last := s.PromptTokens(turns[:1]), s.PromptTokens(turns); last <= first+s.PromptTokens(turns[2:])-2 {
		t.Errorf("%d tokens in three turns, %d in the first", last, first)
	}
}

// TestNoSeedIsAFreshOne: two draws without a seed differ, two with one do not.
func TestNoSeedIsAFreshOne(t *testing.T) {
	_, _, server := serving(t)
	draw := func(seed string) string {
		t.Helper()
		body := `{"model":"base","max_tokens":40,"messages":[{"role":"user","content":"Say the word for 3."}]` + seed + `}`
		response, err := http.Post(server.URL+"/v1/chat/completions", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var answer struct {
			Choices []struct{ Message struct{ Content string } }
		}
		if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || len(answer.Choices) != 1 {
			t.Fatalf("status %d, %v", response.StatusCode, err)
		}
		return answer.Choices[0].Message.Content
	}
	if a, b, c := draw(""), draw(""), draw(""); a == b && b == c {
		t.Errorf("three draws without a seed are %q", a)
	}
	if a, b := draw(`,"seed":4`), draw(`,"seed":4`); a != b {
		t.Errorf("with one seed %q and %q", a, b)
	}
}
