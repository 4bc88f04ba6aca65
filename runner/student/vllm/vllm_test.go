package vllm

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/remote"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
	"github.com/autodatabench/autodatabench/runner/student/studenttest"
)

var quick = remote.Retry{Tries: 3, Base: time.Millisecond, Cap: time.Millisecond, MaxWait: time.Second}

func generator(t *testing.T, server Server, change func(*Config)) *Generator {
	t.Helper()
	c := Config{Server: server, Model: base, Format: Llama3, Adapters: LoRA, Session: "s1", Concurrency: 4, Retry: quick}
	if change != nil {
		change(&c)
	}
	g, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// shared is the folder of the one adapter that all tests use.
var shared string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if shared, err = os.MkdirTemp("", "adb-vllm-test-"); err != nil {
			panic(err)
		}
		defer os.RemoveAll(shared)
		return m.Run()
	}())
}

var trainOnce = sync.OnceValue(func() error {
	s, err := embedded.New()
	if err != nil {
		return err
	}
	recipe := results.Mini().Recipe
	recipe.Epochs = 10
	_, err = s.Train(context.Background(), recipe, studenttest.Rows(16), 7, filepath.Join(shared, "adapter"), nil)
	return err
})

// trained is an adapter that was trained on [studenttest.Rows].
func trained(t *testing.T) string {
	t.Helper()
	if err := trainOnce(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(shared, "adapter")
}

var greedy = results.Sampling{TopP: 1, MaxTokens: 24, Seed: 5}

func TestConformance(t *testing.T) {
	dir := trained(t)
	for _, format := range []Format{Llama3, ModelTemplate} {
		t.Run(string(format), func(t *testing.T) {
			in, server := newStandin(t)
			studenttest.RunGenerator(t, generator(t, At(server.URL+"/v1"), func(c *Config) { c.Format = format }), dir)
			if len(in.loaded) != 0 {
				t.Errorf("still loaded: %v", in.loaded)
			}
		})
	}
}

// Every parameter of the sampling stands in every request, the base's and the
// adapter's, and no other parameter does.
func TestSamplingIsAlwaysSent(t *testing.T) {
	in, server := newStandin(t)
	dir := trained(t)
	for format, want := range map[Format][]string{
		Llama3:        {"add_special_tokens", "max_tokens", "model", "prompt", "seed", "temperature", "top_p"},
		ModelTemplate: {"max_tokens", "messages", "model", "seed", "temperature", "top_p"},
	} {
		in.asked = nil
		g := generator(t, At(server.URL+"/v1"), func(c *Config) { c.Format = format })
		for _, adapter := range []string{"", dir} {
			if _, err := g.Generate(t.Context(), adapter, []string{"a", "b"}, greedy, nil); err != nil {
				t.Fatal(err)
			}
		}
		for _, body := range in.asked {
			var keys []string
			for key := range body {
				keys = append(keys, key)
			}
			slices.Sort(keys)
			if d := cmp.Diff(want, keys); d != "" {
				t.Error(d)
			}
			if body["temperature"] != 0.0 || body["top_p"] != 1.0 || body["max_tokens"] != 24.0 || body["seed"] != 5.0 {
				t.Errorf("%s: sent %v", format, body)
			}
		}
		if len(in.asked) != 4 {
			t.Errorf("%d questions, want 4", len(in.asked))
		}
	}
}

// The same adapter again is another name; the hash in it is that of its files.
func TestNoNameTwice(t *testing.T) {
	in, server := newStandin(t)
	dir := trained(t)
	g := generator(t, At(server.URL+"/v1"), nil)
	for range 3 {
		if _, err := g.Generate(t.Context(), dir, []string{"Say the word for 3."}, greedy, nil); err != nil {
			t.Fatal(err)
		}
	}
	hash, err := contentHash(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"adb-" + hash + "-s1-1", "adb-" + hash + "-s1-2", "adb-" + hash + "-s1-3"}
	if d := cmp.Diff(want, in.names); d != "" {
		t.Error(d)
	}
	if in.most != 1 || len(in.loaded) != 0 || in.counts["/v1/unload_lora_adapter"] != 3 {
		t.Errorf("at most %d loaded, left %v, %d unloaded", in.most, in.loaded, in.counts["/v1/unload_lora_adapter"])
	}
	in.loaded["adb-"+hash+"-s1-4"] = dir // somebody else's
	if _, err := g.Generate(t.Context(), dir, []string{"x"}, greedy, nil); err != nil || in.names[3] != "adb-"+hash+"-s1-5" {
		t.Errorf("with a name that is taken: %v, names %q", err, in.names)
	}
}

func TestUnloadsAfterFailureAndCancellation(t *testing.T) {
	in, server := newStandin(t)
	dir := trained(t)
	g := generator(t, At(server.URL+"/v1"), nil)
	if _, err := g.Generate(t.Context(), dir, []string{"x"}, results.Sampling{TopP: 1, MaxTokens: 100_000}, nil); err == nil {
		t.Error("an impossible request was answered")
	}
	stop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	in.before = func(_ http.ResponseWriter, path string, _ int) bool {
		if path == "/v1/completions" {
			cancel(stop)
		}
		return false
	}
	if _, err := g.Generate(ctx, dir, []string{"x", "y"}, greedy, nil); !errors.Is(err, stop) {
		t.Errorf("cancelled: %v, want the cause", err)
	}
	if len(in.names) != 2 || len(in.loaded) != 0 {
		t.Errorf("loaded %q, left %v", in.names, in.loaded)
	}
}

// busy answers a status to the first requests of a path.
func busy(at string, status, times int) func(http.ResponseWriter, string, int) bool {
	return func(w http.ResponseWriter, path string, n int) bool {
		if path != at || n > times {
			return false
		}
		fault(w, status, "ServiceUnavailable", "busy")
		return true
	}
}

func TestFaults(t *testing.T) {
	dir := trained(t)
	hangUp := func(at string) func(http.ResponseWriter, string, int) bool {
		return func(_ http.ResponseWriter, path string, _ int) bool {
			if path == at {
				panic(http.ErrAbortHandler)
			}
			return false
		}
	}
	for _, tt := range []struct {
		name    string
		before  func(http.ResponseWriter, string, int) bool
		change  func(*Config)
		adapter string
		kind    results.Kind // of the error; empty for none
		says    string       // in the error or its hint
	}{
		{"busy for a while", busy("/v1/completions", 429, 2), nil, "", "", ""},
		{"unavailable for a while", busy("/v1/completions", 503, 2), nil, dir, "", ""},
		{"adapters unavailable for a while", busy("/v1/load_lora_adapter", 503, 2), nil, dir, "", ""},
		{"busy for ever", busy("/v1/completions", 429, 1000), nil, "", results.Infrastructure, "the server answered 429: busy"},
		{"down", hangUp("/v1/completions"), nil, "", results.Infrastructure, "student at http://127.0.0.1:"},
		{"down when adapters are loaded", hangUp("/v1/load_lora_adapter"), nil, dir, results.Infrastructure, "student at http://127.0.0.1:"},
		{"wrong name", nil, func(c *Config) { c.Model = "nobody" }, "", results.BadInput, "The model `nobody` does not exist."},
		{"wrong key", busy("/v1/completions", 401, 1000), nil, "", results.BadInput, "api_key_env"},
		{"adapter of a rank that is too great", func(w http.ResponseWriter, path string, _ int) bool {
			if path != "/v1/load_lora_adapter" {
				return false
			}
			fault(w, 400, "BadRequestError", "LoRA rank 64 is greater than max_lora_rank 16.")
			return true
		}, nil, dir, results.BadInput, "LoRA rank 64 is greater"},
		{"no adapters at run time", func(w http.ResponseWriter, path string, _ int) bool {
			if path == "/v1/load_lora_adapter" {
				http.Error(w, `{"detail":"Not Found"}`, 404)
			}
			return path == "/v1/load_lora_adapter"
		}, nil, dir, results.BadInput, "VLLM_ALLOW_RUNTIME_LORA_UPDATING=True"},
		{"llama.cpp's server", func(w http.ResponseWriter, path string, _ int) bool {
			if path == "/v1/load_lora_adapter" {
				fault(w, 404, "not_found_error", "File Not Found")
			}
			return path == "/v1/load_lora_adapter"
		}, nil, dir, results.BadInput, "takes no adapters at run time"},
		{"folder out of sight", func(w http.ResponseWriter, path string, _ int) bool {
			if path == "/v1/load_lora_adapter" {
				fault(w, 404, "NotFoundError", "Loading lora x failed: No adapter found for "+dir)
			}
			return path == "/v1/load_lora_adapter"
		}, nil, dir, results.Infrastructure, "No adapter found for"},
		{"no JSON", func(w http.ResponseWriter, path string, _ int) bool {
			_, _ = w.Write([]byte("<html>"))
			return true
		}, nil, "", results.Infrastructure, "decode answer"},
		{"no choice", func(w http.ResponseWriter, path string, _ int) bool {
			_, _ = w.Write([]byte("{}"))
			return true
		}, nil, "", results.Infrastructure, "answer without a text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in, server := newStandin(t)
			in.before = tt.before
			g := generator(t, At(server.URL+"/v1"), tt.change)
			answers, err := g.Generate(t.Context(), tt.adapter, []string{"a", "b", "c"}, greedy, nil)
			if tt.kind == "" {
				if err != nil || len(answers) != 3 {
					t.Errorf("%d answers, %v", len(answers), err)
				}
				return
			}
			var known *results.Error
			if !errors.As(err, &known) || known.Kind != tt.kind || !strings.Contains(err.Error()+known.Hint, tt.says) {
				t.Errorf("%v, want %s with %q", err, tt.kind, tt.says)
			}
		})
	}
}

