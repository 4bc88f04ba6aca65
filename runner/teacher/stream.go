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

// piecesOfChat sends the answer as server-sent events. It is there as a whole
// before the first is sent, so that a fault has its status.
func piecesOfChat(send func(event string, data any), name string, a asked, r Response) {
	chunk := func(choices []any, usage any) {
		data := map[string]any{"id": completionID, "object": "chat.completion.chunk", "created": 0, "model": name, "choices": choices}
		if a.stream.IncludeUsage {
			data["usage"] = usage
		}
		send("", data)
	}
	piece := func(finish any, delta map[string]any) {
		chunk([]any{map[string]any{"index": 0, "delta": delta, "finish_reason": finish}}, nil)
	}
	piece(nil, map[string]any{"role": Assistant, "content": ""})
	piece(nil, map[string]any{"content": r.Content})
	piece(r.FinishReason, map[string]any{})
	if a.stream.IncludeUsage {
		chunk([]any{}, usageOf(r))
	}
	send("", json.RawMessage("[DONE]"))
}

// sendEvent writes one server-sent event; a name may be left out.
func sendEvent(w http.ResponseWriter, event string, data any) {
	text, ok := data.(json.RawMessage)
	if !ok {
		text, _ = json.Marshal(data) // of texts and numbers
	}
	if event != "" {
		w.Write([]byte("event: " + event + "\n"))
	}
	w.Write([]byte("data: " + string(text) + "\n\n"))
}
