package command

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// A program may ask its model for text, and for nothing that a provider bills or does
// beside it: tools, searches, files and further models would get round the budgets and
// the network's absence. So what is allowed is listed, and not what is forbidden.

// passed are the fields that reach the model.
var passed = []string{
	"messages", "temperature", "top_p", "max_tokens", "max_completion_tokens", "stop", "seed", "stream", "stream_options",
	"response_format", "reasoning_effort",
}

// nothing are fields with the values, as JSON, with which they change nothing; they are
// taken and not passed on. So is every field that is null, and the name of the model,
// which the definition sets.
var nothing = map[string][]string{
	"n": {"1"}, "best_of": {"1"}, "store": {"false"}, "tool_choice": {`"none"`, `"auto"`}, "function_call": {`"none"`, `"auto"`},
	"tools": {"[]"}, "functions": {"[]"}, "parallel_tool_calls": {"true", "false"}, "modalities": {`["text"]`},
	"presence_penalty": {"0"}, "frequency_penalty": {"0"}, "logprobs": {"false"}, "top_logprobs": {"0"}, "logit_bias": {"{}"},
	"metadata": {"{}"}, "service_tier": {`"auto"`, `"default"`},
}

// dropped are fields that only name the caller.
var dropped = []string{"model", "user"}

// allowed is what of a request is passed on. The error begins with the name of a field
// that is not allowed.
func allowed(request map[string]json.RawMessage) (map[string]json.RawMessage, error) {
	kept := map[string]json.RawMessage{}
	for _, name := range slices.Sorted(maps.Keys(request)) {
		raw := request[name]
		switch {
		case string(raw) == "null" && name != "messages", slices.Contains(dropped, name), slices.Contains(nothing[name], compact(raw)):
		case slices.Contains(passed, name):
			kept[name] = raw
		default:
			return nil, fmt.Errorf("%.60s: is not supported", name)
		}
	}
	if raw := kept["response_format"]; raw != nil {
		var err error
		if kept["response_format"], err = allowedFormat(raw); err != nil {
			return nil, err
		}
	}
	var err error
	kept["messages"], err = allowedMessages(kept["messages"])
	return kept, err
}

// allowedFormat is the form of answers that is asked for, as it was checked.
func allowedFormat(raw json.RawMessage) (json.RawMessage, error) {
	var format map[string]json.RawMessage // no struct, which would take names in any case
	var kind string
	if json.Unmarshal(raw, &format) != nil || json.Unmarshal(format["type"], &kind) != nil || !slices.Contains([]string{"text", "json_object", "json_schema"}, kind) {
		return nil, fmt.Errorf("response_format: want type text, json_object or json_schema")
	}
	for _, name := range slices.Sorted(maps.Keys(format)) {
		if name != "type" && name != "json_schema" {
			return nil, fmt.Errorf("response_format.%.60s: is not supported", name)
		}
	}
	return json.Marshal(format)
}

func compact(raw json.RawMessage) string {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return string(raw)
	}
	text, _ := json.Marshal(v) // of JSON
	return string(text)
}

// allowedMessages refuses what is not text, whose tokens could not be told from its
// bytes, and parts that have a meaning for providers only. It returns what it checked:
// of fields with the same name servers may take another one.
func allowedMessages(raw json.RawMessage) (json.RawMessage, error) {
	var messages []map[string]json.RawMessage // no struct, which would take names in any case
	if json.Unmarshal(raw, &messages) != nil {
		return nil, fmt.Errorf("messages: want a list of objects with role and content")
	}
	for i, m := range messages {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			switch empty := slices.Contains([]string{"null", "[]", `""`}, compact(m[name])); {
			case name == "role" || name == "name" || name == "content" || empty:
			default:
				return nil, fmt.Errorf("messages[%d].%.60s: is not supported", i, name)
			}
		}
		if err := allowedContent(i, m["content"]); err != nil {
			return nil, err
		}
	}
	return json.Marshal(messages)
}

func allowedContent(i int, raw json.RawMessage) error {
	var text string // also of null, with which a message has no content
	var parts []map[string]json.RawMessage
	if raw == nil || json.Unmarshal(raw, &text) == nil {
		return nil
	}
	if json.Unmarshal(raw, &parts) != nil {
		return fmt.Errorf("messages[%d].content: only text is supported", i)
	}
	for _, p := range parts {
		var kind string
		if json.Unmarshal(p["type"], &kind) != nil || kind != "text" || json.Unmarshal(p["text"], &text) != nil {
			return fmt.Errorf("messages[%d].content: only text is supported", i)
		}
		for _, name := range slices.Sorted(maps.Keys(p)) {
			if name != "type" && name != "text" {
				return fmt.Errorf("messages[%d].content.%.60s: is not supported", i, name)
			}
		}
	}
	return nil
}