// moving is a server that was started again: its address is another one from the
// second time on.
type moving []string

func (m *moving) URL(context.Context) (string, error) {
	at := (*m)[0]
	if len(*m) > 1 {
		*m = (*m)[1:]
	}
	return at, nil
}

func TestCrashInTheMiddle(t *testing.T) {
	first, dying := newStandin(t)
	second, alive := newStandin(t)
	dir := trained(t)
	first.before = func(_ http.ResponseWriter, path string, n int) bool {
		if path != "/v1/load_lora_adapter" && n > 3 {
			panic(http.ErrAbortHandler) // from the fourth question on
		}
		return false
	}
	prompts := slices.Repeat([]string{"Say the word for 3.", "What is 2 + 2?"}, 5)
	want, err := generator(t, At(alive.URL+"/v1"), nil).Generate(t.Context(), dir, prompts, greedy, nil)
	if err != nil {
		t.Fatal(err)
	}
	second.asked = nil
	var steps []int
	one := func(c *Config) { c.Concurrency = 1 } // so that it is known how far the first gets
	got, err := generator(t, &moving{dying.URL + "/v1", alive.URL + "/v1"}, one).Generate(t.Context(), dir, prompts, greedy, func(done, _ int) { steps = append(steps, done) })
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if len(first.asked) != 3 || len(second.asked) != 7 || len(second.names) != 2 {
		t.Errorf("the first answered %d, the second was asked %d with adapters %q", len(first.asked), len(second.asked), second.names)
	}
	if !slices.IsSorted(steps) || len(steps) != 10 {
		t.Errorf("progress %v", steps)
	}
}

