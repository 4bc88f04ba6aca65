package dialect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// done ends a stream of chat completions.
const done = "[DONE]"

// whole is the JSON object of an answer. What follows a whole object, such as the end
// of a stream, is left out.
func whole(body []byte) (json.RawMessage, error) {
	body = trimmed(body)
	switch {
	case len(body) == 0:
		return nil, fmt.Errorf("%w: it is empty", ErrBroken)
	case body[0] == '{' || body[0] == '[':
		return object(body)
	case !isStream(body):
		return nil, fmt.Errorf("%w: %s", ErrForeign, short(string(body[:min(len(body), 400)])))
	}
	events, ended := readEvents(body)
	if len(events) == 0 {
		return nil, fmt.Errorf("%w: the stream holds nothing", ErrBroken)
	}
	return assemble(events, ended)
}

// object is the first value of a body. Objects one after another, and those in a
// list, are pieces of one answer.
func object(body []byte) (json.RawMessage, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	var first json.RawMessage
	if err := decoder.Decode(&first); err != nil {
		return nil, unreadable(err)
	}
	pieces := []json.RawMessage{first}
	if isList(first) {
		pieces = nil
		take(first, &pieces)
	}
	for { // a tail that is no JSON is none of the answer
		var next json.RawMessage
		if decoder.Decode(&next) != nil || !isObject(next) {
			break
		}
		pieces = append(pieces, next)
	}
	pieces = slices.DeleteFunc(pieces, func(p json.RawMessage) bool { return !isObject(p) })
	switch {
	case len(pieces) == 0:
		return nil, fmt.Errorf("%w: %s", ErrForeign, short(string(first)))
	case len(pieces) == 1 || !isPiece(pieces[0]):
		return pieces[0], nil
	}
	events := make([]event, len(pieces))
	for i, p := range pieces {
		events[i].data = p
	}
	return assemble(events, false)
}

// isPiece reports an object that is a part of an answer.
func isPiece(raw json.RawMessage) bool {
	var e envelope
	take(raw, &e)
	return strings.HasSuffix(string(e.Object), ".chunk") || bytes.Contains(e.Choices, []byte(`"delta"`))
}

// IsPage reports a body that is neither JSON nor a stream, such as a proxy's page.
func IsPage(body []byte) bool {
	body = trimmed(body)
	return len(body) > 0 && body[0] != '{' && body[0] != '[' && !isStream(body)
}

// trimmed is a body without white space and byte order mark.
func trimmed(body []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\ufeff")))
}

// unreadable tells JSON that breaks off from what is no JSON.
func unreadable(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return fmt.Errorf("%w: %w", ErrForeign, err)
}

// event is a server-sent event with one JSON object.
type event struct {
	name string
	data json.RawMessage
}

// isStream reports that a body is made of server-sent events.
func isStream(body []byte) bool {
	line, _, _ := bytes.Cut(body, []byte("\n"))
	field, _, ok := bytes.Cut(line, []byte(":"))
	return ok && slices.Contains([]string{"", "data", "event", "id", "retry"}, string(field))
}

// readEvents reads server-sent events. Comments are left out, and so is an event
// without an object. ended says that the stream says so.
func readEvents(body []byte) (list []event, ended bool) {
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(body))
	var name string
	var data strings.Builder
	flush := func() {
		decoder := json.NewDecoder(strings.NewReader(data.String()))
		for { // servers that forget the line between events give several at once
			var next json.RawMessage
			if decoder.Decode(&next) != nil {
				break
			}
			if isObject(next) {
				list = append(list, event{name, next})
			}
		}
		name = ""
		data.Reset()
	}
	for line := range strings.SplitSeq(text, "\n") {
		field, value, _ := strings.Cut(strings.TrimPrefix(line, "\ufeff"), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "":
			flush()
		case field == "event":
			name = strings.TrimSpace(value)
		case field == "data" && strings.TrimSpace(value) == done:
			ended = true
		case field == "data":
			data.WriteString(value + "\n")
		}
	}
	flush()
	return list, ended
}

// Complete reports that a body is whole by its own marks, so that nobody need wait
// for the connection to end.
func Complete(body []byte) bool {
	body = bytes.TrimSpace(body)
	tail := body[max(0, len(body)-200):]
	switch {
	case len(body) == 0:
		return false
	case bytes.HasSuffix(tail, []byte(done)) || bytes.HasSuffix(tail, []byte("}")) && bytes.Contains(tail, []byte(`"message_stop"`)):
		return isStream(body)
	}
	return body[0] == '{' && body[len(body)-1] == '}' && json.Valid(body)
}
