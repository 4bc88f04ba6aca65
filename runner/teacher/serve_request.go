package teacher

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// wireFormat is the form that an answer must have.
type wireFormat struct {
	Type string `json:"type"`
}

// served is a request as it comes in. Fields that change nothing at the value
// that clients send unasked are taken at that value.
type served struct {
	Model       string          `json:"model"`
	Messages    []servedMessage `json:"messages"`
	Temperature *float64        `json:"temperature"`
	TopP        *float64        `json:"top_p"`
	MaxTokens   *int            `json:"max_tokens"`
	Completion  *int            `json:"max_completion_tokens"`
	Stop        json.RawMessage `json:"stop"`
	Seed        *int64          `json:"seed"`
	N           *int            `json:"n"`
	Stream      bool            `json:"stream"`
	Options     json.RawMessage `json:"stream_options"`
	Logprobs    bool            `json:"logprobs"`
	Frequency   float64         `json:"frequency_penalty"`
	Presence    float64         `json:"presence_penalty"`
	Tools       []any           `json:"tools"`
	Format      *wireFormat     `json:"response_format"`
	Modalities  []string        `json:"modalities"`
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
		if part.Type != "text" && part.Type != "input_text" && part.Type != "output_text" {
			return fmt.Errorf("messages: content of type %q is not supported, messages are text only", part.Type)
		}
		*t += servedText(part.Text)
	}
	return nil
}

// decodeServed reads a request for chat completions.
func decodeServed(body []byte) (asked, error) {
	var in served
	if err := decodeBody(body, &in, chatFields); err != nil {
		return asked{}, err
	}
	stream, err := in.readStreaming()
	if err != nil {
		return asked{}, err
	}
	r, err := in.request()
	return asked{in.Model, r, in.Seed == nil, stream}, err
}

// decodeBody reads the fields of a request. One that is not known may stand there
// if its value asks for nothing.
func decodeBody(body []byte, in any, known map[string]bool) error {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(body, &fields); err != nil {
		return errors.New("the body is no JSON object")
	}
	for name, value := range fields {
		if !known[name] && !withoutEffect[name] && !asksNothing(value) {
			return fmt.Errorf("%s: not supported", name)
		}
	}
	var wrong *json.UnmarshalTypeError
	if err := json.Unmarshal(body, in); errors.As(err, &wrong) {
		return fmt.Errorf("%s: %s is of the wrong type (messages are text only)", wrong.Field, wrong.Value)
	} else if err != nil {
		return fmt.Errorf("the body is no request that is understood here: %w", err)
	}
	return nil
}

// asksNothing reports whether a field's value is that of a field left out.
func asksNothing(value json.RawMessage) bool {
	switch string(bytes.Join(bytes.Fields(value), nil)) {
	case "null", "false", "0", "0.0", `""`, "[]", "{}":
		return true
	}
	return false
}

var chatFields = map[string]bool{
	"model": true, "messages": true, "temperature": true, "top_p": true, "max_tokens": true, "max_completion_tokens": true, "stop": true,
	"seed": true, "n": true, "stream": true, "stream_options": true, "logprobs": true, "frequency_penalty": true, "presence_penalty": true,
	"tools": true, "response_format": true, "modalities": true,
}

// withoutEffect are fields whose every value leaves an answer as it is: they tell a
// service how to bill, store or trace a request, or how a model that thinks or
// calls tools goes about it.
var withoutEffect = map[string]bool{
	"user": true, "metadata": true, "store": true, "service_tier": true, "safety_identifier": true, "prompt_cache_key": true,
	"prompt_cache_retention": true, "parallel_tool_calls": true, "tool_choice": true, "reasoning_effort": true, "verbosity": true,
	"include": true, "truncation": true, "reasoning": true, "background": true, "cache_control": true,
}

// request checks what was asked for.
func (in served) request() (Request, error) {
	out := Request{Temperature: in.Temperature, TopP: in.TopP}
	if in.Seed != nil {
		out.Seed = *in.Seed
	}
	switch {
	case in.Temperature != nil && !(*in.Temperature >= 0 && *in.Temperature <= 2):
		return out, errors.New("temperature: must be from 0 to 2")
	case in.TopP != nil && !(*in.TopP > 0 && *in.TopP <= 1):
		return out, errors.New("top_p: must be above 0, up to 1")
	case out.Seed < 0:
		return out, errors.New("seed: must not be negative")
	case in.N != nil && *in.N != 1:
		return out, errors.New("n: only 1 is supported")
	case in.Logprobs:
		return out, errors.New("logprobs: not supported")
	case in.Frequency != 0 || in.Presence != 0:
		return out, errors.New("frequency_penalty, presence_penalty: not supported")
	case len(in.Modalities) > 0 && !slices.Equal(in.Modalities, []string{"text"}):
		return out, errors.New("modalities: text only")
	case len(in.Tools) > 0:
		return out, errors.New("tools: not supported")
	case in.Format != nil && in.Format.Type != "text" && in.Format.Type != "json_object":
		return out, errors.New("response_format: type must be text or json_object")
	}
	var err error
	if out.Messages, err = turns(in.Messages); err != nil {
		return out, err
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
	out.Stop, err = readStop(in.Stop)
	return out, err
}

// turns checks the messages of a conversation. What a model said follows what a
// user said; a developer's messages are a system's by their newer name.
func turns(in []servedMessage) ([]Message, error) {
	if len(in) == 0 {
		return nil, errors.New("messages: there is none")
	}
	var out []Message
	asked := false
	for i, m := range in {
		switch m.Role {
		case "developer":
			m.Role = System
		case System:
		case User:
			asked = true
		case Assistant:
			if !asked {
				return nil, fmt.Errorf("messages[%d]: role assistant stands before any user's", i)
			}
		default:
			return nil, fmt.Errorf("messages[%d]: role must be system, user or assistant", i)
		}
		out = append(out, Message{m.Role, string(m.Content)})
	}
	return out, nil
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
