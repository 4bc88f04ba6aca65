package vllm

import (
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
	"github.com/autodatabench/autodatabench/runner/student/studenttest"
)

// TestSeveralAdaptersAtOnce: one server has the adapters of several trials at once, and
// each is answered by its own. No question is answered before all are loaded.
func TestSeveralAdaptersAtOnce(t *testing.T) {
	in, server := newStandin(t)
	s, err := embedded.New()
	if err != nil {
		t.Fatal(err)
	}
	recipe := results.Mini().Recipe
	recipe.Epochs = 10
	adapters := []string{trained(t)}
	for _, n := range []int{8, 12} {
		dir := filepath.Join(t.TempDir(), "adapter")
		if _, err := s.Train(t.Context(), recipe, studenttest.Rows(n), int64(n), dir, nil); err != nil {
			t.Fatal(err)
		}
		adapters = append(adapters, dir)
	}
	in.before = func(_ http.ResponseWriter, path string, _ int) bool {
		for end := time.Now().Add(20 * time.Second); strings.HasSuffix(path, "/completions") && time.Now().Before(end); time.Sleep(time.Millisecond) {
			in.mu.Lock()
			most := in.most
			in.mu.Unlock()
			if most == len(adapters) {
				break
			}
		}
		return false
	}
	g := generator(t, At(server.URL+"/v1"), nil)
	prompts := []string{"What is 2 + 3?", "What is 40 - 2?", "Say the word.", "What is 6 * 7?"}
	answers := make([][]string, len(adapters))
	var wg sync.WaitGroup
	for i, dir := range adapters {
		wg.Go(func() {
			var err error
			if answers[i], err = g.Generate(t.Context(), dir, prompts, greedy, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if in.most != len(adapters) || len(in.loaded) != 0 {
		t.Errorf("%d adapters were loaded at a time, %d still are", in.most, len(in.loaded))
	}
	for i, dir := range adapters {
		want, err := s.Generate(t.Context(), dir, prompts, greedy, nil)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, answers[i]); d != "" {
			t.Errorf("adapter %d (-alone +among others):\n%s", i+1, d)
		}
	}
	if cmp.Equal(answers[0], answers[1]) && cmp.Equal(answers[1], answers[2]) {
		t.Errorf("all adapters answer %q: nothing tells them apart", answers[0])
	}
}

// TestLaunchForSeveralAdapters: vLLM is started with room for all that are asked at once.
func TestLaunchForSeveralAdapters(t *testing.T) {
	for loaded, want := range map[int]string{0: "--max-loras 1 --max-cpu-loras 4", 3: "--max-loras 3 --max-cpu-loras 4", 8: "--max-loras 8 --max-cpu-loras 8"} {
		command := strings.Join(Launch{What: "student", Model: "m", Rank: 8, Loaded: loaded}.Spec().Command, " ")
		if !strings.Contains(command, want) {
			t.Errorf("%d adapters: %s", loaded, command)
		}
	}
}
