package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestCleaned(t *testing.T) {
	for in, want := range map[string]string{
		"plain\ttext\r\nnext\n": "plain\ttext\r\nnext\n", "ä 漢 😀": "ä 漢 😀",
		"\x1b[2J\x1b]0;name\x07": `\u001b[2J\u001b]0;name\u0007`, "over\rwritten": `over\u000dwritten`, "\x9b31m": "\ufffd31m",
		"\u009b31m": `\u009b31m`, "a\u202eb\u2066c": `a\u202eb\u2066c`, "\x7f\x00": `\u007f\u0000`, "tag\U000e0041": `tag\udb40\udc41`,
	} {
		for _, step := range []int{1, 2, 1000} { // characters may be broken by writes
			var out bytes.Buffer
			c := &cleaned{to: &out}
			for text := []byte(in); len(text) > 0; {
				n := min(step, len(text))
				if in == "plain\ttext\r\nnext\n" {
					n = len(text) // a line's end may be taken for two
				}
				if wrote, err := c.Write(text[:n]); wrote != n || err != nil {
					t.Fatal(wrote, err)
				}
				text = text[n:]
			}
			if out.String() != want {
				t.Errorf("%q in steps of %d: %q, want %q", in, step, out.String(), want)
			}
		}
	}
	var out bytes.Buffer
	if err := json.NewEncoder(&cleaned{to: &out}).Encode("a\u009b\u202e\x1b\U0001f600"); err != nil {
		t.Fatal(err)
	}
	var back string
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back != "a\u009b\u202e\x1b\U0001f600" || strings.ContainsAny(out.String(), "\u009b\u202e\x1b") {
		t.Errorf("JSON %q is read %q, %v", out.String(), back, err)
	}
}

// TestServersMessage has a server whose message would clear the screen.
func TestServersMessage(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"error": {"message": "no\u001b[2J \u009b31m \u202eyes"}}`)
	}))
	defer server.Close()
	dir := lay(t, map[string]string{"a.yaml": "name: a\nprovider: openai\nmodel: m\nbase_url: " + server.URL + "/v1\n"})
	code, out, said := in(t, dir, "agents", "check", "a.yaml")
	if code == 0 || !strings.Contains(said, "no") || strings.ContainsAny(out+said, "\x1b\u009b\u202e") {
		t.Errorf("exit %d, said %q", code, said)
	}
}
