package dialect

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/results/cut"
)

// Refusal is an answer that is no success, or an error that an answer holds which is
// one by its status.
type Refusal struct {
	Status  int
	Wait    time.Duration // the longest time for which the server asks to be left alone
	Header  http.Header   // of the answer; nil for an error within one
	Message string        // the server's words without secrets; what is shown
	kind    string        // what the server calls the error: its type, code and status
	words   string        // its words as they are; what decides whose fault it is
	fields  []string      // of the request that it names
}

// Refuse reads an answer that is no success. Secrets are hidden before the words are
// cut, so that no part of one is shown. A short one may be a part of the words, so
// they are kept as well.
func Refuse(status int, header http.Header, body []byte, hide func(string) string) *Refusal {
	r := &Refusal{Status: status, Header: header, Wait: wait(header, body)}
	r.read(body, hide)
	return r
}

func (r *Refusal) read(body []byte, hide func(string) string) {
	const shown = 400 // characters
	found := saidIn(body)
	words := strings.Join(strings.Fields(strings.ToValidUTF8(found.words, "?")), " ")
	r.kind, r.fields = found.kind, found.fields
	r.words, r.Message = cut.Runes(words, shown, "..."), cut.Runes(hide(words), shown, "...")
}

// Error shows what the server said.
func (r *Refusal) Error() string {
	if r.Status == http.StatusOK {
		return fmt.Sprintf("the server answered with something else than JSON (%s): %s", r.Header.Get("Content-Type"), r.Message)
	}
	return strings.TrimSuffix(fmt.Sprintf("the server answered %d %s: %s", r.Status, http.StatusText(r.Status), r.Message), ": ")
}

// failure is the error that an answer holds: in the choice, beside it or in its
// place. otherwise is what there is to say of an answer that holds none. An error
// beside a whole reply is none.
func (e envelope) failure(said reply, hide func(string) string, otherwise error) error {
	_, ends := finishOf(said.ended)
	switch {
	case failed(said.failed):
		return told(said.failed, hide)
	case failed(e.Error) && (said.text == "" || said.ended == "" || !ends):
		return told(e.Error, hide)
	case otherwise != nil && foreignError(e.raw):
		return told(e.raw, hide)
	case strings.EqualFold(said.ended, "error"):
		return told(json.RawMessage(`"the reply ended with an error"`), hide)
	}
	return otherwise
}

// failed reports an error that says anything: gateways send null, false and empty
// ones beside good answers.
func failed(raw json.RawMessage) bool {
	switch strings.Join(strings.Fields(string(raw)), "") {
	case "", "null", "false", "0", `""`, "{}", "[]":
		return false
	}
	var e struct {
		Message json.RawMessage `json:"message"`
		Code    loose           `json:"code"`
	}
	take(raw, &e)
	empty := isObject(raw) && e.Message != nil && inner(e.Message) == "" && !isObject(e.Message) && !isList(e.Message)
	return !empty || e.Code != "" && e.Code != "0"
}

// foreignError reports an object without a choice that holds an error in one of the
// forms of gateways: a code with a message.
func foreignError(raw json.RawMessage) bool {
	var f map[string]json.RawMessage
	take(raw, &f)
	for _, name := range []string{"message", "msg", "detail", "base_resp", "errors", "error_msg", "error_message"} {
		if failed(f[name]) {
			return true
		}
	}
	return false
}

// told is a refusal that an answer holds.
func told(raw json.RawMessage, hide func(string) string) *Refusal {
	body, _ := json.Marshal(map[string]json.RawMessage{"error": raw}) // of valid JSON
	r := &Refusal{Status: http.StatusBadGateway, Wait: wait(nil, body)}
	r.read(body, hide)
	for word := range strings.FieldsSeq(r.kind) {
		if code, err := strconv.Atoi(word); err == nil && code >= 400 && code <= 599 {
			r.Status = code
			break
		}
		if code, known := statuses[strings.ToLower(word)]; known {
			r.Status = code
			break
		}
	}
	return r
}

