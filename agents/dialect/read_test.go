package dialect

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
)

func plain(text string) string { return text }

const counted = `"usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}`

// chunk is a piece of a streamed chat completion.
func chunk(delta, finish string) string {
	return `{"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": ` + delta + `, "finish_reason": ` + finish + `}]}`
}

// sse is a stream of the pieces.
func sse(pieces ...string) string { return "data: " + strings.Join(pieces, "\n\ndata: ") + "\n\n" }

// TestForms reads the same answer in the forms in which servers give it.
func TestForms(t *testing.T) {
	whole := `{"object": "chat.completion", "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "the reply"}}], ` + counted + `}`
	end := `{"object": "chat.completion.chunk", "choices": [], ` + counted + `}`
	pieces := []string{chunk(`{"role": "assistant", "content": ""}`, "null"), chunk(`{"content": "the "}`, "null"), chunk(`{"content": "reply"}`, `"stop"`), end, done}
	message := `{"type": "message", "role": "assistant", "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "the reply"}], "stop_reason": "end_turn", "usage": {"input_tokens": 100, "output_tokens": 20}}`
	response := `{"object": "response", "status": "completed", "error": null, "output": [{"type": "reasoning", "summary": []}, {"type": "message", "content": [{"type": "output_text", "text": "the reply"}]}], "usage": {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120}}`
	for name, body := range map[string]string{
		"whole":                      whole,
		"byte order mark":            "\ufeff" + whole,
		"white space before it":      "\r\n \t" + whole,
		"with a stream's tail":       whole + "\n\ndata: [DONE]\n\n",
		"with a page's tail":         whole + "\n<!-- cache -->",
		"in a list":                  "[" + whole + "]",
		"typed parts":                strings.Replace(whole, `"the reply"`, `[{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "the "}, {"type": "text", "text": "reply"}]`, 1),
		"parts of plain text":        strings.Replace(whole, `"the reply"`, `["the ", "reply"]`, 1),
		"one part":                   strings.Replace(whole, `"the reply"`, `{"type": "text", "text": {"value": "the reply"}}`, 1),
		"numbers as text":            strings.NewReplacer("100", `"100"`, "20}", `"20"}`, `"total_tokens": 120`, `"total_tokens": "120"`, `"index": 0`, `"index": "0"`, "20,", `"20",`).Replace(whole),
		"numbers with points":        strings.NewReplacer("100", "100.0", ": 20,", ": 2e1,").Replace(whole),
		"several choices":            strings.Replace(whole, `[{"index": 0`, `[{"index": 1, "message": {"content": "another"}}, null, {"index": 0`, 1),
		"fields of no kind":          strings.Replace(whole, `{"object"`, `{"service_tier": {}, "created": "now", "type": 7, "output": 5, "error": null, "x_groq": "no", "system_fingerprint": null, "object"`, 1),
		"reasoning beside":           strings.Replace(whole, `"content"`, `"reasoning_content": "hm", "reasoning": "hm", "tool_calls": null, "refusal": null, "annotations": [], "audio": null, "content"`, 1),
		"an old completion":          `{"object": "text_completion", "choices": [{"text": "the reply", "finish_reason": "stop"}], ` + counted + `}`,
		"stream":                     sse(pieces...),
		"stream without an end":      sse(pieces[:4]...),
		"stream with CRLF":           strings.ReplaceAll(sse(pieces...), "\n", "\r\n"),
		"stream with CR":             strings.ReplaceAll(sse(pieces...), "\n", "\r"),
		"stream with comments":       ": OPENROUTER PROCESSING\n\n: keep-alive\n" + strings.ReplaceAll(sse(pieces...), "\n\n", "\n\n: ping\n\n"),
		"stream without blanks":      strings.ReplaceAll(sse(pieces...), "\n\n", "\n"),
		"stream without spaces":      strings.ReplaceAll(sse(pieces...), "data: ", "data:"),
		"stream of several lines":    "event: message\nid: 1\nretry: 10\n" + strings.ReplaceAll(sse(pieces...), `, "choices"`, ",\ndata: \"choices\""),
		"stream cut behind its end":  strings.TrimSpace(sse(pieces...)),
		"stream of typed parts":      sse(chunk(`{"content": [{"type": "text", "text": "the "}]}`, "null"), chunk(`{"content": [{"type": "text", "text": "reply"}]}`, `"stop"`), end, done),
		"stream of thoughts":         sse(chunk(`{"reasoning_content": "hm", "content": null}`, "null"), chunk(`{"content": "the reply"}`, `"stop"`), end, done),
		"stream of whole messages":   sse(strings.Replace(whole, `"chat.completion"`, `"chat.completion.chunk"`, 1), done),
		"stream with a last summary": sse(append(pieces[:3:3], strings.Replace(whole, `"chat.completion"`, `"chat.completion.chunk"`, 1), done)...),
		"stream with usage in each":  sse(strings.Replace(pieces[1], `{"object"`, `{"usage": {"prompt_tokens": 100, "completion_tokens": 1}, "object"`, 1), strings.Replace(pieces[2], `{"object"`, `{`+counted+`, "object"`, 1), done),
		"stream with null usage":     sse(strings.Replace(pieces[1], `{"object"`, `{"usage": null, "object"`, 1), pieces[2], end, done),
		"stream with Groq's usage":   sse(pieces[1], strings.Replace(pieces[2], `{"object"`, `{"x_groq": {`+counted+`}, "object"`, 1), done),
		"stream with Moonshot's":     sse(pieces[1], strings.Replace(pieces[2], `"index": 0`, counted+`, "index": 0`, 1), done),
		"stream of several choices":  sse(strings.Replace(pieces[1], `"index": 0`, `"index": 1`, 1), pieces[1], pieces[2], end, done),
		"pieces one after another":   strings.Join(pieces[:4], "\n"),
		"pieces in a list":           "[" + strings.Join(pieces[:4], ",") + "]",
		"message":                    message,
		"response":                   response,
		"message as a stream": sse(`{"type": "message_start", "message": {"type": "message", "content": [], "stop_reason": null, "usage": {"input_tokens": 100, "output_tokens": 1}}}`,
			`{"type": "ping"}`, `{"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}}`,
			`{"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}}`, `{"type": "content_block_stop", "index": 0}`,
			`{"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": "the "}}`, `{"type": "ping"}`,
			`{"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "reply"}}`, `{"type": "some_news"}`,
			`{"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 20}}`, `{"type": "message_stop"}`),
		"response as a stream": sse(`{"type": "response.created", "response": {"status": "in_progress"}}`, `{"type": "response.output_text.delta", "delta": "the "}`,
			`{"type": "response.completed", "response": `+response+`}`),
	} {
		got, err := Read([]byte(body), plain)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := Answer{Text: "the reply", Finish: results.FinishStop, Usage: Usage{Tokens: results.Tokens{Input: 100, Output: 20}}}
		if got.JSON = nil; !cmp.Equal(want, got) {
			t.Errorf("%s (-want +got):\n%s", name, cmp.Diff(want, got))
		}
		if !Complete([]byte(body)) && strings.HasPrefix(name, "stream cut") {
			t.Errorf("%s: it is not complete", name)
		}
	}
}

