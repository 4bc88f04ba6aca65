package teacher

import (
	"errors"
	"net/http"
)

// messagesForm is that of Anthropic's messages, in its plain form: text in, text
// out.
var messagesForm = form{decode: decodeMessages, whole: wholeMessage, pieces: piecesOfMessage, refuse: refuseMessage}

type servedMessages struct {
	Model       string          `json:"model"`
	System      servedText      `json:"system"`
	Messages    []servedMessage `json:"messages"`
	MaxTokens   *int            `json:"max_tokens"`
	Temperature *float64        `json:"temperature"`
	TopP        *float64        `json:"top_p"`
	Stop        []string        `json:"stop_sequences"`
	Stream      bool            `json:"stream"`
	Thinking    struct {
		Type string `json:"type"`
	} `json:"thinking"`
}

var messagesFields = map[string]bool{
	"model": true, "system": true, "messages": true, "max_tokens": true, "temperature": true, "top_p": true, "stop_sequences": true, "stream": true,
	"thinking": true,
}

func decodeMessages(body []byte) (asked, error) {
	var in servedMessages
	if err := decodeBody(body, &in, messagesFields); err != nil {
		return asked{}, err
	}
	switch {
	case in.MaxTokens == nil:
		return asked{}, errors.New("max_tokens: missing")
	case in.Thinking.Type != "" && in.Thinking.Type != "disabled":
		return asked{}, errors.New("thinking: not supported")
	}
	chat := served{Model: in.Model, Temperature: in.Temperature, TopP: in.TopP, MaxTokens: in.MaxTokens}
	if in.System != "" {
		chat.Messages = append(chat.Messages, servedMessage{System, in.System})
	}
	chat.Messages = append(chat.Messages, in.Messages...)
	a := asked{model: in.Model, unseeded: true} // the protocol has no seed
	if in.Stream {
		a.stream = &streaming{}
	}
	var err error
	a.request, err = chat.request()
	a.request.Stop = in.Stop
	return a, err
}

func wholeMessage(name string, _ asked, r Response) any {
	m := message(name, r)
	m["content"] = []any{map[string]any{"type": "text", "text": r.Content}}
	m["stop_reason"] = stopReason(r)
	m["usage"] = map[string]any{"input_tokens": r.InputTokens, "output_tokens": r.OutputTokens}
	return m
}

// message is the object of an answer that is still to come.
func message(name string, r Response) map[string]any {
	return map[string]any{
		"id": outputID, "type": "message", "role": Assistant, "model": name, "content": []any{}, "stop_reason": nil, "stop_sequence": nil,
		"usage": map[string]any{"input_tokens": r.InputTokens, "output_tokens": 0},
	}
}

func stopReason(r Response) string {
	if r.FinishReason == "length" {
		return "max_tokens"
	}
	return "end_turn"
}

// piecesOfMessage sends the events that a client follows an answer by.
func piecesOfMessage(send func(event string, data any), name string, _ asked, r Response) {
	event := func(kind string, more map[string]any) {
		more["type"] = kind
		send(kind, more)
	}
	event("message_start", map[string]any{"message": message(name, r)})
	event("content_block_start", map[string]any{"index": 0, "content_block": map[string]any{"type": "text", "text": ""}})
	event("content_block_delta", map[string]any{"index": 0, "delta": map[string]any{"type": "text_delta", "text": r.Content}})
	event("content_block_stop", map[string]any{"index": 0})
	event("message_delta", map[string]any{
		"delta": map[string]any{"stop_reason": stopReason(r), "stop_sequence": nil}, "usage": map[string]any{"output_tokens": r.OutputTokens},
	})
	event("message_stop", map[string]any{})
}

func refuseMessage(w http.ResponseWriter, status int, kind, message string) {
	if kind == "server_error" {
		kind = "api_error"
	}
	respond(w, status, map[string]any{"type": "error", "error": map[string]any{"type": kind, "message": message}})
}
