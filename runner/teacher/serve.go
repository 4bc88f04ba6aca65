package teacher

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// maxBody bounds a served request, in bytes.
const maxBody = 1 << 20

// served is a chat-completions request as Handler takes it. Fields that ask for
// what a teacher does not do are refused rather than ignored.
type served struct {
	Model       string          `json:"model"`
	Messages    []Message       `json:"messages"`
	Temperature *float64        `json:"temperature"`
	TopP        *float64        `json:"top_p"`
	MaxTokens   int             `json:"max_tokens"`
	Completion  int             `json:"max_completion_tokens"`
	Stop        json.RawMessage `json:"stop"`
	Seed        int64           `json:"seed"`
	N           *int            `json:"n"`
	Stream      bool            `json:"stream"`
	Tools       []any           `json:"tools"`
	Format      *struct {
		Type string `json:"type"`
	} `json:"response_format"`
}

// Handler serves the teacher over the OpenAI protocol: chat completions, the
// list of models and a health check.
func Handler(t Teacher) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("GET /v1/models", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"object": "list", "data": []any{map[string]any{"id": t.Name(), "object": "model", "owned_by": "autodatabench"}}})
	})
	mux.HandleFunc("POST /v1/chat/completions", func(w http.ResponseWriter, r *http.Request) {
		request, err := readServed(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			answer(w, http.StatusBadRequest, wireError("invalid_request_error", err.Error()))
			return
		}
		response, err := t.Complete(r.Context(), request)
		if err != nil {
			answer(w, http.StatusBadGateway, wireError("server_error", err.Error()))
			return
		}
		answer(w, http.StatusOK, completion(t.Name(), response))
	})
	return mux
}

func readServed(body interface{ Read([]byte) (int, error) }) (Request, error) {
	var in served
	if err := json.NewDecoder(body).Decode(&in); err != nil {
		return Request{}, fmt.Errorf("the body is no chat-completions request: %w", err)
	}
	out := Request{Messages: in.Messages, Temperature: in.Temperature, TopP: in.TopP, MaxTokens: max(in.MaxTokens, in.Completion), Seed: in.Seed}
	switch {
	case len(in.Messages) == 0:
		return out, errors.New("messages: there is none")
	case in.Stream:
		return out, errors.New("stream: not supported")
	case len(in.Tools) > 0:
		return out, errors.New("tools: not supported")
	case in.N != nil && *in.N != 1:
		return out, errors.New("n: only 1 is supported")
	case in.Seed < 0:
		return out, errors.New("seed: must not be negative")
	}
	if in.Format != nil {
		if in.Format.Type != "text" && in.Format.Type != "json_object" {
			return out, errors.New("response_format: want text or json_object")
		}
		out.JSON = in.Format.Type == "json_object"
	}
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
		return nil, errors.New("stop: want a text or a list of texts")
	}
	return list, nil
}

func completion(model string, r Response) map[string]any {
	return map[string]any{
		"id": "chatcmpl", "object": "chat.completion", "created": 0, "model": model,
		"choices": []any{map[string]any{
			"index": 0, "finish_reason": r.FinishReason,
			"message": map[string]any{"role": "assistant", "content": r.Content},
		}},
		"usage": map[string]any{
			"prompt_tokens": r.InputTokens, "completion_tokens": r.OutputTokens, "total_tokens": r.InputTokens + r.OutputTokens,
		},
	}
}

func wireError(kind, message string) map[string]any {
	return map[string]any{"error": map[string]any{"message": message, "type": kind, "param": nil, "code": nil}}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may be gone
}
