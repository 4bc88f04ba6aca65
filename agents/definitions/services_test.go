package definitions

import (
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
)

var update = flag.Bool("update", false, "rewrite the requests in testdata")

// sent is what a server of a definition was sent, without what the transport adds.
type sent struct {
	Method  string              `json:"method"`
	Address string              `json:"address"`
	Headers map[string][]string `json:"headers"`
	Body    json.RawMessage     `json:"body"`
}

// TestRequests compares what each model and each service is sent with what is
// recorded, which was compared with the documents of the providers.
func TestRequests(t *testing.T) {
	for _, name := range slices.Concat(List(), Services()) {
		data, err := Source(name)
		if err != nil {
			t.Fatal(err)
		}
		d, err := LoadFile(write(t, string(data))) // as one who copies it
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d.Simulated() {
			continue
		}
		if d.Name != name || d.DisplayName == "" || d.PromptTokens() < 16_000 {
			t.Errorf("%s: named %q, shown as %q, %d tokens for a prompt", name, d.Name, d.DisplayName, d.PromptTokens())
		}
		if local := strings.Contains(d.BaseURL, "localhost"); d.Facts() == "" && d.Price != nil || local != (d.APIKeyEnv == "") {
			t.Errorf("%s: facts of %q, key in %q", name, d.Facts(), d.APIKeyEnv)
		}
		got, err := json.MarshalIndent(request(t, d), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", "requests", name+".json")
		if *update {
			if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
			t.Errorf("%s is sent otherwise; -update if that is meant (-want +got):\n%s", name, diff)
		}
	}
}

// request asks the definition's model at a server of the test.
func request(t *testing.T, d Definition) sent {
	t.Helper()
	u, err := url.Parse(d.BaseURL)
	if err != nil {
		t.Fatal(err)
	}
	place := u.Scheme + "://" + u.Host
	var got sent
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		for _, name := range []string{"Accept-Encoding", "User-Agent", "Content-Length"} {
			r.Header.Del(name)
		}
		got = sent{r.Method, place + r.URL.RequestURI(), r.Header, body}
		io.WriteString(w, `{"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens": 11, "completion_tokens": 1}}`)
	}))
	defer server.Close()
	d.BaseURL = server.URL + u.Path
	a, err := d.Open(func(string) string { return "KEY" })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Reply(t.Context(), agents.Request{Attempt: 1, Seed: 5, Messages: []results.Message{{Role: results.System, Content: "s"}, {Role: results.User, Content: "u"}}}); err != nil {
		t.Errorf("%s: %v", d.Name, err)
	}
	return got
}

// TestSettings reads what a server needs, and refuses what has no meaning.
func TestSettings(t *testing.T) {
	base := "name: my-model\nprovider: openai\nmodel: m\napi_key_env: KEY\n"
	d, err := LoadFile(write(t, base+`base_url: "http://h/openai/deployments/d?api-version=2024-10-21"
headers: {api-key: "env:OTHER_KEY", X-Team: bench}
request: {enable_thinking: false, top_k: 20, max_tokens: null, chat_template_kwargs: {a: [1, 2]}}
stream: true
system: user
`))
	if err != nil {
		t.Fatal(err)
	}
	got := request(t, d)
	want := sent{
		Method: "POST", Address: "http://h/openai/deployments/d/chat/completions?api-version=2024-10-21",
		Headers: map[string][]string{"Api-Key": {"KEY"}, "X-Team": {"bench"}, "Authorization": {"Bearer KEY"}, "Content-Type": {"application/json"}},
		Body:    json.RawMessage(`{"chat_template_kwargs":{"a":[1,2]},"enable_thinking":false,"messages":[{"role":"user","content":"s\n\nu"}],"model":"m","stream":true,"stream_options":{"include_usage":true},"top_k":20}`),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sent otherwise (-want +got):\n%s", diff)
	}
	stored := d.Public()
	data, err := json.Marshal(stored)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "bench") || !strings.Contains(string(data), "env:OTHER_KEY") {
		t.Errorf("the record has %s", data)
	}
	plain := d
	plain.Request = nil
	one, _ := d.Digest()
	if two, err := plain.Digest(); err != nil || one == two {
		t.Errorf("the settings are no part of the digest: %s, %s, %v", one, two, err)
	}
	for more, want := range map[string]string{
		"request: {messages: []}\n":                "request.messages: the program sets it",
		"request: {stream: true}\n":                "request.stream: the program sets it",
		"request: {api_key: x}\n":                  "request.api_key looks like a secret",
		"query: {sig: x}\n":                        "query.sig looks like a secret",
		"api: completions\n":                       `api "completions": want chat or responses`,
		"api: responses\nsampling: {seed: true}\n": "api responses has none",
		"system: developer\n":                      `system "developer": want user`,
		"key_header: \"api key\"\n":                "want the name of a header",
		"headers: {api-key: abc}\n":                "looks like a secret",
	} {
		if _, err := LoadFile(write(t, base+"base_url: http://h/v1\n"+more)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", more, err, want)
		}
	}
	for url, want := range map[string]string{"http://h/v1?key=abc": "holds a query", "http://h/v1#x": "fragment", "http://h/v1?a=1&a=2": "holds a query"} {
		if _, err := LoadFile(write(t, base+"base_url: \""+url+"\"\n")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", url, err)
		}
	}
	if _, err := d.Open(func(name string) string { return map[string]string{"KEY": "x"}[name] }); err == nil || !strings.Contains(err.Error(), "OTHER_KEY, for header api-key, is not set") {
		t.Errorf("without the header's variable: %v", err)
	}
}