// statuses are those of errors that are told within an answer, by what servers call
// them. Others are 502.
var statuses = map[string]int{
	"invalid_request_error":       http.StatusBadRequest,
	"invalid_argument":            http.StatusBadRequest,
	"failed_precondition":         http.StatusBadRequest,
	"badrequesterror":             http.StatusBadRequest,
	"context_length_exceeded":     http.StatusBadRequest,
	"invalid_prompt":              http.StatusBadRequest,
	"content_filter":              http.StatusBadRequest,
	"content_policy_violation":    http.StatusBadRequest,
	"data_inspection_failed":      http.StatusBadRequest,
	"authentication_error":        http.StatusUnauthorized,
	"unauthenticated":             http.StatusUnauthorized,
	"invalid_api_key":             http.StatusUnauthorized,
	"billing_error":               http.StatusPaymentRequired,
	"insufficient_quota":          http.StatusPaymentRequired,
	"insufficient_balance":        http.StatusPaymentRequired,
	"permission_error":            http.StatusForbidden,
	"permission_denied":           http.StatusForbidden,
	"not_found_error":             http.StatusNotFound,
	"not_found":                   http.StatusNotFound,
	"model_not_found":             http.StatusNotFound,
	"request_too_large":           http.StatusRequestEntityTooLarge,
	"rate_limit_error":            http.StatusTooManyRequests,
	"rate_limit_exceeded":         http.StatusTooManyRequests,
	"resource_exhausted":          http.StatusTooManyRequests,
	"throttlingexception":         http.StatusTooManyRequests,
	"overloaded_error":            http.StatusServiceUnavailable,
	"unavailable":                 http.StatusServiceUnavailable,
	"deadline_exceeded":           http.StatusGatewayTimeout,
	"1002":                        http.StatusTooManyRequests, // MiniMax
	"1004":                        http.StatusUnauthorized,
	"1008":                        http.StatusPaymentRequired,
	"serviceunavailableexception": http.StatusServiceUnavailable,
}

// said is an error in a server's words.
type said struct {
	words  string
	kind   string
	fields []string
}

// saidIn finds the words of an error in the forms that servers use. Where there is
// none, they are what stands there.
func saidIn(body []byte) said {
	var v any
	if json.Unmarshal(body, &v) != nil {
		return said{words: string(body)}
	}
	var s said
	s.add(v, 0)
	s.words = cmp.Or(s.words, string(body))
	return s
}

// The fields in which servers put the words of an error, best first, and those of
// what they call it.
var (
	wordFields = []string{"error", "message", "detail", "msg", "error_message", "error_msg", "status_msg", "errors", "reason", "title", "description"}
	kindFields = []string{"type", "code", "status", "status_code", "errorCode", "error_code"}
)

// maxNested is how deep the words of an error are looked for.
const maxNested = 8

// add takes what v says. Errors stand in errors, in lists, and in texts that hold
// JSON once more.
func (s *said) add(v any, depth int) {
	if depth > maxNested || len(s.words) > 4<<10 {
		return
	}
	switch v := v.(type) {
	case string:
		var inside any
		if text := strings.TrimSpace(v); strings.HasPrefix(text, "{") && json.Unmarshal([]byte(text), &inside) == nil {
			s.add(inside, depth+1)
		} else if !strings.Contains(s.words, text) {
			s.words = strings.TrimSpace(s.words + " " + text)
		}
	case []any:
		for _, element := range v {
			s.add(element, depth+1)
		}
	case map[string]any:
		s.object(v, depth)
	}
}

func (s *said) object(v map[string]any, depth int) {
	for _, name := range kindFields {
		switch w := v[name].(type) {
		case string:
			s.kind = strings.TrimSpace(s.kind + " " + w)
		case float64:
			s.kind = strings.TrimSpace(s.kind + " " + strconv.FormatFloat(w, 'f', -1, 64))
		}
	}
	if param, ok := v["param"].(string); ok && param != "" {
		s.fields = append(s.fields, param)
	}
	if place := place(v["loc"]); place != "" { // FastAPI and Mistral
		s.fields = append(s.fields, place)
		s.words = strings.TrimSpace(s.words + " " + place + ":")
	}
	if base, ok := v["base_resp"]; ok {
		s.add(base, depth+1)
	}
	before := s.words
	for _, name := range wordFields {
		if inside, ok := v[name]; ok && inside != nil {
			s.add(inside, depth+1)
			if s.words != before {
				break
			}
		}
	}
	if meta, ok := v["metadata"].(map[string]any); ok { // OpenRouter: what the provider behind it said
		s.add(meta["raw"], depth+1)
	}
}

// place is where in the request a validation failed, without the body's name.
func place(loc any) string {
	list, _ := loc.([]any)
	var words []string
	for _, l := range list {
		switch l := l.(type) {
		case string:
			if l != "body" {
				words = append(words, l)
			}
		case float64:
			words = append(words, strconv.Itoa(int(l)))
		}
	}
	return strings.Join(words, ".")
}
