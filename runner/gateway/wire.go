package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

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

func reply(w http.ResponseWriter, model string, k key, a record.Answer) {
	writeJSON(w, http.StatusOK, map[string]any{
		"id": fmt.Sprintf("chatcmpl-%s-%d", k.request[:16], k.occurrence), "object": "chat.completion", "created": 0, "model": model,
		"choices": []any{map[string]any{
			"index": 0, "finish_reason": a.FinishReason,
			"message": map[string]any{"role": "assistant", "content": a.Content},
		}},
		"usage": map[string]any{
			"prompt_tokens": a.InputTokens, "completion_tokens": a.OutputTokens, "total_tokens": a.InputTokens + a.OutputTokens,
		},
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
