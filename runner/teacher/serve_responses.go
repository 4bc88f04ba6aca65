package teacher

import (
	"encoding/json"
	"errors"
	"fmt"
)

// responsesForm is that of OpenAI's responses, in its plain form: text in, text
// out, nothing is stored.
var responsesForm = form{decode: decodeResponses, whole: wholeResponse, pieces: piecesOfResponse, refuse: refuse}

const (
	responseID = "resp_0"
	outputID   = "msg_0"
)

type servedResponses struct {
	Model        string          `json:"model"`
	Input        json.RawMessage `json:"input"`
	Instructions servedText      `json:"instructions"`
	Temperature  *float64        `json:"temperature"`
	TopP         *float64        `json:"top_p"`
	MaxTokens    *int            `json:"max_output_tokens"`
	Seed         *int64          `json:"seed"`
	Stream       bool            `json:"stream"`
	Text         struct {
		Format *wireFormat `json:"format"`
	} `json:"text"`
}

var responsesFields = map[string]bool{
	"model": true, "input": true, "instructions": true, "temperature": true, "top_p": true, "max_output_tokens": true, "seed": true, "stream": true,
	"text": true, "stream_options": true,
}

func decodeResponses(body []byte) (asked, error) {
	var in servedResponses
	if err := decodeBody(body, &in, responsesFields); err != nil {
		return asked{}, err
	}
	chat := served{Model: in.Model, Temperature: in.Temperature, TopP: in.TopP, MaxTokens: in.MaxTokens, Seed: in.Seed, Format: in.Text.Format}
	if in.Instructions != "" {
		chat.Messages = append(chat.Messages, servedMessage{System, in.Instructions})
	}
	messages, err := readInput(in.Input)
	if err != nil {
		return asked{}, err
	}
	chat.Messages = append(chat.Messages, messages...)
	a := asked{model: in.Model, unseeded: in.Seed == nil}
	if in.Stream {
		a.stream = &streaming{}
	}
	a.request, err = chat.request()
	return a, err
}

// readInput reads a text, or a list of messages.
func readInput(raw json.RawMessage) ([]servedMessage, error) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return []servedMessage{{User, servedText(text)}}, nil
	}
	var items []struct {
		Type string `json:"type"`
		servedMessage
	}
	if err := json.Unmarshal(raw, &items); err != nil {
		return nil, errors.New("input: must be a text or a list of messages of text")
	}
	var list []servedMessage
	for i, item := range items {
		switch item.Type {
		case "", "message":
			list = append(list, item.servedMessage)
		case "reasoning": // of another model, which nobody reads here
		default:
			return nil, fmt.Errorf("input[%d]: type %q is not supported, messages only", i, item.Type)
		}
	}
	return list, nil
}

func wholeResponse(name string, a asked, r Response) any {
	return response(name, a, &r)
}

// response is the object of an answer, or of one that is still to come.
func response(name string, a asked, r *Response) map[string]any {
	format := "text"
	if a.request.JSON {
		format = "json_object"
	}
	o := map[string]any{
		"id": responseID, "object": "response", "created_at": 0, "model": name, "status": "in_progress", "output": []any{}, "usage": nil,
		"error": nil, "incomplete_details": nil, "instructions": nil, "metadata": map[string]any{}, "parallel_tool_calls": false,
		"previous_response_id": nil, "store": false, "temperature": a.request.Temperature, "top_p": a.request.TopP,
		"max_output_tokens": nil, "text": map[string]any{"format": wireFormat{format}}, "tool_choice": "none", "tools": []any{}, "truncation": "disabled",
	}
	if a.request.MaxTokens > 0 {
		o["max_output_tokens"] = a.request.MaxTokens
	}
	if r == nil {
		return o
	}
	o["status"], o["output"] = "completed", []any{outputOf(*r)}
	if r.FinishReason == "length" {
		o["status"], o["incomplete_details"] = "incomplete", map[string]any{"reason": "max_output_tokens"}
	}
	o["usage"] = map[string]any{
		"input_tokens": r.InputTokens, "input_tokens_details": map[string]any{"cached_tokens": 0},
		"output_tokens": r.OutputTokens, "output_tokens_details": map[string]any{"reasoning_tokens": 0}, "total_tokens": r.InputTokens + r.OutputTokens,
	}
	return o
}

func outputOf(r Response) map[string]any {
	status := "completed"
	if r.FinishReason == "length" {
		status = "incomplete"
	}
	return map[string]any{"id": outputID, "type": "message", "role": Assistant, "status": status, "content": []any{textPart(r.Content)}}
}

func textPart(text string) map[string]any {
	return map[string]any{"type": "output_text", "text": text, "annotations": []any{}, "logprobs": []any{}}
}

// piecesOfResponse sends the events that a client follows an answer by.
func piecesOfResponse(send func(event string, data any), name string, a asked, r Response) {
	n := 0
	event := func(kind string, more map[string]any) {
		more["type"], more["sequence_number"] = kind, n
		n++
		send(kind, more)
	}
	at := func(more map[string]any) map[string]any { // a place in the answer
		more["item_id"], more["output_index"], more["content_index"] = outputID, 0, 0
		return more
	}
	event("response.created", map[string]any{"response": response(name, a, nil)})
	event("response.in_progress", map[string]any{"response": response(name, a, nil)})
	event("response.output_item.added", map[string]any{"output_index": 0, "item": map[string]any{
		"id": outputID, "type": "message", "role": Assistant, "status": "in_progress", "content": []any{},
	}})
	event("response.content_part.added", at(map[string]any{"part": textPart("")}))
	event("response.output_text.delta", at(map[string]any{"delta": r.Content, "logprobs": []any{}}))
	event("response.output_text.done", at(map[string]any{"text": r.Content, "logprobs": []any{}}))
	event("response.content_part.done", at(map[string]any{"part": textPart(r.Content)}))
	event("response.output_item.done", map[string]any{"output_index": 0, "item": outputOf(r)})
	whole := response(name, a, &r)
	event("response."+whole["status"].(string), map[string]any{"response": whole})
}