// TestStreamsCutAnywhere cuts a stream at every byte: until its end is told there is
// no answer, and never another one.
func TestStreamsCutAnywhere(t *testing.T) {
	body := sse(chunk(`{"content": "the "}`, "null"), chunk(`{"content": "reply"}`, `"stop"`), `{"choices": [], `+counted+`}`, done)
	ends := strings.Index(body, `"stop"`)
	for cut := range len(body) {
		got, err := Read([]byte(body[:cut]), plain)
		switch {
		case err != nil && !errors.Is(err, ErrBroken) && !errors.Is(err, ErrForeign):
			t.Errorf("%d bytes: %v", cut, err)
		case err == nil && (cut < ends || got.Text != "the reply"):
			t.Errorf("%d bytes are an answer: %q", cut, got.Text)
		case Complete([]byte(body[:cut])) && err != nil:
			t.Errorf("%d bytes count as complete: %v", cut, err)
		}
	}
}

func TestFinishes(t *testing.T) {
	for word, want := range map[string]results.Finish{
		"stop": results.FinishStop, "STOP": results.FinishStop, "FinishReason.STOP": results.FinishStop, "eos": results.FinishStop, "": results.FinishStop,
		"tool_calls": results.FinishStop, "FINISH_REASON_STOP": results.FinishStop,
		"length": results.FinishLength, "MAX_TOKENS": results.FinishLength, "FinishReason.MAX_TOKENS": results.FinishLength, "model_length": results.FinishLength,
		"content_filter": results.FinishFilter, "content_filter: SAFETY": results.FinishFilter, "FinishReason.SAFETY": results.FinishFilter, "sensitive": results.FinishFilter,
		"abort": "", "insufficient_system_resource": "", "network_error": "", "error": "", "MALFORMED_FUNCTION_CALL": "", "cancelled": "", "FINISH_REASON_UNSPECIFIED": "",
	} {
		if got, known := finishOf(word); got != want || known != (want != "") {
			t.Errorf("%q: %q, known %v", word, got, known)
		}
		body := `{"choices": [{"finish_reason": "` + word + `", "message": {"content": "half"}}], ` + counted + `}`
		if _, err := Read([]byte(body), plain); (err == nil) != (want != "") {
			t.Errorf("%q: %v", word, err)
		}
	}
}

