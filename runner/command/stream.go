package command

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
)

// stream sends an answer as server-sent events. It is there as a whole before the
// first is sent, so that it is metered and a fault has its status.
func stream(w http.ResponseWriter, request map[string]json.RawMessage, body []byte) {
	var fields map[string]json.RawMessage
	var choices []map[string]json.RawMessage
	_ = json.Unmarshal(body, &fields) // a whole answer, or there is none
	_ = json.Unmarshal(fields["choices"], &choices)
	w.Header().Set("Content-Type", "text/event-stream")
	send := func(list any, usage json.RawMessage) {
		piece := map[string]any{"object": "chat.completion.chunk", "choices": list}
		for _, name := range []string{"id", "created", "model"} {
			if v, ok := fields[name]; ok {
				piece[name] = v
			}
		}
		if usage != nil {
			piece["usage"] = usage
		}
		data, _ := json.Marshal(piece) // of valid JSON
		fmt.Fprintf(w, "data: %s\n\n", data)
	}
	for i, choice := range choices {
		index := any(i)
		if v, ok := choice["index"]; ok {
			index = v
		}
		send([]any{map[string]any{"index": index, "delta": delta(choice["message"]), "finish_reason": nil}}, nil)
		send([]any{map[string]any{"index": index, "delta": map[string]any{}, "finish_reason": choice["finish_reason"]}}, nil)
	}
	var options struct {
		Usage bool `json:"include_usage"`
	}
	if json.Unmarshal(request["stream_options"], &options) == nil && options.Usage {
		send([]any{}, fields["usage"])
	}
	fmt.Fprint(w, "data: [DONE]\n\n")
}

// delta is a message as a piece of a stream, whose calls of tools have an index.
func delta(message json.RawMessage) map[string]any {
	var m map[string]json.RawMessage
	_ = json.Unmarshal(message, &m) // nil for a message that is none
	piece := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		piece[name] = m[name]
	}
	var calls []map[string]json.RawMessage
	if json.Unmarshal(m["tool_calls"], &calls) == nil && calls != nil {
		for i := range calls {
			calls[i]["index"] = json.RawMessage(fmt.Sprint(i))
		}
		piece["tool_calls"] = calls
	}
	return piece
}

// modelName is what programs may call their model. Any name is answered: the
// definition says which model it is.
const modelName = "model"

var described = map[string]any{"id": modelName, "object": "model", "created": 0, "owned_by": "autodatabench"}

// models lists the one model that the program may ask.
func models(w http.ResponseWriter, _ *http.Request) {
	reply(w, map[string]any{"object": "list", "data": []any{described}})
}

// model describes that model.
func model(w http.ResponseWriter, r *http.Request) {
	if id := r.PathValue("id"); id != modelName {
		refuse(w, http.StatusNotFound, "invalid_request_error", fmt.Sprintf("there is no model of this name, only %q", modelName))
		return
	}
	reply(w, described)
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // to a program that may be gone
}
