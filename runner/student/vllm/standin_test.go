package vllm

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
)

// standin is a server with vLLM's calls for adapters and its codes of errors, as
// vLLM documents them. The embedded student answers, so that what is asked of an
// adapter is answered by it.
type standin struct {
	student *embedded.Student

	mu     sync.Mutex
	loaded map[string]string // folders by name
	names  []string          // every name that was ever loaded
	most   int               // adapters loaded at a time
	asked  []map[string]any  // bodies of questions

	// before may answer a request in place of the server; it is called with the
	// number of the request to that path, from 1.
	before func(w http.ResponseWriter, path string, n int) bool
	counts map[string]int
}

const base = "base-model"

func newStandin(t *testing.T) (*standin, *httptest.Server) {
	t.Helper()
	s, err := embedded.New()
	if err != nil {
		t.Fatal(err)
	}
	in := &standin{student: s, loaded: map[string]string{}, counts: map[string]int{}}
	server := httptest.NewServer(in)
	t.Cleanup(server.Close)
	return in, server
}

func (in *standin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body map[string]any
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		fault(w, 400, "BadRequestError", err.Error())
		return
	}
	in.mu.Lock()
	in.counts[r.URL.Path]++
	n, before := in.counts[r.URL.Path], in.before
	in.mu.Unlock()
	if before != nil && before(w, r.URL.Path, n) {
		return
	}
	text := func(key string) string { s, _ := body[key].(string); return s }
	switch r.URL.Path {
	case "/v1/load_lora_adapter":
		in.load(w, text("lora_name"), text("lora_path"))
	case "/v1/unload_lora_adapter":
		in.unload(w, text("lora_name"))
	case "/v1/chat/completions":
		messages, _ := body["messages"].([]any)
		message, _ := messages[0].(map[string]any)
		question, _ := message["content"].(string)
		in.answer(w, r, body, question, func(text string) any { return map[string]any{"message": map[string]any{"content": text}} })
	case "/v1/completions":
		question := strings.TrimPrefix(text("prompt"), "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n")
		question, ok := strings.CutSuffix(question, "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n")
		if !ok || question == text("prompt") || body["add_special_tokens"] != false {
			fault(w, 400, "BadRequestError", "the prompt is not in the chat format")
			return
		}
		in.answer(w, r, body, question, func(text string) any { return map[string]any{"text": text} })
	default:
		http.Error(w, `{"detail":"Not Found"}`, http.StatusNotFound)
	}
}

func (in *standin) load(w http.ResponseWriter, name, path string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if name == "" || path == "" {
		fault(w, 400, "InvalidUserInput", "Both 'lora_name' and 'lora_path' must be provided.")
		return
	}
	if _, there := in.loaded[name]; there {
		fault(w, 400, "InvalidUserInput", fmt.Sprintf("The lora adapter '%s' has already been loaded.", name))
		return
	}
	if _, err := os.Stat(filepath.Join(path, "adapter_config.json")); err != nil || !filepath.IsAbs(path) {
		fault(w, 404, "NotFoundError", fmt.Sprintf("Loading lora %s failed: No adapter found for %s", name, path))
		return
	}
	in.loaded[name] = path
	in.names = append(in.names, name)
	in.most = max(in.most, len(in.loaded))
	fmt.Fprintf(w, "Success: LoRA adapter '%s' added successfully.", name)
}

func (in *standin) unload(w http.ResponseWriter, name string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if _, there := in.loaded[name]; !there {
		fault(w, 404, "NotFoundError", fmt.Sprintf("The lora adapter '%s' cannot be found.", name))
		return
	}
	delete(in.loaded, name)
	fmt.Fprintf(w, "Success: LoRA adapter '%s' removed successfully.", name)
}

func (in *standin) answer(w http.ResponseWriter, r *http.Request, body map[string]any, question string, choice func(string) any) {
	in.mu.Lock()
	in.asked = append(in.asked, body)
	model, _ := body["model"].(string)
	dir, known := in.loaded[model]
	in.mu.Unlock()
	if !known && model != base {
		fault(w, 404, "NotFoundError", fmt.Sprintf("The model `%s` does not exist.", model))
		return
	}
	number := func(key string) float64 { v, _ := body[key].(float64); return v }
	text, _, err := in.student.Answer(r.Context(), dir, []string{question}, results.Sampling{
		Temperature: number("temperature"), TopP: number("top_p"), MaxTokens: int(number("max_tokens")), Seed: int64(number("seed")),
	})
	if err != nil {
		fault(w, 400, "BadRequestError", err.Error())
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{choice(text)}})
}

func fault(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": message, "type": kind, "param": nil, "code": status}})
}
