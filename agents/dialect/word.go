package dialect

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// The protocols in which a request is worded.
const (
	Chat      = "chat"      // OpenAI's chat completions
	Responses = "responses" // OpenAI's responses
	Messages  = "messages"  // Anthropic's
)

// Settings say what a server needs beyond the protocol. The zero value is chat
// completions as they are.
type Settings struct {
	API       string            `yaml:"api" json:"api,omitempty"`               // chat | responses; chat when empty
	Request   map[string]any    `yaml:"request" json:"request,omitempty"`       // more fields of each request; null leaves one out
	Stream    bool              `yaml:"stream" json:"stream,omitempty"`         // ask for a stream
	Query     map[string]string `yaml:"query" json:"query,omitempty"`           // of the address, such as api-version
	KeyHeader string            `yaml:"key_header" json:"key_header,omitempty"` // in which the key is sent; Authorization when empty
	System    string            `yaml:"system" json:"system,omitempty"`         // user: the system text begins the user's message

	// MayMoveSystem lets Adapt put the system text into the user's message.
	MayMoveSystem bool `yaml:"-" json:"-"`
}

// Question is what is asked, in words that hold for all protocols. What is nil, 0 or
// empty is left out.
type Question struct {
	Messages    []results.Message
	Temperature *float64
	TopP        *float64
	MaxTokens   int64
	Stop        []string
	JSON        bool
	Seed        *int64
	Effort      string // of reasoning
}

// owns are the fields that settings cannot set, since the program does.
var owns = []string{"model", "messages", "input", "instructions", "system", "stream", "n", "tools", "functions", "tool_choice"}

// credential are the words of a name by which it may carry a secret.
var credential = regexp.MustCompile(`(?i)(^|[-_.]|api)(key|token|secret|auth|authorization|cookie|password|credentials?|sig|signature)$`)

// Secret reports that a name looks like that of a secret.
func Secret(name string) bool { return credential.MatchString(name) }

var headerName = regexp.MustCompile(`^[A-Za-z0-9-]{1,60}$`)

