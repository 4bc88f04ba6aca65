//go:build real

package student_test

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/server"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
	"github.com/autodatabench/autodatabench/runner/student/hf"
	"github.com/autodatabench/autodatabench/runner/student/vllm"
)

// The tests of make real-test: SmolLM2-135M in float32 on a CPU, trained by hf and asked
// by vLLM's own build for processors. bench/real/test.sh sets the variables.

func realVariable(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set: run make real-test", name)
	}
	return value
}

func openReal(t *testing.T) checkpoint.Model {
	t.Helper()
	m, err := checkpoint.Open(realVariable(t, "REAL_MODEL"), "", "")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// realServer is a vLLM of the model with adapters up to a rank, 0 for none, and its log.
func realServer(t *testing.T, m checkpoint.Model, rank int) (g *vllm.Generator, log string) {
	t.Helper()
	log = filepath.Join(t.TempDir(), "log")
	launch := vllm.Launch{
		What: "vllm serve of the test", Command: []string{realVariable(t, "REAL_VLLM"), "serve"}, Model: m.Folder, Rank: rank,
		Env: os.Environ(), Dtype: "float32", Cache: 2, Context: 2048, Answers: 16,
		Log: log, Scratch: t.TempDir(),
	}
	spec := launch.Spec()
	spec.Settle = time.Second // a server may be killed more often than once here
	process, err := server.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	started := vllm.Started{Server: process}
	t.Cleanup(func() { started.Close() })
	g, err = vllm.New(vllm.Config{
		Server: started, Model: m.Folder, Format: vllm.ModelTemplate, Adapters: vllm.LoRA, Session: "real", Concurrency: 4, Timeout: 5 * time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	return g, log
}

// realPairs are the demo's questions and rows that answer them.
func realPairs(t *testing.T) (questions []string, rows []results.Row) {
	t.Helper()
	f, err := os.Open("../../bench/real/pairs.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil || len(lines) != 41 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for _, line := range lines[1:] {
		questions = append(questions, line[0])
		rows = append(rows, results.Row{Instruction: line[0], Output: "It is " + line[1] + "."})
	}
	return questions[:28], rows[28:]
}

// TestRealStack trains a real model and asks it by both back ends, while processes of
// vLLM are killed.
func TestRealStack(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // in which no sockets may be left
	m := openReal(t)
	worker := hf.New(hf.Config{Python: realVariable(t, "PARITY_PYTHON"), Model: m, Device: "cpu", Precision: "float32"})
	t.Cleanup(func() { worker.Close() })
	questions, rows := realPairs(t)
	recipe := results.Small().Recipe
	recipe.Precision, recipe.LearningRate = "float32", 1e-3 // so that twelve rows change answers
	adapter := filepath.Join(t.TempDir(), "adapter")
	report, err := worker.Train(t.Context(), recipe, rows, 7, adapter, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("equal on repeat", func(t *testing.T) {
		again, err := worker.Train(t.Context(), recipe, rows, 7, filepath.Join(t.TempDir(), "again"), nil)
		if err != nil || again.Digest != report.Digest {
			t.Errorf("%s, then %s, %v", report.Digest, again.Digest, err)
		}
	})
	greedy := results.Sampling{TopP: 1, MaxTokens: 24}
	byHF := map[string][]string{}
	for _, dir := range []string{"", adapter} {
		if byHF[dir], err = worker.Generate(t.Context(), dir, questions, greedy, nil); err != nil {
			t.Fatal(err)
		}
	}
	if cmp.Equal(byHF[""], byHF[adapter]) {
		t.Fatal("the training changed no answer")
	}
	worker.Close() // its memory is vLLM's now

	g, log := realServer(t, m, recipe.Rank)
	if err := g.Probe(t.Context()); err != nil {
		t.Errorf("vLLM with adapters: %v", err)
	}
	ask := func(t *testing.T, dir string, progress func(done, total int)) {
		t.Helper()
		answers, err := g.Generate(t.Context(), dir, questions, greedy, progress)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(byHF[dir], answers); diff != "" {
			t.Errorf("answers (-hf +vLLM):\n%s", diff)
		}
	}
	t.Run("base", func(t *testing.T) { ask(t, "", nil) })
	t.Run("adapter", func(t *testing.T) { ask(t, adapter, nil) })
	t.Run("adapter under another name", func(t *testing.T) { ask(t, adapter, nil) })
	t.Run("base after adapters", func(t *testing.T) { ask(t, "", nil) })
	t.Run("adapters are taken away", func(t *testing.T) {
		if loaded, removed := adaptersIn(t, log); len(loaded) != 2 || !slices.Equal(loaded, removed) {
			t.Errorf("loaded %q, removed %q", loaded, removed)
		}
	})
	for _, killed := range []string{"EngineCore", "serve"} {
		t.Run(killed+" killed in the middle", func(t *testing.T) {
			time.Sleep(2 * time.Second) // or it counts as lost twice
			once := false
			ask(t, adapter, func(done, _ int) {
				if !once && done >= 4 {
					once = true
					killDescendant(t, killed)
				}
			})
			if !once {
				t.Error("nothing was killed")
			}
		})
	}
	t.Run("no name twice", func(t *testing.T) {
		loaded, _ := adaptersIn(t, log)
		if once := slices.Compact(slices.Sorted(slices.Values(loaded))); len(loaded) < 5 || len(once) != len(loaded) {
			t.Errorf("loaded %q", loaded) // two, and before and after each kill
		}
	})
	t.Run("nothing is left of what was killed", func(t *testing.T) { // but one server and its engine
		if engines := engines(t, log); engines != 1 {
			t.Errorf("%d engines run", engines)
		}
	})
	t.Run("no sockets are left", func(t *testing.T) { noSockets(t) })
}

// TestRealServerWithoutAdapters: vLLM that was started without adapters is found out.
func TestRealServerWithoutAdapters(t *testing.T) {
	g, _ := realServer(t, openReal(t), 0)
	var known *results.Error
	if err := g.Probe(t.Context()); !errors.As(err, &known) || known.Kind != results.BadInput || !strings.Contains(err.Error(), "takes no adapters") {
		t.Errorf("%v, want a refusal", err)
	}
}

// adaptersIn are the names that vLLM says it loaded and removed at run time.
func adaptersIn(t *testing.T, log string) (loaded, removed []string) {
	t.Helper()
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile(`(Loaded new|Removed) LoRA adapter: name '([^']*)'`).FindAllStringSubmatch(string(text), -1) {
		if found[1] == "Removed" {
			removed = append(removed, found[2])
		} else {
			loaded = append(loaded, found[2])
		}
	}
	return loaded, removed
}

// engines counts vLLM's engines that write into the log, whoever started them.
func engines(t *testing.T, log string) (count int) {
	t.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range lines {
		line, _ := os.ReadFile(path) // it may have ended
		into, _ := os.Readlink(filepath.Join(filepath.Dir(path), "fd", "1"))
		if strings.Contains(string(line), "EngineCore") && into == log {
			count++
		}
	}
	return count
}

// killDescendant kills the process below this one whose command line has the word, and
// returns that line.
func killDescendant(t *testing.T, word string) []string {
	t.Helper()
	parent, command := map[int]int{}, map[int]string{}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Error(err)
	}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		line, _ := os.ReadFile(filepath.Join("/proc", entry.Name(), "cmdline"))
		stat, _ := os.ReadFile(filepath.Join("/proc", entry.Name(), "stat"))
		if fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:])); len(fields) > 1 {
			parent[pid], _ = strconv.Atoi(fields[1])
			command[pid] = string(line)
		}
	}
	for pid, line := range command {
		above := pid
		for above > 1 && above != os.Getpid() {
			above = parent[above]
		}
		if above == os.Getpid() && pid != above && strings.Contains(line, word) {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Errorf("kill %s: %v", word, err)
			}
			t.Logf("killed %d: %.80q", pid, line)
			return strings.Split(strings.TrimRight(line, "\x00"), "\x00")
		}
	}
	t.Errorf("no process of %s", word)
	return nil
}

// noSockets looks into the folder of temporary files.
func noSockets(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(os.TempDir(), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type()&fs.ModeSocket != 0 {
			t.Errorf("a socket is left: %s", path)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
