//go:build gpustack

package cli

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// script runs a script of bench/doc/gpu with this program and the Python of make
// gpu-stack-test, and returns what it prints.
func script(t *testing.T, name string, args func(program, python string) []string) string {
	t.Helper()
	python := os.Getenv("PARITY_PYTHON")
	if python == "" {
		t.Fatal("PARITY_PYTHON is not set: run make gpu-stack-test")
	}
	program, err := exec.LookPath("autodatabench") // this binary, see TestMain
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join("../../doc/gpu", name), args(program, python)...)
	cmd.Env = append(cmd.Environ(), "TMPDIR="+t.TempDir())
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	t.Logf("%s", out)
	return string(out)
}

// TestStackExperiment: an experiment of one trial whose student is trained and
// asked by back end hf ends with the accuracy that the student in the program
// gets, and both have learnt.
func TestStackExperiment(t *testing.T) {
	work := t.TempDir()
	script(t, "mini.sh", func(program, python string) []string { return []string{program, python, "cpu", work} })
	private := func(parts ...string) results.Score {
		var scored struct {
			Private results.Score `json:"private"`
		}
		if err := disk.ReadJSON(filepath.Join(append([]string{work, "runs"}, parts...)...), &scored); err != nil {
			t.Fatal(err)
		}
		return scored.Private
	}
	const last = "trials/science/one-shot-scratch/pipeline/run-1/final/1/score.json"
	hf, program, base := private("mini-hf", last), private("mini-cpu", last), private("mini-cpu", "base/science/private/score.json")
	if far := errorsAbove(hf, program); hf.Total != 300 || math.Abs(far) > 2 {
		t.Errorf("hf has %d of %d correct, the program %d: %.1f standard errors apart", hf.Correct, hf.Total, program.Correct, far)
	}
	for name, score := range map[string]results.Score{"hf": hf, "the program": program} {
		if far := errorsAbove(score, base); far < 2 {
			t.Errorf("trained by %s %d are correct, before %d: nothing was learnt that could be compared", name, score.Correct, base.Correct)
		}
	}
}

// errorsAbove is by how many standard errors of the difference a's accuracy is above b's.
func errorsAbove(a, b results.Score) float64 {
	p, q := float64(a.Correct)/float64(a.Total), float64(b.Correct)/float64(b.Total)
	if p == q {
		return 0
	}
	return (p - q) / math.Sqrt(p*(1-p)/float64(a.Total)+q*(1-q)/float64(b.Total))
}

// TestStackMeasure: the script that measures a GPU works, with a small shape on
// the CPU, and has a figure in every line of its table.
func TestStackMeasure(t *testing.T) {
	out := script(t, "measure.sh", func(program, python string) []string {
		return []string{"--program", program, "--python", python, "--shape", "tiny", "--device", "cpu", "--updates", "2", "--trials", "2"}
	})
	for what, want := range map[string]struct {
		line  string
		times int
	}{
		"trainings":  {`(?m)^\| [1-9]\d+ tokens \| (yes|no) \| [1-9]\d* \| [\d.]+ \| - \| [\d.]+.* \| [\d.]+ \|$`, 4},
		"generation": {`(?m)^generation, \d+ side by side with an adapter: [1-9]\d* tokens/s, peak memory [\d.]+ GiB$`, 3},
		"together":   {`(?m)^\| [12] \| (yes|no) \| [1-9]\d* \| [\d.]+ \| [\d.]+ \| - \| [\d.]+.* \| [\d.]+ \| \d+\.\d+, \d+\.\d+ \|$`, 4},
		"left out":   {`(?m)^\| (LLaMA-Factory|Unsloth|NeMo AutoModel).* \| LEFT OUT: --\w+ names none \| - \| - \|$|^asking 839 items of vLLM: LEFT OUT`, 4},
		"parameters": {`tiny: [\d.]+ million parameters; a cold start takes [\d.]+ s`, 1},
	} {
		if got := len(regexp.MustCompile(want.line).FindAllString(out, -1)); got != want.times {
			t.Errorf("%d lines of %s, want %d", got, what, want.times)
		}
	}
}