// Validate reports the first setting that cannot work.
func (s Settings) Validate() error {
	if !slices.Contains([]string{"", Chat, Responses}, s.API) {
		return fmt.Errorf("api %q: want chat or responses", s.API)
	}
	if s.System != "" && s.System != results.User {
		return fmt.Errorf("system %q: want user, or leave it out", s.System)
	}
	if s.KeyHeader != "" && !headerName.MatchString(s.KeyHeader) {
		return errors.New("key_header: want the name of a header, such as api-key; what is there is not shown, since it may be a key")
	}
	for _, name := range slices.Sorted(maps.Keys(s.Request)) {
		if slices.Contains(owns, name) && s.Request[name] != nil || name == "model" || name == "messages" {
			return fmt.Errorf("request.%s: the program sets it", name)
		}
		if Secret(name) {
			return fmt.Errorf("request.%s looks like a secret; keys come from the variable that api_key_env names", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Query)) {
		if Secret(name) {
			return fmt.Errorf("query.%s looks like a secret; keys come from the variable that api_key_env names", name)
		}
	}
	if _, err := json.Marshal(s.Request); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	return nil
}

// TakeQuery takes the query out of a base URL; it holds for every call. One that may
// be a secret stays where it is, for the check of the address to refuse.
func (s *Settings) TakeQuery(base string) string {
	address, query, has := strings.Cut(base, "?")
	values, err := url.ParseQuery(query)
	if !has || err != nil || strings.Contains(query, "#") {
		return base
	}
	for name, v := range values {
		if Secret(name) || len(v) != 1 {
			return base
		}
	}
	taken := maps.Clone(s.Query)
	if taken == nil {
		taken = map[string]string{}
	}
	for name, v := range values {
		taken[name] = v[0]
	}
	s.Query = taken
	return address
}

// Address is where a call goes: the base URL with the path of the protocol and the
// query.
func (s Settings) Address(base, api string) string {
	base = strings.TrimSuffix(base, "/")
	path := "/chat/completions"
	switch api {
	case Messages:
		base, path = strings.TrimSuffix(base, "/v1"), "/v1/messages"
	case Responses:
		path = "/responses"
	}
	if strings.HasSuffix(base, path) { // the address of the call itself was given
		path = ""
	}
	query := url.Values{}
	for name, v := range s.Query {
		query.Set(name, v)
	}
	if len(query) == 0 {
		return base + path
	}
	return base + path + "?" + query.Encode()
}

// Sign puts the key into the headers.
func (s Settings) Sign(header http.Header, key string) {
	switch {
	case key == "":
	case s.KeyHeader != "" && !strings.EqualFold(s.KeyHeader, "Authorization"):
		header.Set(s.KeyHeader, key)
	default:
		header.Set("Authorization", "Bearer "+key)
	}
}

// Word makes the body of a request.
func (s Settings) Word(api, model string, q Question, as []Adaptation) map[string]any {
	if s.System == results.User || slices.Contains(as, SystemAsUser) {
		q.Messages = systemAsUser(q.Messages)
	}
	body := map[string]any{"model": model}
	set := func(name string, there bool, v any) {
		if there {
			body[name] = v
		}
	}
	set("temperature", q.Temperature != nil, q.Temperature)
	set("top_p", q.TopP != nil, q.TopP)
	switch api {
	case Messages:
		wordMessages(q, set)
	case Responses:
		set("input", true, q.Messages)
		set("max_output_tokens", q.MaxTokens > 0, q.MaxTokens)
		set("reasoning", q.Effort != "", map[string]any{"effort": q.Effort})
		set("text", q.JSON, map[string]any{"format": map[string]any{"type": "json_object"}})
		set("store", true, false)
		set("stream", s.Stream, true)
	default:
		wordChat(q, as, s.Stream || slices.Contains(as, Streamed), set)
	}
	s.change(body)
	return body
}

func wordChat(q Question, as []Adaptation, stream bool, set func(string, bool, any)) {
	set("messages", true, q.Messages)
	set("stop", len(q.Stop) > 0, q.Stop)
	set("response_format", q.JSON, map[string]any{"type": "json_object"})
	set("reasoning_effort", q.Effort != "", q.Effort)
	limit := oldLimit
	if q.Effort != "" { // models that take an effort want the newer name
		limit = newLimit
	}
	if slices.Contains(as, NewLimit) {
		limit = newLimit
	} else if slices.Contains(as, OldLimit) {
		limit = oldLimit
	}
	set(limit, q.MaxTokens > 0, q.MaxTokens)
	if q.Seed != nil && !slices.Contains(as, NoSeed) {
		seed := *q.Seed
		if slices.Contains(as, ShortSeed) {
			seed &= 1<<31 - 1
		}
		set("seed", true, seed)
	}
	set("stream", stream, true)
	set("stream_options", stream && !slices.Contains(as, NoStreamUsage), map[string]any{"include_usage": true})
}

// wordMessages words the protocol of Anthropic, which has no seed, in a stream: the
// provider closes connections on which a long answer keeps silent.
func wordMessages(q Question, set func(string, bool, any)) {
	type text struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	var system []text
	var turns []any
	for _, m := range q.Messages {
		part := []text{{"text", m.Content}}
		if m.Role == results.System {
			system = append(system, part...)
		} else {
			turns = append(turns, map[string]any{"role": m.Role, "content": part})
		}
	}
	set("system", len(system) > 0, system)
	set("messages", true, turns)
	set("max_tokens", true, q.MaxTokens)
	set("output_config", q.Effort != "", map[string]any{"effort": q.Effort})
	set("stop_sequences", len(q.Stop) > 0, q.Stop)
	set("stream", true, true)
}

// systemAsUser begins the first message of the user with the system text.
func systemAsUser(list []results.Message) []results.Message {
	var system, rest []results.Message
	for _, m := range list {
		if m.Role == results.System {
			system = append(system, m)
		} else {
			rest = append(rest, m)
		}
	}
	if len(system) == 0 {
		return list
	}
	var text strings.Builder
	for _, m := range system {
		text.WriteString(m.Content + "\n\n")
	}
	if len(rest) == 0 {
		return []results.Message{{Role: results.User, Content: strings.TrimSpace(text.String())}}
	}
	rest[0].Content = text.String() + rest[0].Content
	return rest
}

// hasSystem reports a body with a system text.
func hasSystem(sent map[string]any) bool {
	list, _ := sent["messages"].([]results.Message)
	return slices.ContainsFunc(list, func(m results.Message) bool { return m.Role == results.System })
}

// Rewrite words a chat completion that somebody else worded as the settings say.
func (s Settings) Rewrite(model string, request map[string]json.RawMessage, as []Adaptation) map[string]any {
	body := map[string]any{}
	for name, raw := range request {
		body[name] = raw
	}
	for from, to := range map[string]string{oldLimit: newLimit, newLimit: oldLimit} {
		a := NewLimit
		if to == oldLimit {
			a = OldLimit
		}
		if v, there := body[from]; there && slices.Contains(as, a) {
			delete(body, from)
			body[to] = v
		}
	}
	body["model"] = model
	delete(body, "stream")
	delete(body, "stream_options")
	if s.Stream || slices.Contains(as, Streamed) {
		body["stream"] = true
		if !slices.Contains(as, NoStreamUsage) {
			body["stream_options"] = map[string]any{"include_usage": true}
		}
	}
	s.change(body)
	return body
}

// change sets and leaves out what the settings name.
func (s Settings) change(body map[string]any) {
	for name, v := range s.Request {
		if v == nil {
			delete(body, name)
		} else {
			body[name] = v
		}
	}
}
