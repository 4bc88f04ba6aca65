package dialect

import (
	"encoding/json"
	"fmt"
	"strings"
)

// object of JSON, for pieces that are put together.
type fields = map[string]any

// assemble puts the pieces of a stream together to the object that the server would
// have sent as a whole.
func assemble(events []event, ended bool) (json.RawMessage, error) {
	var made fields
	for _, e := range events {
		var piece fields
		take(e.data, &piece)
		kind, _ := piece["type"].(string)
		if kind == "" {
			kind = e.name
		}
		switch {
		case kind == "error":
			if made == nil {
				made = fields{}
			}
			if made["error"] = piece["error"]; made["error"] == nil {
				made["error"] = piece
			}
		case strings.HasPrefix(kind, "response."):
			made = ofResponse(made, piece)
			ended = ended || made["object"] == "response" && made["status"] != "in_progress"
		case strings.HasPrefix(kind, "message_") || strings.HasPrefix(kind, "content_block_"):
			made = ofMessage(made, piece, kind)
			ended = ended || kind == "message_stop"
		case kind == "ping" || made["type"] == "message": // of no meaning, or of a newer protocol
		default:
			made = ofChat(made, piece)
		}
	}
	if made == nil {
		return nil, fmt.Errorf("%w: the stream holds no answer", ErrBroken)
	}
	if !ended && !over(made) {
		return nil, fmt.Errorf("%w: the stream has no end", ErrBroken)
	}
	return json.Marshal(made)
}

// over reports that a chat completion ended, though its stream does not say so.
func over(made fields) bool {
	if made["error"] != nil {
		return true
	}
	list, _ := made["choices"].([]any)
	for _, c := range list {
		if c, ok := c.(fields); ok && c["finish_reason"] != nil && c["finish_reason"] != "" {
			return true
		}
	}
	return false
}

// ofResponse keeps the last state of a response that an event has.
func ofResponse(made, piece fields) fields {
	if now, ok := piece["response"].(fields); ok {
		now["object"] = "response"
		return now
	}
	return made
}

// ofMessage adds an event of Anthropic's protocol.
func ofMessage(made, piece fields, kind string) fields {
	if made == nil {
		made = fields{"type": "message", "content": []any{}}
	}
	switch kind {
	case "message_start":
		if m, ok := piece["message"].(fields); ok {
			put(made, m)
		}
	case "content_block_start":
		block, _ := piece["content_block"].(fields)
		made["content"] = at(made["content"], piece["index"], func(b fields) { grow(b, block) })
	case "content_block_delta":
		delta, _ := piece["delta"].(fields)
		made["content"] = at(made["content"], piece["index"], func(b fields) {
			for k, v := range delta {
				if k != "type" {
					grow(b, fields{k: v})
				}
			}
		})
	case "message_delta":
		if delta, ok := piece["delta"].(fields); ok {
			put(made, delta)
		}
		if now, ok := piece["usage"].(fields); ok {
			was, _ := made["usage"].(fields)
			if was == nil {
				was = fields{}
			}
			put(was, now)
			made["usage"] = was
		}
	}
	return made
}

// ofChat adds a piece of a chat completion.
func ofChat(made, piece fields) fields {
	if made == nil {
		made = fields{"object": "chat.completion"}
	}
	for k, v := range piece {
		switch {
		case k == "choices":
			list, _ := v.([]any)
			if made["choices"] == nil {
				made["choices"] = []any{}
			}
			for _, c := range list {
				if c, ok := c.(fields); ok {
					made["choices"] = at(made["choices"], c["index"], func(whole fields) { ofChoice(whole, c) })
				}
			}
		case k == "object":
		case v != nil:
			made[k] = v // of counts and errors the last
		}
	}
	return made
}

func ofChoice(made, piece fields) {
	for k, v := range piece {
		switch {
		case k == "delta":
			m, _ := made["message"].(fields)
			if m == nil {
				m = fields{}
			}
			if delta, ok := v.(fields); ok {
				grow(m, delta)
			}
			made["message"] = m
		case k == "text":
			grow(made, fields{k: v})
		case k == "message":
			if m, ok := v.(fields); ok && len(m) > 0 {
				made["message"] = m // the answer as a whole, at the stream's end
			}
		case v != nil && v != "":
			made[k] = v
		}
	}
}

// put sets what is not null.
func put(into, from fields) {
	for k, v := range from {
		if v != nil {
			into[k] = v
		}
	}
}

// names are fields whose text is sent once and not in parts.
var names = map[string]bool{"role": true, "type": true, "id": true, "name": true, "index": true, "object": true}

// grow adds a piece to what there is: texts and lists become longer, and elements of
// lists that have an index grow themselves.
func grow(into, piece fields) {
	for k, v := range piece {
		was := into[k]
		switch v := v.(type) {
		case nil:
		case string:
			switch was := was.(type) {
			case *text:
				was.WriteString(v)
			case []any:
				into[k] = append(was, v)
			default:
				if names[k] {
					if was == nil || v != "" {
						into[k] = v
					}
					break
				}
				begun := new(text)
				begun.WriteString(v)
				into[k] = begun
			}
		case []any:
			for _, element := range v {
				f, ok := element.(fields)
				if ok && f["index"] != nil {
					into[k] = at(into[k], f["index"], func(b fields) { grow(b, f) })
				} else {
					into[k] = append(listOf(into[k]), element)
				}
			}
		case fields:
			inner, ok := was.(fields)
			if !ok {
				inner = fields{}
				into[k] = inner
			}
			grow(inner, v)
		default:
			into[k] = v
		}
	}
}

// text is one that grows.
type text struct{ strings.Builder }

// MarshalJSON writes the text as it is by now.
func (t *text) MarshalJSON() ([]byte, error) { return json.Marshal(t.String()) }

// listOf is a list, in which a text is the first element.
func listOf(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case *text:
		if v.Len() > 0 {
			return []any{v}
		}
	}
	return nil
}

// maxElements bounds the choices, parts and calls that a stream may have.
const maxElements = 1000

// at changes the element of a list that has the index; there may be none yet. Servers
// that give no index mean the first.
func at(list any, index any, change func(fields)) []any {
	elements := listOf(list)
	n, _ := index.(float64)
	for _, e := range elements {
		if f, ok := e.(fields); ok && f["index"] == n {
			change(f)
			return elements
		}
	}
	f := fields{}
	if len(elements) >= maxElements {
		return elements
	}
	change(f)
	f["index"] = n
	return append(elements, f)
}
