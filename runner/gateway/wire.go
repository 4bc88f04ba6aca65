package gateway

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

func refuseRequest(w http.ResponseWriter, err error) {
	var field *fieldError
	name := ""
	if errors.As(err, &field) {
		name = field.Field
	}
	refuse(w, http.StatusBadRequest, "invalid_request_error", name, "", err.Error())
}

func refuseCall(w http.ResponseWriter, err error) {
	var spent *exhaustedError
	var call *teacher.CallError
	switch {
	case errors.Is(err, errStopping):
		refuse(w, http.StatusServiceUnavailable, "stopping", "", "", err.Error())
	case errors.As(err, &spent):
		refuse(w, http.StatusTooManyRequests, "budget_exhausted", "", spent.budget, err.Error())
	case errors.As(err, &call) && (forProgram(call) || unclear(call)):
		refuse(w, http.StatusBadRequest, "invalid_request_error", "", "", err.Error())
	case errors.As(err, &call):
		charged := "charged"
		if call.Refunded {
			charged = "refunded"
		}
		refuse(w, http.StatusBadGateway, "teacher_unavailable", "", charged, "the teacher gave no answer")
	default:
		refuse(w, http.StatusInternalServerError, "platform_error", "", "", "the platform failed; this is not the code's fault")
	}
}

func refuse(w http.ResponseWriter, status int, kind, param, code, message string) {
	fields := map[string]any{"message": message, "type": kind, "param": nil, "code": nil}
	if param != "" {
		fields["param"] = param
	}
	if code != "" {
		fields["code"] = code
	}
	writeJSON(w, status, map[string]any{"error": fields})
}

// completion is the answer to a call.
type completion struct {
	Choices [1]choice `json:"choices"`
	Created int       `json:"created"`
	ID      string    `json:"id"`
	Model   string    `json:"model"`
	Object  string    `json:"object"`
	Usage   tokens    `json:"usage"`
}

type choice struct {
	FinishReason string  `json:"finish_reason"`
	Index        int     `json:"index"`
	Message      message `json:"message"`
}

type message struct {
	Content string `json:"content"`
	Role    string `json:"role"`
}

type tokens struct {
	Completion int64 `json:"completion_tokens"`
	Prompt     int64 `json:"prompt_tokens"`
	Total      int64 `json:"total_tokens"`
}

func reply(w http.ResponseWriter, model string, k key, a record.Answer) {
	writeJSON(w, http.StatusOK, completion{
		ID: "chatcmpl-" + k.request[:16] + "-" + strconv.Itoa(k.occurrence), Object: "chat.completion", Model: model,
		Choices: [1]choice{{FinishReason: a.FinishReason, Message: message{Role: "assistant", Content: a.Content}}},
		Usage:   tokens{Prompt: a.InputTokens, Completion: a.OutputTokens, Total: a.InputTokens + a.OutputTokens},
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil { // a check or a budget that cannot be encoded
		status, data = http.StatusInternalServerError, []byte(`{"error":{"message":"internal error","type":"platform_error"}}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(append(data, '\n'))
}
