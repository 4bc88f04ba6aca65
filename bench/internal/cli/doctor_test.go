package cli

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

	"autodatabench/results/remote"
	"autodatabench/runner/experiment"
	"autodatabench/runner/launch"
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

func TestMemoryEstimate(t *testing.T) {
	const weights = 16 << 30 // 8B in bf16
	hf := experiment.Student{Train: "hf", Infer: "hf", GPUs: 1}
	beside := experiment.Student{Train: "hf", Infer: "vllm", GPUs: 1}
	away := experiment.Student{Train: "hf", Infer: "vllm", GPUs: 1, Serve: &experiment.Serve{BaseURL: "http://h/v1"}}
	if a, b, c := needs(weights, hf), needs(weights, beside), needs(weights, away); a != 24<<30 || a != c || b <= a+weights || b > 80<<30 {
		t.Errorf("trainer %d, with vLLM beside it %d, elsewhere %d", a>>30, b>>30, c>>30)
	}
}
