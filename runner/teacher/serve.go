package teacher

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// maxBody bounds a served request, in bytes.
const maxBody = 1 << 20

const completionID = "chatcmpl-0"

// simulatedHeader is true in the answers of a model that is no LLM, so that who
// asks over the protocol can tell.
const simulatedHeader = "Autodatabench-Simulated"

// Handler serves models over the OpenAI protocol: POST /v1/chat/completions, GET
// /v1/models and GET /health. A single model answers whatever name a request
// has, several are told apart by it. Text only: a field that asks for what a
// model does not do is refused, never ignored. The seed of a request is passed
// on. Nothing is metered (package gateway is for that), so that it is for
// programs that are trusted with the models.
func Handler(models ...Teacher) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("GET /v1/models", func(w http.ResponseWriter, _ *http.Request) {
		list := make([]any, len(models))
		for i, m := range models {
			list[i] = map[string]any{"id": m.Name(), "object": "model", "created": 0, "owned_by": "autodatabench"}
		}
		respond(w, http.StatusOK, map[string]any{"object": "list", "data": list})
	})
	mux.HandleFunc("POST /v1/chat/completions", func(w http.ResponseWriter, r *http.Request) { complete(models, w, r) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, "invalid_request_error", "there is no "+r.Method+" "+oneLine(r.URL.Path, 100))
	})
	return mux
}

func complete(models []Teacher, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "invalid_request_error", fmt.Sprintf("the body could not be read or is over %d bytes", maxBody))
		return
	}
	name, request, streamed, err := decodeServed(body)
	if err != nil {
		refuse(w, http.StatusBadRequest, "invalid_request_error", oneLine(err.Error(), 300))
		return
	}
	at := slices.IndexFunc(models, func(m Teacher) bool { return len(models) == 1 || m.Name() == name })
	if at < 0 {
		refuse(w, http.StatusNotFound, "invalid_request_error", fmt.Sprintf("model: there is no %q here; /v1/models lists what is", oneLine(name, 100)))
		return
	}
	t := models[at]
	response, err := t.Complete(r.Context(), request)
	if err != nil {
		refuseCall(w, AsCallError(err))
		return
	}
	if t.Simulated() {
		w.Header().Set(simulatedHeader, "true")
	}
	if streamed != nil {
		streamed.stream(w, t.Name(), response)
		return
	}
	respond(w, http.StatusOK, map[string]any{
		"id": completionID, "object": "chat.completion", "created": 0, "model": t.Name(),
		"choices": []any{map[string]any{
			"index": 0, "finish_reason": response.FinishReason,
			"message": map[string]any{"role": "assistant", "content": response.Content},
		}},
		"usage": usageOf(response),
	})
}

func usageOf(r Response) map[string]any {
	return map[string]any{"prompt_tokens": r.InputTokens, "completion_tokens": r.OutputTokens, "total_tokens": r.InputTokens + r.OutputTokens}
}

// served is a request as it comes in. Fields that change nothing at the value
// that clients send unasked are taken at that value.
type served struct {
	Model       string          `json:"model"`
	User        string          `json:"user"`
	Messages    []servedMessage `json:"messages"`
	Temperature *float64        `json:"temperature"`
	TopP        *float64        `json:"top_p"`
	MaxTokens   *int            `json:"max_tokens"`
	Completion  *int            `json:"max_completion_tokens"`
	Stop        json.RawMessage `json:"stop"`
	Seed        int64           `json:"seed"`
	N           *int            `json:"n"`
	Stream      bool            `json:"stream"`
	Options     json.RawMessage `json:"stream_options"`
	Logprobs    bool            `json:"logprobs"`
	Frequency   float64         `json:"frequency_penalty"`
	Presence    float64         `json:"presence_penalty"`
	Tools       []any           `json:"tools"`
	Format      *wireFormat     `json:"response_format"`
}

type servedMessage struct {
	Role    string     `json:"role"`
	Content servedText `json:"content"`
}

// servedText is a text, or one in parts as some clients send it.
type servedText string

func (t *servedText) UnmarshalJSON(data []byte) error {
	var whole string
	if json.Unmarshal(data, &whole) == nil {
		*t = servedText(whole)
		return nil
	}
	var parts []struct{ Type, Text string }
	if err := json.Unmarshal(data, &parts); err != nil {
		return errors.New("messages: content must be a text, or a list of parts of type text")
	}
	*t = "" // of a name that stands twice, the last counts
	for _, part := range parts {
		if part.Type != "text" {
			return fmt.Errorf("messages: content of type %q is not supported, messages are text only", part.Type)
		}
		*t += servedText(part.Text)
	}
	return nil
}