// A server that was started again at the same address has lost the adapter.
func TestLostAdapterIsLoadedAgain(t *testing.T) {
	in, server := newStandin(t)
	dir := trained(t)
	in.before = func(_ http.ResponseWriter, path string, n int) bool {
		if path == "/v1/completions" && n == 3 {
			in.mu.Lock()
			clear(in.loaded)
			in.mu.Unlock()
		}
		return false
	}
	g := generator(t, At(server.URL+"/v1"), func(c *Config) { c.Concurrency = 1 })
	answers, err := g.Generate(t.Context(), dir, []string{"Say the word for 3.", "Say the word for 3.", "Say the word for 3."}, greedy, nil)
	if err != nil || len(in.names) != 2 || !slices.Equal(answers, []string{"seven", "seven", "seven"}) {
		t.Errorf("%q, %v, names %q", answers, err, in.names)
	}
}

func TestNeverMoreAtATime(t *testing.T) {
	in, server := newStandin(t)
	var mu sync.Mutex
	now, most := 0, 0
	in.before = func(w http.ResponseWriter, _ string, _ int) bool {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		time.Sleep(5 * time.Millisecond)
		mu.Lock()
		now--
		mu.Unlock()
		return false
	}
	g := generator(t, At(server.URL+"/v1"), func(c *Config) { c.Concurrency = 3 })
	if _, err := g.Generate(t.Context(), "", make([]string, 20), results.Sampling{TopP: 1, MaxTokens: 1}, nil); err != nil {
		t.Fatal(err)
	}
	if most != 3 {
		t.Errorf("%d at a time, want 3", most)
	}
}

// slow is a server that takes its time to be up.
type slow string

func (s slow) URL(context.Context) (string, error) {
	time.Sleep(500 * time.Millisecond)
	return string(s), nil
}

func TestStartOfTheServerIsNoRunTime(t *testing.T) {
	g := generator(t, slow("http://127.0.0.1:9/v1"), nil)
	ctx, meter := student.Metered(t.Context(), time.Minute, errors.New("time is up"), time.Now)
	if _, err := g.Generate(ctx, "", nil, greedy, nil); err != nil {
		t.Fatal(err)
	}
	if ran := meter.Stop(); ran >= 500*time.Millisecond {
		t.Errorf("the start counts as %s of run time", ran)
	}
}

func TestSlowServer(t *testing.T) {
	in, server := newStandin(t)
	in.before = func(http.ResponseWriter, string, int) bool {
		time.Sleep(200 * time.Millisecond)
		return false
	}
	g := generator(t, At(server.URL+"/v1"), func(c *Config) { c.Timeout = 20 * time.Millisecond })
	_, err := g.Generate(t.Context(), "", []string{"x"}, greedy, nil)
	var known *results.Error
	if !errors.As(err, &known) || known.Kind != results.Infrastructure || !errors.Is(err, context.DeadlineExceeded) && !strings.Contains(err.Error(), "deadline") {
		t.Errorf("got %v, want infrastructure and the time limit", err)
	}
}
