package gateway

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/runner/teacher"
)

func TestDecodeRequest(t *testing.T) {
	const messages = `"messages":[{"role":"user","content":"x"}]`
	number := func(v float64) *float64 { return &v }
	plain := chatRequest{Messages: []teacher.Message{{Role: "user", Content: "x"}}, MaxTokens: 100}
	with := func(change func(*chatRequest)) chatRequest { r := plain; change(&r); return r }
	tests := []struct {
		name, body string
		want       chatRequest
		field      string // of the refusal
	}{
		{"least", `{` + messages + `}`, plain, ""},
		{"model ignored", `{` + messages + `,"model":{"any":1}}`, plain, ""},
		{"nulls", `{` + messages + `,"temperature":null,"stop":null,"n":null,"response_format":null}`, plain, ""},
		{"all", `{` + messages + `,"temperature":2,"top_p":0.5,"max_tokens":7,"stop":["a","b"],"n":1,"response_format":{"type":"json_object"}}`,
			with(func(r *chatRequest) {
				r.Temperature, r.TopP, r.MaxTokens, r.Stop, r.JSON = number(2), number(0.5), 7, []string{"a", "b"}, true
			}), ""},
		{"one stop", `{` + messages + `,"stop":"a"}`, with(func(r *chatRequest) { r.Stop = []string{"a"} }), ""},
		{"empty stop", `{` + messages + `,"stop":[]}`, plain, ""},
		{"exact case", `{` + messages + `,"Temperature":1}`, chatRequest{}, "Temperature"},
		{"temperature", `{` + messages + `,"temperature":2.1}`, chatRequest{}, "temperature"},
		{"temperature text", `{` + messages + `,"temperature":"1"}`, chatRequest{}, "temperature"},
		{"temperature digits", `{` + messages + `,"temperature":0.` + strings.Repeat("1", 99) + `}`, chatRequest{}, "temperature"},
		{"top_p", `{` + messages + `,"top_p":0}`, chatRequest{}, "top_p"},
		{"max_tokens over", `{` + messages + `,"max_tokens":101}`, chatRequest{}, "max_tokens"},
		{"max_tokens float", `{` + messages + `,"max_tokens":1.5}`, chatRequest{}, "max_tokens"},
		{"max_tokens none", `{` + messages + `,"max_tokens":0}`, chatRequest{}, "max_tokens"},
		{"n", `{` + messages + `,"n":2}`, chatRequest{}, "n"},
		{"stop empty string", `{` + messages + `,"stop":[""]}`, chatRequest{}, "stop"},
		{"stop null in list", `{` + messages + `,"stop":[null]}`, chatRequest{}, "stop"},
		{"stop many", `{` + messages + `,"stop":["a"` + strings.Repeat(`,"a"`, maxStops) + `]}`, chatRequest{}, "stop"},
		{"format", `{` + messages + `,"response_format":{"type":"json_schema"}}`, chatRequest{}, "response_format"},
		{"format more", `{` + messages + `,"response_format":{"type":"json_object","x":"y"}}`, chatRequest{}, "response_format"},
		{"stream", `{` + messages + `,"stream":true}`, chatRequest{}, "stream"},
		{"long name", `{` + messages + `,"` + strings.Repeat("x", 99) + `":1}`, chatRequest{}, strings.Repeat("x", 60) + "..."},
		{"messages null", `{"messages":null}`, chatRequest{}, "messages"},
		{"messages empty", `{"messages":[]}`, chatRequest{}, "messages"},
		{"message null", `{"messages":[null]}`, chatRequest{}, "messages"},
		{"assistant", `{"messages":[{"role":"assistant","content":"x"}]}`, chatRequest{}, "messages"},
		{"parts", `{"messages":[{"role":"user","content":[{"type":"text","text":"x"}]}]}`, chatRequest{}, "messages"},
		{"content null", `{"messages":[{"role":"user","content":null}]}`, chatRequest{}, "messages"},
		{"name", `{"messages":[{"role":"user","content":"x","name":"y"}]}`, chatRequest{}, "messages"},
		{"two values", `{` + messages + `}{}`, chatRequest{}, ""},
		{"array", `[]`, chatRequest{}, ""},
		{"not UTF-8", "{\"model\":\"\xff\"}", chatRequest{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := decodeRequest([]byte(tt.body), 100)
			if fast, ok := plainRequest([]byte(tt.body), 100); ok && (err != nil || cmp.Diff(fast, got) != "") {
				t.Errorf("read in one pass as %+v, error %v", fast, err)
			}
			if tt.want.Messages != nil {
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Error(diff)
				}
				return
			}
			var field *fieldError
			if !errors.As(err, &field) || field.Field != tt.field || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %+v, error %v; want field %q", got, err, tt.field)
			}
		})
	}
}

// TestPlainRequest checks that what clients mostly send is read in one pass.
func TestPlainRequest(t *testing.T) {
	const body = `{"model": "m", "messages": [{"role": "system", "content": "be \"brief\"\n"}, {"content": "é", "role": "user"}], "temperature": 0.7, "top_p": 1, "max_tokens": 7, "n": 1}`
	fast, ok := plainRequest([]byte(body), 100)
	slow, err := anyRequest([]byte(body), 100)
	if diff := cmp.Diff(slow, fast); !ok || err != nil || diff != "" {
		t.Errorf("%v, %v, %s", ok, err, diff)
	}
}

// FuzzDecodeRequest checks that an accepted body stays within the limits and
// means the same when it is written again.
func FuzzDecodeRequest(f *testing.F) {
	f.Add([]byte(`{"messages":[{"role":"user","content":"x"}],"temperature":1e0,"stop":"a"}`))
	f.Add([]byte(`{"messages":[{"role":"system","content":"\ud800"}],"max_tokens":7,"response_format":{"type":"json_object"}}`))
	f.Add([]byte(`{"messages":[{"role":"user","content":"x","content":"y"}],"n":1,"top_p":1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := decodeRequest(body, 100)
		if fast, ok := plainRequest(body, 100); ok && utf8.Valid(body) {
			slow, err := anyRequest(body, 100)
			if diff := cmp.Diff(slow, fast); diff != "" || err != nil {
				t.Errorf("%s: read in one pass, %s %v", body, diff, err)
			}
		}
		if err != nil {
			var field *fieldError
			if !errors.As(err, &field) {
				t.Errorf("error %v names no field", err)
			}
			return
		}
		if r.MaxTokens < 1 || r.MaxTokens > 100 || len(r.Stop) > maxStops || len(r.Messages) == 0 ||
			(r.Temperature != nil && !(*r.Temperature >= 0 && *r.Temperature <= 2)) || (r.TopP != nil && !(*r.TopP > 0 && *r.TopP <= 1)) {
			t.Errorf("accepted %+v", r)
		}
		wire := map[string]any{"messages": r.Messages, "temperature": r.Temperature, "top_p": r.TopP, "max_tokens": r.MaxTokens, "stop": r.Stop}
		if r.JSON {
			wire["response_format"] = map[string]string{"type": "json_object"}
		}
		again, err := json.Marshal(wire)
		if err != nil {
			t.Fatal(err)
		}
		s, err := decodeRequest(again, 100)
		if err != nil {
			t.Fatalf("%s: %v", again, err)
		}
		_, first, err := r.canonical()
		if err != nil {
			t.Fatal(err)
		}
		if _, second, err := s.canonical(); err != nil || first != second {
			t.Errorf("digests %s and %s (%v)", first, second, err)
		}
	})
}
