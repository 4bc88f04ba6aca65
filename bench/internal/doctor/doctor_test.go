package doctor

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results/remote"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/launch"
)

func TestNvidiaSMILines(t *testing.T) {
	got, err := parseGPUs([]byte("0, NVIDIA H100 80GB HBM3, 81559\n1, NVIDIA A100, [N/A]\n"))
	want := []gpu{{0, "NVIDIA H100 80GB HBM3", 81559 << 20}, {1, "NVIDIA A100", 0}}
	if err != nil || cmp.Diff(want, got, cmp.AllowUnexported(gpu{})) != "" {
		t.Errorf("%+v, %v", got, err)
	}
	if least := smallest(got, []string{"0", "1"}); least != 81559<<20 {
		t.Errorf("least memory %d", least)
	}
	if least := smallest(got, []string{"1"}); least != 0 {
		t.Errorf("unknown memory is %d", least)
	}
	for _, text := range []string{"NVIDIA-SMI has failed because it couldn't communicate", "x, y, 3", "0, a\n", "-1, a, 3\n"} {
		if got, err := parseGPUs([]byte(text)); err == nil {
			t.Errorf("%q gives %+v", text, got)
		}
	}
}

func FuzzDoctorReads(f *testing.F) {
	f.Add([]byte("0, NVIDIA X, 24576\n\"1\", \"a,b\", [N/A]\n"))
	f.Add([]byte("day up 4\nnight down 2\n\xff up 99999999999999999999"))
	f.Add([]byte(`{"data":[{"id":"m\u001b[31m"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		gpus, err := parseGPUs(text)
		for _, g := range gpus {
			if err != nil || g.index < 0 || g.memory < 0 || strings.ContainsAny(g.name, "\x1b\n") {
				t.Errorf("%q gives %+v, %v", text, gpus, err)
			}
		}
		_ = describe(gpus, []string{"0"}, launch.Division{})
		up, nodes := parsePartitions(text)
		if (len(up) == 0) != (nodes == 0) && nodes != 0 {
			t.Errorf("%q gives %q with %d nodes", text, up, nodes)
		}
		names, _ := parseModels(text)
		for _, shown := range []string{listed(up), listed(names)} {
			if strings.ContainsAny(shown, "\x1b\n\r\x00") || len([]rune(shown)) > 600 {
				t.Errorf("%q shows %q", text, shown)
			}
		}
	})
}

func TestCheckServer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/page/models":
			fmt.Fprint(w, "<html>")
		case r.Header.Get("Authorization") != "Bearer secret-key":
			w.WriteHeader(401)
			fmt.Fprint(w, `{"error":{"message":"wrong key secret-key"}}`)
		default:
			fmt.Fprint(w, `{"data":[{"id":"one"},{"id":"two\u001b[0m"}]}`)
		}
	}))
	defer server.Close()
	for _, tt := range []struct {
		url, key, model string
		ok              bool
		what            string
	}{
		{"/v1", "secret-key", "one", true, `has the model "one"`},
		{"/v1", "secret-key", "", true, "answers"},
		{"/v1", "secret-key", "three", false, `has no model "three", but one, two`},
		{"/v1", "", "one", false, "answers 401: wrong key"},
		{"/page", "secret-key", "one", false, "no list of models"},
	} {
		got := checkServer(t.Context(), "teacher", server.URL+tt.url, remote.Key(tt.key), tt.model)
		if got.OK != tt.ok || !strings.Contains(got.What, tt.what) || got.OK != (got.Do == "") || strings.Contains(got.What, "\x1b") {
			t.Errorf("%s: %+v, want %v with %q", tt.url, got, tt.ok, tt.what)
		}
	}
	server.Close()
	if got := checkServer(t.Context(), "teacher", server.URL, "", "m"); got.OK || !strings.Contains(got.What, server.URL+" does not answer") {
		t.Errorf("no server: %+v", got)
	}
}

func TestVersionsAgainstPins(t *testing.T) {
	for _, tt := range []struct {
		found map[string]string
		ok    bool
		do    string
	}{
		{map[string]string{"torch": "2.15.0+cpu", "transformers": "5.24.0", "peft": "0.21.2"}, true, ""},
		{map[string]string{"torch": "2.15.0", "transformers": "5.1.0", "peft": "0.21.2"}, true, "tested versions are pip install transformers==5.24.0"},
		{map[string]string{"torch": "2.15.0", "transformers": "5.24.0"}, false, "tested versions are pip install peft==0.21.2"},
	} {
		if got := versions("trainer", "hf", tt.found, nil); got.OK != tt.ok || got.Do != tt.do {
			t.Errorf("%v: %+v", tt.found, got)
		}
	}
}

// The pins are those of the environments that the back ends are tested in.
func TestPinsAreTheTestedOnes(t *testing.T) {
	for kind, file := range map[string]string{"hf": "requirements.txt", "llamafactory": "llamafactory.txt"} {
		data, err := os.ReadFile(filepath.Join("../../parity", file))
		if err != nil {
			t.Fatal(err)
		}
		for name, version := range pins[kind] {
			if !slices.ContainsFunc(strings.Split(string(data), "\n"), func(line string) bool {
				return strings.HasPrefix(line, name+"=="+version+" ")
			}) {
				t.Errorf("%s: %s does not pin %s==%s", kind, file, name, version)
			}
		}
	}
}

// llama3 writes what doctor reads of a Llama 3.1 8B in bf16 and returns the folder.
func llama3(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	config := `{"hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32, "vocab_size": 128256}`
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	weights := filepath.Join(dir, "model.safetensors")
	if err := os.WriteFile(weights, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(weights, 16_060_522_496); err != nil { // no byte of it is on the disk
		t.Fatal(err)
	}
	return dir
}

func TestMemoryEstimate(t *testing.T) {
	w := setup.World{Getenv: func(string) string { return "" }}
	model := llama3(t)
	lf := experiment.Student{Train: "llamafactory", Infer: "hf", Model: model, GPUs: 1}
	hf := experiment.Student{Train: "hf", Infer: "hf", Model: model, GPUs: 1}
	beside, away, low, two := hf, hf, hf, hf
	beside.Infer, away.Infer, low.Infer, two.Infer = "vllm", "vllm", "vllm", "vllm"
	away.Serve = &experiment.Serve{BaseURL: "http://h/v1"}
	low.Serve = &experiment.Serve{Options: []string{"--gpu-memory-utilization=0.2"}}
	two.GPUs, two.Serve = 2, &experiment.Serve{Options: []string{"--gpu-memory-utilization", "0.2"}}
	for _, tt := range []struct {
		name    string
		student experiment.Student
		memory  int64 // GiB
		ok      bool
	}{
		{"hf", hf, 24, false}, {"hf", hf, 40, true}, {"hf", hf, 80, true}, {"vLLM elsewhere", away, 80, true},
		{"LLaMA-Factory", lf, 16, false}, {"LLaMA-Factory", lf, 24, true},
		{"hf beside vLLM", beside, 46, false}, {"hf beside vLLM", beside, 80, true},
		{"a share too low for vLLM", low, 80, false}, {"two GPUs for vLLM", two, 80, true},
	} {
		got := studentFits(Finding{OK: true}, w, tt.student, tt.memory<<30)
		if got.OK != tt.ok || got.OK != (got.Do == "") {
			t.Errorf("%s on %d GiB: %+v, want %v", tt.name, tt.memory, got, tt.ok)
		}
	}
	for gpus, ok := range map[int]bool{1: false, 2: true} { // 15 GiB of weights, a cache beside them, 18 that vLLM takes
		teacher := experiment.Teacher{Kind: "vllm", Model: model, GPUs: gpus}
		if got := teacherFits(Finding{OK: true}, w, teacher, 20<<30); got.OK != ok {
			t.Errorf("teacher on %d GPUs: %+v", gpus, got)
		}
	}
	for _, unknown := range []Finding{studentFits(Finding{OK: true}, w, hf, 0), teacherFits(Finding{OK: true}, w, experiment.Teacher{Model: "/none"}, 1<<40)} {
		if !unknown.OK || !strings.HasSuffix(unknown.Do, "is not known") {
			t.Errorf("%+v", unknown)
		}
	}
}

func TestTeacherThatIsNotHereYet(t *testing.T) {
	w := setup.World{Getenv: func(string) string { return "" }}
	f := experiment.File{Teacher: experiment.Teacher{Kind: "vllm", Model: "org/big", Command: []string{"echo"}}}
	if got := checkTeacher(t.Context(), w, f); !got.OK || !strings.Contains(got.What, "org/big is not in the cache, vLLM will fetch it") || got.Do == "" {
		t.Errorf("%+v", got)
	}
	f.Teacher.Model = llama3(t)
	if got := checkTeacher(t.Context(), w, f); !got.OK || got.Do != "" {
		t.Errorf("%+v", got)
	}
}
