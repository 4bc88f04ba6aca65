package teacher

import (
	"encoding/json"
	"errors"
	"net/http"
)

// streaming is how an answer is to be sent in pieces.
type streaming struct {
	IncludeUsage bool `json:"include_usage"`
}

// readStreaming reads stream_options; nil means an answer as a whole.
func (in served) readStreaming() (*streaming, error) {
	var options map[string]bool
	switch {
	case len(in.Options) > 0 && json.Unmarshal(in.Options, &options) != nil:
		return nil, errors.New("stream_options: must be an object of true and false")
	case !in.Stream && options != nil:
		return nil, errors.New("stream_options: goes with stream only")
	case !in.Stream:
		return nil, nil
	}
	s := &streaming{IncludeUsage: options["include_usage"]}
	delete(options, "include_usage")
	delete(options, "include_obfuscation") // of padding, for which there is no need here
	if len(options) > 0 {
		return nil, errors.New("stream_options: only include_usage is supported")
	}
	return s, nil
}

// stream sends the answer as server-sent events. It is there as a whole before
// the first is sent, so that a fault has its status.
func (s *streaming) stream(w http.ResponseWriter, name string, r Response) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	send := func(choices []any, usage any) {
		chunk := map[string]any{"id": completionID, "object": "chat.completion.chunk", "created": 0, "model": name, "choices": choices}
		if s.IncludeUsage {
			chunk["usage"] = usage
		}
		data, _ := json.Marshal(chunk) // of texts and numbers
		w.Write([]byte("data: " + string(data) + "\n\n"))
	}
	piece := func(finish any, delta map[string]any) {
		send([]any{map[string]any{"index": 0, "delta": delta, "finish_reason": finish}}, nil)
	}
	piece(nil, map[string]any{"role": "assistant", "content": ""})
	piece(nil, map[string]any{"content": r.Content})
	piece(r.FinishReason, map[string]any{})
	if s.IncludeUsage {
		send([]any{}, usageOf(r))
	}
	w.Write([]byte("data: [DONE]\n\n"))
}
