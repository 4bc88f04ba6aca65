package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// Limits on a request beside its size.
const (
	maxStops     = 16
	maxStopBytes = 256
	maxFloatText = 32
)

// chatRequest is what a call may say, normalised: equal calls have equal
// canonical JSON.
type chatRequest struct {
	Messages    []teacher.Message
	Temperature *float64
	TopP        *float64
	MaxTokens   int
	Stop        []string
	JSON        bool
}

// fieldError is a refused request; Field is empty when the body as a whole is
// at fault.
type fieldError struct {
	Field string
	Err   error
}

func (e *fieldError) Error() string {
	if e.Field == "" {
		return e.Err.Error()
	}
	return e.Field + ": " + e.Err.Error()
}

func (e *fieldError) Unwrap() error { return e.Err }

// decodeRequest reads the OpenAI wire format as far as it is allowed.
func decodeRequest(body []byte, maxTokens int) (chatRequest, error) {
	if !utf8.Valid(body) {
		return chatRequest{}, &fieldError{Err: errors.New("the body is not UTF-8")}
	}
	if r, ok := plainRequest(body, maxTokens); ok {
		return r, nil
	}
	return anyRequest(body, maxTokens)
}

// anyRequest reads a request of any form, and says what is wrong with one.
func anyRequest(body []byte, maxTokens int) (chatRequest, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		return chatRequest{}, &fieldError{Err: errors.New("the body is not a JSON object")}
	}
	if _, ok := fields["messages"]; !ok {
		return chatRequest{}, &fieldError{"messages", errors.New("is missing")}
	}
	out := chatRequest{MaxTokens: maxTokens}
	for name, raw := range fields {
		if string(raw) == "null" && name != "messages" {
			raw = nil
		}
		if err := out.set(name, raw, maxTokens); err != nil {
			return chatRequest{}, &fieldError{cut.Runes(name, 60, "..."), err}
		}
	}
	return out, nil
}

// set takes one field; raw is nil for null.
func (r *chatRequest) set(name string, raw json.RawMessage, maxTokens int) error {
	switch name {
	case "messages":
		return r.setMessages(raw)
	case "model": // fixed by the platform
		return nil
	case "temperature", "top_p", "max_tokens", "n", "stop", "response_format":
		if raw == nil {
			return nil
		}
	default:
		return errors.New("is not supported")
	}
	var err error
	switch name {
	case "temperature":
		r.Temperature, err = number(raw, func(v float64) bool { return v >= 0 && v <= 2 }, "from 0 to 2")
	case "top_p":
		r.TopP, err = number(raw, func(v float64) bool { return v > 0 && v <= 1 }, "above 0, up to 1")
	case "max_tokens":
		r.MaxTokens, err = integer(raw, 1, maxTokens)
	case "n":
		_, err = integer(raw, 1, 1)
	case "stop":
		r.Stop, err = stops(raw)
	case "response_format":
		var format map[string]string
		if json.Unmarshal(raw, &format) != nil || len(format) != 1 || format["type"] != "json_object" {
			return errors.New(`must be {"type": "json_object"}`)
		}
		r.JSON = true
	}
	return err
}

func (r *chatRequest) setMessages(raw json.RawMessage) error {
	var list []map[string]json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil || len(list) == 0 {
		return errors.New("must be a list of objects with role and content")
	}
	for i, m := range list {
		var role, content *string
		if len(m) != 2 || json.Unmarshal(m["role"], &role) != nil || json.Unmarshal(m["content"], &content) != nil || role == nil || content == nil {
			return fmt.Errorf("message %d must have exactly role and content, both strings", i)
		}
		if *role != teacher.System && *role != teacher.User {
			return fmt.Errorf("message %d: role must be system or user", i)
		}
		r.Messages = append(r.Messages, teacher.Message{Role: *role, Content: *content})
	}
	return nil
}

func number(raw json.RawMessage, ok func(float64) bool, want string) (*float64, error) {
	var v *float64
	if len(raw) > maxFloatText || json.Unmarshal(raw, &v) != nil || v == nil || math.IsNaN(*v) || !ok(*v) {
		return nil, fmt.Errorf("must be a number %s", want)
	}
	return v, nil
}

func integer(raw json.RawMessage, least, most int) (int, error) {
	var v *int
	if json.Unmarshal(raw, &v) != nil || v == nil || *v < least || *v > most {
		return 0, fmt.Errorf("must be an integer from %d to %d", least, most)
	}
	return *v, nil
}

func stops(raw json.RawMessage) ([]string, error) {
	var one *string
	if json.Unmarshal(raw, &one) == nil && one != nil {
		raw, _ = json.Marshal([]string{*one})
	}
	var list []*string
	if json.Unmarshal(raw, &list) != nil || len(list) > maxStops {
		return nil, fmt.Errorf("must be a string or a list of at most %d strings", maxStops)
	}
	var out []string
	for _, s := range list {
		if s == nil || *s == "" || len(*s) > maxStopBytes {
			return nil, fmt.Errorf("each string must have 1 to %d bytes", maxStopBytes)
		}
		out = append(out, *s)
	}
	return out, nil
}

// canonical returns the request's canonical JSON and its digest.
func (r chatRequest) canonical() ([]byte, string, error) {
	type message struct { // fields are in their order, so that nobody has to sort them
		Content string `json:"content"`
		Role    string `json:"role"`
	}
	messages := make([]message, len(r.Messages))
	for i, m := range r.Messages {
		messages[i] = message{m.Content, m.Role}
	}
	data, err := disk.Canonical(struct {
		JSON        bool      `json:"json,omitempty"`
		MaxTokens   int       `json:"max_tokens"`
		Messages    []message `json:"messages"`
		Stop        []string  `json:"stop,omitempty"`
		Temperature *float64  `json:"temperature,omitempty"`
		TopP        *float64  `json:"top_p,omitempty"`
	}{r.JSON, r.MaxTokens, messages, r.Stop, r.Temperature, r.TopP})
	if err != nil {
		return nil, "", err
	}
	return data, disk.Digest(data), nil
}

// upstream is the request as the teacher gets it.
func (r chatRequest) upstream(seed int64) teacher.Request {
	return teacher.Request{
		Messages: r.Messages, Temperature: r.Temperature, TopP: r.TopP,
		MaxTokens: r.MaxTokens, Stop: r.Stop, JSON: r.JSON, Seed: seed,
	}
}
