package chat

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"autodatabench/results/remote"
)

// refusal is an answer that is no success.
type refusal struct {
	status  int
	header  http.Header
	message string // the provider's own words, in one line, without the key
}

// newRefusal hides the key before it cuts the words, so that no part of it is left.
func newRefusal(status int, header http.Header, body []byte, key remote.Key) *refusal {
	const shown = 400
	text := key.Hide(strings.Join(strings.Fields(strings.ToValidUTF8(messageOf(body), "?")), " "))
	if runes := []rune(text); len(runes) > shown {
		text = string(runes[:shown]) + "..."
	}
	return &refusal{status: status, header: header, message: text}
}

// Error shows what the provider said.
func (r *refusal) Error() string {
	if r.status == http.StatusOK {
		return fmt.Sprintf("the server answered with something else than JSON (%s): %s", r.header.Get("Content-Type"), r.message)
	}
	return fmt.Sprintf("the server answered %d %s: %s", r.status, http.StatusText(r.status), r.message)
}

// messageOf finds the provider's words in the forms that servers use: an error
// with a message, a message alone, a text, or whatever stands there.
func messageOf(data []byte) string {
	var body struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
		Detail  json.RawMessage `json:"detail"`
	}
	var inner struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(data, &body) != nil {
		return string(data)
	}
	text := string(data)
	for _, raw := range []json.RawMessage{body.Error, body.Detail} {
		var plain string
		if json.Unmarshal(raw, &inner) == nil && inner.Message != "" {
			text = inner.Message
		} else if json.Unmarshal(raw, &plain) == nil && plain != "" {
			text = plain
		}
	}
	if body.Message != "" {
		text = body.Message
	}
	return text
}

// beyond are the words by which servers say that a prompt is too long.
var beyond = regexp.MustCompile(`(?i)context.?(?:length|window|size)|maximum context|too (?:long|many (?:input )?tokens)|(?:exceed|longer|more than).{0,60}\btokens\b`)

// Where a server names the output limit, which is the definition's, tooMuch must
// say that it is the prompt nevertheless.
var (
	outputLimit = regexp.MustCompile(`(?i)max_(?:completion_)?tokens`)
	tooMuch     = regexp.MustCompile(`(?i)\b(?:prompt|input|messages?)\b.{0,40}(?:too long|exceed)`)
)

// promptAtFault reports that the model cannot take the prompt.
func (r *refusal) promptAtFault() bool {
	said := beyond
	if outputLimit.MatchString(r.message) {
		said = tooMuch
	}
	return r.requestAtFault() && said.MatchString(r.message)
}

// requestAtFault reports a status that blames what was sent.
func (r *refusal) requestAtFault() bool {
	switch r.status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return true
	}
	return false
}
