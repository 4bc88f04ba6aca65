package vllm

import (
	"errors"
	"net/http"
	"testing"

	"github.com/autodatabench/autodatabench/results"
)

// TestProbe: what a server says to an adapter that is not there tells whether it takes
// any. The answers are vLLM's with and without --enable-lora, and those of servers that
// have no such call.
func TestProbe(t *testing.T) {
	in, server := newStandin(t)
	if err := generator(t, At(server.URL+"/v1"), nil).Probe(t.Context()); err != nil {
		t.Errorf("a server that takes adapters: %v", err)
	}
	in.before = func(w http.ResponseWriter, _ string, _ int) bool { // as vLLM 0.32 says it
		fault(w, http.StatusNotFound, "NotFoundError", "Loading lora adb-probe-s1-1 failed: No adapter found for <path>")
		return true
	}
	if err := generator(t, At(server.URL+"/v1"), nil).Probe(t.Context()); err != nil {
		t.Errorf("vLLM 0.32: %v", err)
	}
	if len(in.loaded) != 0 {
		t.Errorf("the probe is still there: %v", in.loaded)
	}
	for name, answer := range map[string]func(w http.ResponseWriter){
		"without the call": func(w http.ResponseWriter) { http.Error(w, `{"detail":"Not Found"}`, http.StatusNotFound) },
		"llama.cpp":        func(w http.ResponseWriter) { fault(w, http.StatusNotFound, "not_found_error", "File Not Found") },
		"vLLM, not allowed": func(w http.ResponseWriter) {
			http.Error(w, `{"detail":"Method Not Allowed"}`, http.StatusMethodNotAllowed)
		},
		"vLLM without the flag": func(w http.ResponseWriter) {
			fault(w, http.StatusInternalServerError, "InternalServerError", "Call to add_lora method failed: LoRA is not enabled")
		},
	} {
		in.before = func(w http.ResponseWriter, _ string, _ int) bool { answer(w); return true }
		var known *results.Error
		if err := generator(t, At(server.URL+"/v1"), nil).Probe(t.Context()); !errors.As(err, &known) || known.Kind != results.BadInput || known.Hint != takesNone {
			t.Errorf("%s: %v", name, err)
		}
	}
	server.Close()
	var known *results.Error
	if err := generator(t, At(server.URL+"/v1"), nil).Probe(t.Context()); !errors.As(err, &known) || known.Kind != results.Infrastructure {
		t.Errorf("no server: %v, want a fault of the platform", err)
	}
}