// decodeServed reads the model's name, what is asked of it, and how to send the
// answer.
func decodeServed(body []byte) (model string, r Request, s *streaming, err error) {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(body, &fields); err != nil {
		return "", Request{}, nil, errors.New("the body is no JSON object")
	}
	for name := range fields {
		if !servedFields[name] {
			return "", Request{}, nil, fmt.Errorf("%s: not supported", name)
		}
	}
	var in served
	var wrong *json.UnmarshalTypeError
	if err := json.Unmarshal(body, &in); errors.As(err, &wrong) {
		return "", Request{}, nil, fmt.Errorf("%s: %s is of the wrong type (messages are text only)", wrong.Field, wrong.Value)
	} else if err != nil {
		return "", Request{}, nil, fmt.Errorf("the body is no chat-completions request: %w", err)
	}
	if s, err = in.readStreaming(); err != nil {
		return "", Request{}, nil, err
	}
	r, err = in.request()
	return in.Model, r, s, err
}

var servedFields = map[string]bool{
	"model": true, "user": true, "messages": true, "temperature": true, "top_p": true, "max_tokens": true,
	"max_completion_tokens": true, "stop": true, "seed": true, "n": true, "stream": true, "stream_options": true, "logprobs": true,
	"frequency_penalty": true, "presence_penalty": true, "tools": true, "response_format": true,
}

// request checks what was asked for.
func (in served) request() (Request, error) {
	out := Request{Temperature: in.Temperature, TopP: in.TopP, Seed: in.Seed}
	switch {
	case len(in.Messages) == 0:
		return out, errors.New("messages: there is none")
	case in.Temperature != nil && !(*in.Temperature >= 0 && *in.Temperature <= 2):
		return out, errors.New("temperature: must be from 0 to 2")
	case in.TopP != nil && !(*in.TopP > 0 && *in.TopP <= 1):
		return out, errors.New("top_p: must be above 0, up to 1")
	case in.Seed < 0:
		return out, errors.New("seed: must not be negative")
	case in.N != nil && *in.N != 1:
		return out, errors.New("n: only 1 is supported")
	case in.Logprobs:
		return out, errors.New("logprobs: not supported")
	case in.Frequency != 0 || in.Presence != 0:
		return out, errors.New("frequency_penalty, presence_penalty: not supported")
	case len(in.Tools) > 0:
		return out, errors.New("tools: not supported")
	case in.Format != nil && in.Format.Type != "text" && in.Format.Type != "json_object":
		return out, errors.New("response_format: type must be text or json_object")
	}
	for i, m := range in.Messages {
		if m.Role != System && m.Role != User {
			return out, fmt.Errorf("messages[%d]: role must be system or user", i)
		}
		out.Messages = append(out.Messages, Message{m.Role, string(m.Content)})
	}
	for _, limit := range []*int{in.MaxTokens, in.Completion} {
		if limit != nil && *limit < 1 {
			return out, errors.New("max_tokens: must be positive")
		}
		if limit != nil {
			out.MaxTokens = *limit
		}
	}
	out.JSON = in.Format != nil && in.Format.Type == "json_object"
	var err error
	out.Stop, err = readStop(in.Stop)
	return out, err
}

// readStop reads one text, a list of texts or nothing.
func readStop(raw json.RawMessage) ([]string, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return []string{one}, nil
	}
	var list []string
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, errors.New("stop: must be a text or a list of texts")
	}
	return list, nil
}

// refuseCall passes on why the teacher gave no answer: what the caller can do
// something about keeps its status.
func refuseCall(w http.ResponseWriter, e *CallError) {
	switch {
	case e.Status == http.StatusTooManyRequests:
		if e.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(float64(e.RetryAfter)/float64(time.Second)))))
		}
		refuse(w, e.Status, "rate_limit_error", oneLine(e.Error(), 300))
	case e.Status >= 400 && e.Status < 500:
		refuse(w, http.StatusBadRequest, "invalid_request_error", oneLine(e.Error(), 300))
	default:
		refuse(w, http.StatusBadGateway, "server_error", oneLine(e.Error(), 300))
	}
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	respond(w, status, map[string]any{"error": map[string]any{"message": message, "type": kind, "param": nil, "code": nil}})
}

func respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // fails only if the client has left
}
