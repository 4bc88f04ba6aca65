package chat

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results/remote"
)

// The placeholder key of a local server stands in every answer; a real one must
// not stand in any.
func TestForwardedAnswerHidesTheKeyAlone(t *testing.T) {
	answered := func(key remote.Key, text string) string {
		_, client := start(t, Config{}, says(`"`+text+`"`, "stop"))
		client.config.Key = key
		answer, err := client.Forward(t.Context(), map[string]json.RawMessage{"messages": json.RawMessage("[]")})
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

// TestForwardedUsage refuses an answer whose tokens are not known.
func TestForwardedUsage(t *testing.T) {
	for _, usage := range []string{`null`, `{}`, `{"prompt_tokens": 0, "completion_tokens": 3}`} {
		_, client := start(t, Config{}, sends("application/json", `{"choices": [{"message": {"content": "x"}}], "usage": `+usage+`}`))
		if _, err := client.Forward(t.Context(), map[string]json.RawMessage{}); err == nil || !strings.Contains(err.Error(), "holds no usage") {
			t.Errorf("%s: %v", usage, err)
		}
	}
}

// TestForwardedErrors tells, of errors that come as a success, those that are tried
// again from those that are the program's answer.
func TestForwardedErrors(t *testing.T) {
	for _, c := range []struct {
		first  func(http.ResponseWriter)
		tries  int
		status int
		said   string
	}{
		{sends("application/json", `{"error": {"code": 502, "message": "Provider returned error"}}`), 2, http.StatusOK, `"content":`},
		{sends("application/json", `{"error": {"code": 400, "message": "no such tool"}}`), 1, http.StatusBadRequest, "no such tool"},
		{refuses(403, "your input was flagged, "+secret), 1, http.StatusForbidden, "flagged, [key]"},
	} {
		s, client := start(t, Config{Tries: 3}, c.first, says(`"x"`, "stop"))
		answer, err := client.Forward(t.Context(), map[string]json.RawMessage{"messages": json.RawMessage("[]")})
		if err != nil || answer.Status != c.status || !strings.Contains(string(answer.Body), c.said) || len(s.bodies) != c.tries {
			t.Errorf("%q: %d %s after %d tries, %v", c.said, answer.Status, answer.Body, len(s.bodies), err)
		}
	}
}

// TestEchoedHeadersAreHidden takes the values of headers out of errors and replies.
func TestEchoedHeadersAreHidden(t *testing.T) {
	const account = "org-0123456789"
	headers := map[string]string{"X-Account": account, "X-Short": "a"}
	_, client := start(t, Config{Tries: 1, Headers: headers}, refuses(401, "no account "+account))
	if _, err := client.Reply(t.Context(), asked); err == nil || strings.Contains(err.Error(), account) || !strings.Contains(err.Error(), "no account") {
		t.Errorf("error %v", err)
	}
	_, client = start(t, Config{Tries: 1, Headers: headers}, says(`"you are `+account+`"`, "stop"))
	if reply, err := client.Reply(t.Context(), asked); err != nil || reply.Text != "you are [key]" {
		t.Errorf("%q, %v", reply.Text, err)
	}
}
