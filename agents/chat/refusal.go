package chat

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/results/remote"
)

// refusal is an answer that is no success.
type refusal struct {
	status  int
	header  http.Header
	kind    string // what the provider calls the error: its type and its code
	words   string // the provider's own, in one line; what decides whose fault it is
	message string // words without the key; what is shown
}

// newRefusal hides the key before it cuts the words, so that no part of it is
// shown. A short key may be a part of the words, so they are kept as well.
func newRefusal(status int, header http.Header, body []byte, key remote.Key) *refusal {
	const shown = 400 // characters
	found := saidIn(body)
	words := strings.Join(strings.Fields(strings.ToValidUTF8(found.Message, "?")), " ")
	return &refusal{status: status, header: header, kind: found.kind(), words: cut.Runes(words, shown, "..."), message: cut.Runes(key.Hide(words), shown, "...")}
}

// statuses are those of errors that are told within an answer, by what providers
// call them, where trying again makes no sense. Others are 502.
var statuses = map[string]int{
	"invalid_request_error":  http.StatusBadRequest,
	"content_filter":         http.StatusBadRequest,
	"data_inspection_failed": http.StatusBadRequest,
	"authentication_error":   http.StatusUnauthorized,
	"billing_error":          http.StatusPaymentRequired,
	"permission_error":       http.StatusForbidden,
	"not_found_error":        http.StatusNotFound,
	"request_too_large":      http.StatusRequestEntityTooLarge,
	"rate_limit_error":       http.StatusTooManyRequests,
}

// toldWithin is the refusal that an answer holds which is a success by its status.
func toldWithin(body []byte, key remote.Key) *refusal {
	r := newRefusal(http.StatusBadGateway, nil, body, key)
	for _, word := range strings.Fields(r.kind) {
		if code, err := strconv.Atoi(word); err == nil && code >= 400 && code <= 599 {
			r.status = code
		} else if code, known := statuses[word]; known {
			r.status = code
		}
	}
	return r
}

// Error shows what the provider said.
func (r *refusal) Error() string {
	if r.status == http.StatusOK {
		return fmt.Sprintf("the server answered with something else than JSON (%s): %s", r.header.Get("Content-Type"), r.message)
	}
	return fmt.Sprintf("the server answered %d %s: %s", r.status, http.StatusText(r.status), r.message)
}

// failedWithin finds the error in an answer of chat completions that is a success by
// its status: in place of the choices, or as the end of the first. It is nil when
// there is none.
func failedWithin(body []byte, key remote.Key) *refusal {
	var answer struct {
		Error   any `json:"error"`
		Choices []struct {
			Error  any    `json:"error"`
			Finish string `json:"finish_reason"`
		} `json:"choices"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return nil
	}
	found := answer.Error
	if len(answer.Choices) > 0 {
		first := answer.Choices[0]
		if first.Finish != "error" {
			return nil
		}
		found = cmp.Or(first.Error, answer.Error, "the reply ended with an error")
	}
	if found == nil {
		return nil
	}
	told, err := json.Marshal(map[string]any{"error": found})
	if err != nil {
		return nil
	}
	return toldWithin(told, key)
}

// said is an error in a server's words. Type and code are texts, numbers or null.
type said struct {
	Message string `json:"message"`
	Type    any    `json:"type"`
	Code    any    `json:"code"`
}

func (s said) kind() string {
	var words []string
	for _, word := range []any{s.Type, s.Code} {
		if word != nil {
			words = append(words, fmt.Sprint(word))
		}
	}
	return strings.Join(words, " ")
}

// saidIn finds the provider's words in the forms that servers use: an error with
// a message, a message alone, a text, or whatever stands there.
func saidIn(data []byte) said {
	found := said{Message: string(data)}
	var body struct {
		Error  json.RawMessage `json:"error"`
		Detail json.RawMessage `json:"detail"`
		said
	}
	if json.Unmarshal(data, &body) != nil {
		return found
	}
	for _, raw := range []json.RawMessage{body.Error, body.Detail} {
		var inner said
		var plain string
		if json.Unmarshal(raw, &inner) == nil && inner.Message != "" {
			found = inner
		} else if json.Unmarshal(raw, &plain) == nil && plain != "" {
			found.Message = plain
		}
	}
	if body.Message != "" {
		found = body.said
	}
	return found
}

// filter are the words by which providers say that a filter held back the prompt
// or the reply.
var filter = regexp.MustCompile(`(?i)content[_ ](?:filter|filtering|management|policy)\b|content_policy_violation|data_inspection_failed|(?:input|prompt) was flagged`)

// filtered reports that a content filter held back the prompt or the reply.
func (r *refusal) filtered() bool {
	return (r.requestAtFault() || r.status == http.StatusForbidden) && filter.MatchString(r.kind+" "+r.words)
}

// beyond are the words by which servers say that a prompt is too long.
var beyond = regexp.MustCompile(`(?i)context.?(?:length|window|size)|maximum context|too (?:long|many (?:input )?tokens)|(?:exceed|longer|more than).{0,60}\btokens\b`)

// Where a server names the output limit, which is the definition's, tooMuch must
// say that it is the prompt nevertheless.
var (
	outputLimit = regexp.MustCompile(`(?i)max_(?:completion_)?tokens`)
	tooMuch     = regexp.MustCompile(`(?i)\b(?:prompt|input|messages?)\b.{0,40}(?:too long|exceed)`)
)

// Servers that add up prompt and output limit name the limit and the window.
var (
	windowNamed = regexp.MustCompile(`(?i)maximum context length is (\d+)`)
	limitNamed  = regexp.MustCompile(`(?i)too large: (\d+)|\b(\d+) in the completion`)
)

// limitFits reports that the output limit is not alone beyond the context window;
// known is false where the server does not name both.
func limitFits(words string) (fits, known bool) {
	w, l := windowNamed.FindStringSubmatch(words), limitNamed.FindStringSubmatch(words)
	if w == nil || l == nil {
		return false, false
	}
	most, err := strconv.Atoi(w[1])
	asked, wrong := strconv.Atoi(l[1] + l[2])
	return asked < most, err == nil && wrong == nil
}

// promptAtFault reports that the model cannot take the prompt.
func (r *refusal) promptAtFault() bool {
	if fits, known := limitFits(r.words); known {
		return r.requestAtFault() && fits
	}
	said := beyond
	if outputLimit.MatchString(r.words) {
		said = tooMuch
	}
	return r.requestAtFault() && said.MatchString(r.words)
}

// requestAtFault reports a status that blames what was sent.
func (r *refusal) requestAtFault() bool {
	switch r.status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return true
	}
	return false
}
