package teacher_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/runner/teacher"
)

// answered posts a body and returns the status and what came back.
func answered(t *testing.T, server *httptest.Server, path, body string) (int, string) {
	t.Helper()
	resp, err := server.Client().Post(server.URL+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

// TestFormsAskTheSame: what a request says arrives, whatever its protocol.
func TestFormsAskTheSame(t *testing.T) {
	var got teacher.Request
	server := serve(t, func(r teacher.Request) (teacher.Response, error) {
		got = r
		return teacher.Response{Content: "yes", FinishReason: "length", InputTokens: 5, OutputTokens: 2}, nil
	})
	want := teacher.Request{Temperature: ptr(0.5), TopP: ptr(0.9), MaxTokens: 9, Seed: 7, Messages: []teacher.Message{
		{Role: teacher.System, Content: "Be brief."}, {Role: teacher.User, Content: "2?"}, {Role: teacher.Assistant, Content: "3"}, {Role: teacher.User, Content: "4?"},
	}}
	for _, c := range []struct{ path, body, says string }{
		{"/v1/responses", `{"model":"scripted-1","instructions":"Be brief.","temperature":0.5,"top_p":0.9,"max_output_tokens":9,"store":false,"tools":[],"text":{"format":{"type":"text"}},
			"input":[{"role":"user","content":"2?"},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"3"}]},{"role":"user","content":[{"type":"input_text","text":"4?"}]}]}`,
			`"incomplete_details":{"reason":"max_output_tokens"}`},
		{"/v1/messages", `{"model":"scripted-1","system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],"temperature":0.5,"top_p":0.9,"max_tokens":9,"metadata":{"user_id":"a"},
			"messages":[{"role":"user","content":"2?"},{"role":"assistant","content":[{"type":"text","text":"3"}]},{"role":"user","content":"4?"}]}`,
			`"stop_reason":"max_tokens"`},
	} {
		status, text := answered(t, server, c.path, c.body)
		if status != http.StatusOK || !strings.Contains(text, c.says) || !strings.Contains(text, `"yes"`) || !strings.Contains(text, `"output_tokens":2`) {
			t.Errorf("%s: %d %s", c.path, status, text)
		}
		if d := gocmp.Diff(want, got); d != "" {
			t.Errorf("%s: request (-want +got):\n%s", c.path, d)
		}
	}
}

// TestFormsRefuse: each protocol has its own form of an error.
func TestFormsRefuse(t *testing.T) {
	server := serve(t, func(teacher.Request) (teacher.Response, error) { panic("not called") })
	for _, c := range []struct {
		path, body string
		status     int
		says       string
	}{
		{"/v1/responses", `{"model":"other","input":"a"}`, 404, `"other\"`},
		{"/v1/responses", `{"input":[{"type":"function_call"}]}`, 400, `input[0]: type`},
		{"/v1/responses", `{"input":3}`, 400, "input: must"},
		{"/v1/responses", `{"input":"a","previous_response_id":"resp_1"}`, 400, "previous_response_id: not supported"},
		{"/v1/responses", `{"input":"a","tools":[{}]}`, 400, "tools: not supported"},
		{"/v1/messages", `{"model":"other","max_tokens":1,"messages":[{"role":"user","content":"a"}]}`, 404, `{"error":{"message":"model: there is no \"other\" here; /v1/models lists what is","type":"not_found_error"},"type":"error"}`},
		{"/v1/messages", `{"messages":[{"role":"user","content":"a"}]}`, 400, "max_tokens: missing"},
		{"/v1/messages", `{"max_tokens":1,"thinking":{"type":"enabled"},"messages":[{"role":"user","content":"a"}]}`, 400, "thinking"},
		{"/v1/messages", `{"max_tokens":1,"top_k":3,"messages":[{"role":"user","content":"a"}]}`, 400, "top_k: not supported"},
	} {
		if status, text := answered(t, server, c.path, c.body); status != c.status || !strings.Contains(text, c.says) {
			t.Errorf("%s %s: %d %s, want %d with %s", c.path, c.body, status, text, c.status, c.says)
		}
	}
}

// TestFormsStream: the events of each protocol, in their order, with the answer.
func TestFormsStream(t *testing.T) {
	server := serve(t, func(teacher.Request) (teacher.Response, error) {
		return teacher.Response{Content: "yes\n", FinishReason: "stop", InputTokens: 5, OutputTokens: 2}, nil
	})
	for path, c := range map[string]struct{ body, events string }{
		"/v1/responses": {`{"stream":true,"input":"a"}`, "response.created response.in_progress response.output_item.added response.content_part.added response.output_text.delta " +
			"response.output_text.done response.content_part.done response.output_item.done response.completed"},
		"/v1/messages": {`{"stream":true,"max_tokens":5,"messages":[{"role":"user","content":"a"}]}`, "message_start content_block_start content_block_delta content_block_stop message_delta message_stop"},
	} {
		status, text := answered(t, server, path, c.body)
		var events []string
		lines := bufio.NewScanner(strings.NewReader(text))
		for lines.Scan() {
			if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				events = append(events, name)
			} else if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var piece struct{ Type string }
				if err := json.Unmarshal([]byte(data), &piece); err != nil || piece.Type != events[len(events)-1] {
					t.Errorf("%s: %q after event %s", path, data, events[len(events)-1])
				}
			}
		}
		if got := strings.Join(events, " "); status != http.StatusOK || got != c.events || !strings.Contains(text, `"yes\n"`) {
			t.Errorf("%s: %d, events %s, want %s", path, status, got, c.events)
		}
	}
}