// TestEndings reads replies that are refused, cut or empty.
func TestEndings(t *testing.T) {
	for body, want := range map[string]Answer{
		`{"choices": [{"finish_reason": "stop", "message": {"content": null, "refusal": "I will not."}}]}`:                                                                  {Text: "I will not.", Finish: results.FinishRefusal},
		`{"choices": [{"finish_reason": "stop", "message": {"content": [{"type": "refusal", "refusal": "No."}]}}]}`:                                                         {Text: "No.", Finish: results.FinishRefusal},
		`{"choices": [{"finish_reason": "tool_calls", "message": {"content": null, "tool_calls": [{"function": {}}]}}]}`:                                                    {Finish: results.FinishStop},
		`{"choices": [{"finish_reason": null, "message": null}]}`:                                                                                                           {Finish: results.FinishStop},
		`{"choices": [{"message": {"content": 5}}]}`:                                                                                                                        {Finish: results.FinishStop},
		`{"object": "response", "status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "output": []}`:                                               {Finish: results.FinishLength},
		`{"object": "response", "status": "incomplete", "incomplete_details": {"reason": "content_filter"}, "output": []}`:                                                  {Finish: results.FinishFilter},
		`{"type": "message", "content": [], "stop_reason": "refusal"}`:                                                                                                      {Finish: results.FinishRefusal},
		`{"choices": [{"finish_reason": "stop", "message": {"content": "ok"}}], "error": {"message": "", "code": 0}}`:                                                       {Text: "ok", Finish: results.FinishStop},
		`{"choices": [{"finish_reason": "stop", "message": {"content": "ok"}}], "error": {"message": "a warning"}}`:                                                         {Text: "ok", Finish: results.FinishStop},
		sse(chunk(`{"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{\"a\""}}]}`, "null"), chunk(`{"content": "ok"}`, `"tool_calls"`), done): {Text: "ok", Finish: results.FinishStop},
	} {
		got, err := Read([]byte(body), plain)
		if got.JSON = nil; err != nil || !cmp.Equal(want, got) {
			t.Errorf("%s: %v\n%s", body, err, cmp.Diff(want, got))
		}
	}
}

// TestAssembledCalls keeps calls of tools whole, for programs that make them.
func TestAssembledCalls(t *testing.T) {
	got, err := Read([]byte(sse(
		chunk(`{"role": "assistant", "tool_calls": [{"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": "{\"x\""}}]}`, "null"),
		chunk(`{"tool_calls": [{"index": 0, "function": {"arguments": ": 1}"}}]}`, "null"), chunk(`{}`, `"tool_calls"`), done)), plain)
	want := `{"choices":[{"finish_reason":"tool_calls","index":0,"message":{"role":"assistant","tool_calls":[{"function":{"arguments":"{\"x\": 1}","name":"f"},"id":"a","index":0,"type":"function"}]}}],"object":"chat.completion"}`
	if err != nil || string(got.JSON) != want {
		t.Errorf("%v\n%s\n%s", err, got.JSON, want)
	}
}

