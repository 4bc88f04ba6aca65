package dialect

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
)

// loose is a word that servers also give as a number, or as null for none.
type loose string

// UnmarshalJSON takes texts, numbers and truths; all else is empty.
func (l *loose) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*l = loose(text)
	} else if !isObject(data) && !isList(data) && string(data) != "null" {
		*l = loose(data)
	}
	return nil
}

// number is a number that servers also give as a text; null and anything else
// is 0.
type number float64

// UnmarshalJSON never fails.
func (n *number) UnmarshalJSON(data []byte) error {
	text := string(data)
	if begins(data, '"') {
		_ = json.Unmarshal(data, &text)
	}
	if v, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
		*n = number(v)
	}
	return nil
}

func isObject(raw json.RawMessage) bool { return begins(raw, '{') }
func isList(raw json.RawMessage) bool   { return begins(raw, '[') }

func begins(raw json.RawMessage, with byte) bool {
	raw = bytes.TrimLeft(raw, " \t\r\n")
	return len(raw) > 0 && raw[0] == with
}

// textOf joins the text of a content: a text, or a list of typed parts. Thoughts and
// calls of tools are no text, and a part may be a refusal.
func textOf(raw json.RawMessage) (text, refusal string) {
	if json.Unmarshal(raw, &text) == nil {
		return text, ""
	}
	if isObject(raw) {
		raw = json.RawMessage(slices.Concat([]byte("["), raw, []byte("]")))
	}
	var parts []json.RawMessage
	if json.Unmarshal(raw, &parts) != nil {
		return "", ""
	}
	var said, no strings.Builder
	for _, p := range parts {
		var plain string
		var part struct {
			Type    loose           `json:"type"`
			Text    json.RawMessage `json:"text"`
			Refusal loose           `json:"refusal"`
		}
		take(p, &part)
		switch {
		case json.Unmarshal(p, &plain) == nil:
			said.WriteString(plain)
		case !isObject(p):
		case part.Type == "" || part.Type == "text" || part.Type == "output_text":
			said.WriteString(inner(part.Text))
		case part.Type == "refusal":
			no.WriteString(string(part.Refusal))
		}
	}
	return said.String(), no.String()
}

// inner is the text of a part, which some servers wrap once more.
func inner(raw json.RawMessage) string {
	var text string
	var wrapped struct {
		Value string `json:"value"`
	}
	if json.Unmarshal(raw, &text) != nil && json.Unmarshal(raw, &wrapped) == nil {
		return wrapped.Value
	}
	return text
}

// endings are the words for the end of a reply, in lower case and without prefix.
var endings = map[results.Finish][]string{
	results.FinishStop: {
		"", "stop", "end_turn", "stop_sequence", "stop_token", "eos", "eos_token", "end", "complete", "completed", "finished", "normal", "done",
		"tool_calls", "tool_call", "tool_use", "function_call", "pause_turn", // of tools that nobody offered
	},
	results.FinishLength: {
		"length", "max_tokens", "max_token", "max_output_tokens", "max_completion_tokens", "model_length", "max_length", "token_limit",
		"model_context_window_exceeded", "context_window_exceeded", "context_length", "context_length_exceeded", "out_of_context",
	},
	results.FinishFilter: {
		"safety", "recitation", "prohibited_content", "blocklist", "spii", "language", "image_safety", "content_policy", "content_filtered",
		"sensitive", "guardrail_intervened", "guardrails", "moderation", "error_toxic",
	},
	results.FinishRefusal: {"refusal", "refused"},
}

// finishOf reads the word for an ending. known is false for one that says that the
// server failed, or that nobody knows.
func finishOf(word string) (f results.Finish, known bool) {
	word = strings.ToLower(strings.TrimSpace(word))
	word = word[strings.LastIndexAny(word, ".")+1:] // FinishReason.STOP
	word = strings.TrimPrefix(strings.ReplaceAll(word, "-", "_"), "finish_reason_")
	if strings.HasPrefix(word, "content_filter") || strings.HasPrefix(word, "content filter") {
		return results.FinishFilter, true
	}
	for f, words := range endings {
		if slices.Contains(words, word) {
			return f, true
		}
	}
	return "", false
}

// short is a word of a server's for a message.
func short(text string) string {
	return cut.Runes(strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " "), 60, "...")
}
