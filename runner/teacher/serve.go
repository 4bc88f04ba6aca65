package teacher

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"time"
)

// maxBody bounds a served request, in bytes.
const maxBody = 1 << 20

const completionID = "chatcmpl-0"

// simulatedHeader is true in the answers of a model that is no LLM, so that who
// asks over the protocol can tell.
const simulatedHeader = "Autodatabench-Simulated"

// Assistant is the role of what a model said before, in requests to a served model.
const Assistant = "assistant"

// Handler serves models over the protocols of OpenAI and Anthropic: POST
// /v1/chat/completions, /v1/responses and /v1/messages, GET /v1/models,
// /v1/models/{id} and /health. A request names its model; a single model also
// answers requests that name none. Text only: a field that asks for what a model
// does not do is refused, never ignored. The seed of a request is passed on; a
// request without one gets one of fresh. Nothing is metered (package gateway is for
// that), so that it is for programs that are trusted with the models.
func Handler(fresh func() int64, models ...Teacher) http.Handler {
	s := server{fresh, models}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("GET /v1/models", s.list)
	mux.HandleFunc("GET /v1/models/{id...}", s.show)
	mux.HandleFunc("POST /v1/chat/completions", s.answer(chatForm))
	mux.HandleFunc("POST /v1/responses", s.answer(responsesForm))
	mux.HandleFunc("POST /v1/messages", s.answer(messagesForm))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, "invalid_request_error", "there is no "+r.Method+" "+oneLine(r.URL.Path, 100))
	})
	return mux
}

type server struct {
	fresh  func() int64
	models []Teacher
}

// asked is a request in any of the protocols.
type asked struct {
	model    string
	request  Request
	unseeded bool
	stream   *streaming // nil: the answer is sent as a whole
}

// form is one protocol's.
type form struct {
	decode func(body []byte) (asked, error)
	whole  func(name string, a asked, r Response) any
	pieces func(send func(event string, data any), name string, a asked, r Response)
	refuse func(w http.ResponseWriter, status int, kind, message string)
}

func describe(m Teacher) map[string]any {
	return map[string]any{"id": m.Name(), "object": "model", "created": 0, "owned_by": "autodatabench"}
}

func (s server) list(w http.ResponseWriter, _ *http.Request) {
	list := make([]any, len(s.models))
	for i, m := range s.models {
		list[i] = describe(m)
	}
	respond(w, http.StatusOK, map[string]any{"object": "list", "data": list})
}

func (s server) show(w http.ResponseWriter, r *http.Request) {
	if m := s.find(r.PathValue("id")); m != nil {
		respond(w, http.StatusOK, describe(m))
		return
	}
	refuse(w, http.StatusNotFound, "invalid_request_error", noModel(r.PathValue("id")))
}

// find is the model of the name, nil when there is none.
func (s server) find(name string) Teacher {
	for _, m := range s.models {
		if m.Name() == name || name == "" && len(s.models) == 1 {
			return m
		}
	}
	return nil
}

func noModel(name string) string {
	return fmt.Sprintf("model: there is no %q here; /v1/models lists what is", oneLine(name, 100))
}

func (s server) answer(f form) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			f.refuse(w, http.StatusRequestEntityTooLarge, "invalid_request_error", fmt.Sprintf("the body could not be read or is over %d bytes", maxBody))
			return
		}
		a, err := f.decode(body)
		if err != nil {
			f.refuse(w, http.StatusBadRequest, "invalid_request_error", oneLine(err.Error(), 300))
			return
		}
		t := s.find(a.model)
		if t == nil {
			f.refuse(w, http.StatusNotFound, "not_found_error", noModel(a.model))
			return
		}
		if a.unseeded {
			a.request.Seed = s.fresh()
		}
		response, err := t.Complete(r.Context(), a.request)
		if err != nil {
			refuseCall(w, f, AsCallError(err))
			return
		}
		if t.Simulated() {
			w.Header().Set(simulatedHeader, "true")
		}
		if a.stream == nil {
			respond(w, http.StatusOK, f.whole(t.Name(), a, response))
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Cache-Control", "no-cache")
		f.pieces(func(event string, data any) { sendEvent(w, event, data) }, t.Name(), a, response)
	}
}

// chatForm is that of OpenAI's chat completions.
var chatForm = form{decode: decodeServed, whole: wholeChat, pieces: piecesOfChat, refuse: refuse}

func wholeChat(name string, _ asked, r Response) any {
	return map[string]any{
		"id": completionID, "object": "chat.completion", "created": 0, "model": name,
		"choices": []any{map[string]any{
			"index": 0, "finish_reason": r.FinishReason, "logprobs": nil,
			"message": map[string]any{"role": Assistant, "content": r.Content},
		}},
		"usage": usageOf(r),
	}
}

func usageOf(r Response) map[string]any {
	return map[string]any{"prompt_tokens": r.InputTokens, "completion_tokens": r.OutputTokens, "total_tokens": r.InputTokens + r.OutputTokens}
}

// refuseCall passes on why the teacher gave no answer: what the caller can do
// something about keeps its status.
func refuseCall(w http.ResponseWriter, f form, e *CallError) {
	switch {
	case e.Status == http.StatusTooManyRequests:
		if e.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(float64(e.RetryAfter)/float64(time.Second)))))
		}
		f.refuse(w, e.Status, "rate_limit_error", oneLine(e.Error(), 300))
	case e.Status >= 400 && e.Status < 500:
		f.refuse(w, http.StatusBadRequest, "invalid_request_error", oneLine(e.Error(), 300))
	default:
		f.refuse(w, http.StatusBadGateway, "server_error", oneLine(e.Error(), 300))
	}
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	respond(w, status, map[string]any{"error": map[string]any{"message": message, "type": kind, "param": nil, "code": nil}})
}

func respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // fails only if the client has left
}