func TestUsage(t *testing.T) {
	cost := 0.0021
	for usage, want := range map[string]Usage{
		`{"prompt_tokens": 32, "completion_tokens": 9, "total_tokens": 135, "completion_tokens_details": {"reasoning_tokens": 94}}`:      {Tokens: results.Tokens{Input: 32, Output: 103, Reasoning: 94}},
		`{"prompt_tokens": 20, "completion_tokens": 10, "total_tokens": 90}`:                                                             {Tokens: results.Tokens{Input: 20, Output: 70}},
		`{"prompt_tokens": 21, "completion_tokens": 0, "total_tokens": 81, "completion_tokens_details": {"reasoning_tokens": 60}}`:       {Tokens: results.Tokens{Input: 21, Output: 60, Reasoning: 60}},
		`{"prompt_tokens": 500, "completion_tokens": 500, "total_tokens": 1000, "completion_tokens_details": {"reasoning_tokens": 200}}`: {Tokens: results.Tokens{Input: 500, Output: 500, Reasoning: 200}},
		`{"prompt_tokens": 21, "completion_tokens": 5, "completion_tokens_details": {"reasoning_tokens": 60}}`:                           {Tokens: results.Tokens{Input: 21, Output: 65, Reasoning: 60}},
		`{"prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": null, "completion_tokens_details": 7}`:                 {Tokens: results.Tokens{Input: 100, Output: 20}},
		`{"prompt_tokens": 1000, "completion_tokens": 10, "prompt_cache_hit_tokens": 900}`:                                               {Tokens: results.Tokens{Input: 1000, Cached: 900, Output: 10}},
		`{"prompt_tokens": 1000, "completion_tokens": 10, "cached_tokens": "900"}`:                                                       {Tokens: results.Tokens{Input: 1000, Cached: 900, Output: 10}},
		`{"input_tokens": 1000, "output_tokens": 10, "input_tokens_details": {"cached_tokens": 900}}`:                                    {Tokens: results.Tokens{Input: 1000, Cached: 900, Output: 10}},
		`{"input_tokens": 100, "output_tokens": 20, "cache_read_input_tokens": 900, "cache_creation_input_tokens": 50}`:                  {Tokens: results.Tokens{Input: 1050, Cached: 900, Written: 50, Output: 20}},
		`{"prompt_tokens": 1050, "completion_tokens": 20, "total_tokens": 1070, "cache_read_input_tokens": 900, "cache_creation_input_tokens": 50}`: {
			Tokens: results.Tokens{Input: 1050, Cached: 900, Written: 50, Output: 20}},
		`{"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 1070, "cache_read_input_tokens": 900, "cache_creation_input_tokens": 50}`: {
			Tokens: results.Tokens{Input: 1050, Cached: 900, Written: 50, Output: 20}},
		`{"prompt_tokens": 100, "completion_tokens": 20, "cost": 0.0021, "prompt_tokens_details": {"cache_write_tokens": 30}}`:                 {Tokens: results.Tokens{Input: 100, Written: 30, Output: 20}, Cost: &cost},
		`{"prompt_tokens": 100, "completion_tokens": 20, "cost": 0.0001, "is_byok": true, "cost_details": {"upstream_inference_cost": 0.002}}`: {Tokens: results.Tokens{Input: 100, Output: 20}, Cost: &cost},
		`{"prompt_tokens": 100, "completion_tokens": 20, "cost": {"total_cost": 0.0021}}`:                                                      {Tokens: results.Tokens{Input: 100, Output: 20}, Cost: &cost},
		`{"prompt_tokens": 100, "completion_tokens": 20, "cost": "free"}`:                                                                      {Tokens: results.Tokens{Input: 100, Output: 20}},
		`{"prompt_tokens": 9223372036854775807, "completion_tokens": 1e300, "total_tokens": null}`:                                             {Tokens: results.Tokens{Input: 1e9, Output: 1e9}},
		`{"prompt_tokens": "NaN", "completion_tokens": -5}`:                                                                                    {},
		`[]`: {}, `null`: {}, `"none"`: {},
	} {
		got, err := Read([]byte(`{"choices": [{"message": {"content": "x"}}], "usage": `+usage+`}`), plain)
		if err != nil || !cmp.Equal(want, got.Usage) {
			t.Errorf("%s: %v\n%s", usage, err, cmp.Diff(want, got.Usage))
		}
	}
	for _, odd := range []string{
		`{"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 90}`,
		`{"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 150, "completion_tokens_details": {"reasoning_tokens": 7}}`,
		`{"prompt_tokens": 100, "completion_tokens": 20, "cached_tokens": 200}`,
	} {
		got, err := Read([]byte(`{"choices": [{"message": {"content": "x"}}], "usage": `+odd+`}`), plain)
		if err != nil || len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "does not add up") {
			t.Errorf("%s: %v, %q", odd, err, got.Notes)
		}
	}
}

