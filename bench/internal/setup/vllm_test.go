package setup

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// Students at one server never load an adapter under a name that another took.
func TestStudentsAtOneServerShareNoName(t *testing.T) {
	loaded := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Name string `json:"lora_name"`
		}
		if r.URL.Path == "/v1/load_lora_adapter" && json.NewDecoder(r.Body).Decode(&body) == nil {
			loaded[body.Name]++
			return
		}
		http.Error(w, "no", http.StatusBadRequest) // this server answers nothing
	}))
	defer server.Close()
	adapter := t.TempDir()
	for _, name := range []string{"adapter_config.json", "adapter_model.safetensors"} {
		if err := os.WriteFile(filepath.Join(adapter, name), []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	at := time.Now()
	plan, err := planVLLM(World{Now: func() time.Time { return at }}, experiment.Student{
		Train: "hf", Infer: experiment.VLLM, Model: "m", Serve: &experiment.Serve{BaseURL: server.URL + "/v1"},
	}, base{})
	if err != nil {
		t.Fatal(err)
	}
	const students = 3
	for range students {
		g, closeIt, err := plan.open("")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.Generate(t.Context(), adapter, []string{"a"}, results.Sampling{TopP: 1, MaxTokens: 8}, nil); err == nil {
			t.Error("answered")
		}
		if err := closeIt(); err != nil {
			t.Error(err)
		}
	}
	if len(loaded) != students {
		t.Errorf("%d students loaded %v", students, loaded)
	}
}