// FuzzRead reads any body: an answer in valid text within bounds, or an error of the
// package's.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`{"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}], ` + counted + `}`, sse(chunk(`{"content": "x"}`, `"stop"`), done),
		`{"error": {"message": "m", "code": 502}}`, `[{"error": {"code": 429, "message": "m", "details": [{"retryDelay": "5s"}]}}]`, "event: error\ndata: {\"message\": \"m\"}\n\n",
		`{"type": "message", "content": [{"type": "text", "text": "x"}]}`, `{"object": "response", "output": [], "status": "failed", "error": {"code": "x"}}`,
		sse(`{"type": "content_block_start", "index": 3, "content_block": {}}`, `{"type": "content_block_delta", "index": 3, "delta": {"text": "x"}}`), "\ufeff \xff{",
	} {
		f.Add([]byte(seed))
	}
	f.Add([]byte(vllm))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := Read(body, plain)
		if fast, ok := plainChat(body); ok {
			slow, err := read(body, plain)
			var fastJSON, slowJSON any // the same but for white space around it
			_, _ = json.Unmarshal(fast.JSON, &fastJSON), json.Unmarshal(slow.JSON, &slowJSON)
			fast.JSON, slow.JSON = nil, nil
			if diff := cmp.Diff(slow, fast); diff != "" || err != nil || !reflect.DeepEqual(fastJSON, slowJSON) {
				t.Errorf("%s: read in one pass, %s %v", body, diff, err)
			}
		}
		var no *Refusal
		switch {
		case errors.As(err, &no):
			if no.Status < 400 || no.Status > 599 || strings.ContainsAny(no.Message, "\n\r") || !utf8.ValidString(no.Message) || utf8.RuneCountInString(no.Message) > 403 || no.Wait < 0 || no.Wait > maxWait {
				t.Errorf("%+v", no)
			}
		case err != nil:
			if !errors.Is(err, ErrBroken) && !errors.Is(err, ErrNothing) && !errors.Is(err, ErrForeign) && !errors.Is(err, ErrFinish) {
				t.Errorf("error %v", err)
			}
		case !json.Valid(got.JSON) || got.Input < 0 || got.Cached+got.Written > got.Input || got.Reasoning > got.Output:
			t.Errorf("%+v", got)
		}
		Complete(body)
	})
}

// vllm is an answer with all fields that vLLM gives.
const vllm = `{"id":"chatcmpl-1","object":"chat.completion","created":1780000000,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"the \"reply\"\né","refusal":null,"annotations":null,"audio":null,"function_call":null,"tool_calls":[],"reasoning":null},"logprobs":null,"finish_reason":"stop","stop_reason":null,"token_ids":null}],"service_tier":null,"system_fingerprint":null,"usage":{"prompt_tokens":31,"total_tokens":36,"completion_tokens":5,"prompt_tokens_details":null},"prompt_logprobs":null,"prompt_token_ids":null,"kv_transfer_params":null}`

// TestPlainAnswers checks which answers are read in one pass, and that they say the
// same as when they are read in full.
func TestPlainAnswers(t *testing.T) {
	for body, want := range map[string]bool{
		vllm: true,
		strings.Replace(vllm, `"finish_reason":"stop"`, `"finish_reason":null`, 1):                   true,
		strings.Replace(vllm, `null}`, `{"cached_tokens":16}}`, 1):                                   true,
		strings.Replace(vllm, `"content":"the`, `"content":null,"text":"the`, 1):                     false,
		strings.Replace(vllm, `"refusal":null`, `"refusal":"no"`, 1):                                 false,
		strings.Replace(vllm, `"object"`, `"error":{"message":"m"},"object"`, 1):                     false,
		strings.Replace(vllm, `"usage":{`, `"usage":null,"other":{`, 1):                              false,
		strings.Replace(vllm, `"usage":{`, `"usage":{"prompt_tokens":1},"usage":{`, 1):               false,
		strings.Replace(vllm, `"choices":[`, `"choices":[{"index":1,"message":{"content":"a"}},`, 1): false,
		strings.Replace(vllm, `"content"`, `"Content"`, 1):                                           false,
		strings.Replace(vllm, `"finish_reason":"stop"`, `"finish_reason":"error"`, 1):                false,
		vllm + "\n\ndata: [DONE]\n\n":                                                                false,
		vllm[:len(vllm)-1]:                                                                           false,
	} {
		fast, ok := plainChat([]byte(body))
		if ok != want {
			t.Errorf("%s: read in one pass is %v", body, ok)
		}
		slow, err := read([]byte(body), plain)
		if ok && (err != nil || cmp.Diff(slow, fast) != "") {
			t.Errorf("%s: %v %s", body, err, cmp.Diff(slow, fast))
		}
	}
}

// BenchmarkRead reads an answer of the usual form.
func BenchmarkRead(b *testing.B) {
	body := []byte(vllm)
	for b.Loop() {
		if a, err := Read(body, plain); err != nil || a.Input != 31 {
			b.Fatal(a, err)
		}
	}
}
