package setup

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// Jobs get neither secrets nor what belongs to this process alone.
func TestForJobs(t *testing.T) {
	kept := []string{"PATH=/bin", "SLURM_CONF=/etc/slurm.conf", "HF_HOME=/models", "SBATCH_QOS=low", "EMPTY="}
	dropped := []string{
		"OPENAI_API_KEY=x", "HF_TOKEN=x", "my_password=x", "CLIENT_SECRET=x", "TEACHER=x",
		"CUDA_VISIBLE_DEVICES=3", "SLURM_JOB_ID=7", "SLURM_MEM_PER_CPU=1",
	}
	if got := forJobs(slices.Concat(kept, dropped), "TEACHER"); !slices.Equal(got, kept) {
		t.Errorf("kept %q, want %q", got, kept)
	}
}

// Jobs of a student on GPUs ask for them although the file does not say so.
func TestSlurmJobsAskForGPUs(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"sbatch", "squeue", "scancel"} {
		text := "#!/bin/sh\n[ \"$1\" != --test-only ] || cp \"$2\" " + dir + "/script\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	f := experiment.Default()
	f.Launcher.Kind = experiment.Slurm
	f.Student = experiment.Student{Train: "hf", Infer: "hf", Model: "a/model", GPUs: 2}
	if _, err := openSlurm(t.Context(), World{Environ: os.Environ(), Program: "/bin/true", Now: time.Now}, f, studentPlan{}, record.Experiment(t.TempDir())); err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile(filepath.Join(dir, "script"))
	if err != nil || !strings.Contains(string(script), "\n#SBATCH --gres=gpu:2\n") {
		t.Errorf("%s, %v", script, err)
	}
}

// Paths hold in every folder; names stay names.
func TestPortable(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("models/small", 0o755); err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	given := experiment.Student{
		Train: "hf", Infer: "vllm", Model: "models/small", Python: "env/bin/python", LlamaFactory: "llamafactory-cli",
		Serve: &experiment.Serve{Command: []string{"./vllm", "serve"}},
	}
	s, err := portable(given)
	if err != nil {
		t.Fatal(err)
	}
	if s.Model != filepath.Join(here, "models/small") || s.Python != filepath.Join(here, "env/bin/python") || s.LlamaFactory != "llamafactory-cli" ||
		s.Serve.Command[0] != filepath.Join(here, "vllm") || given.Serve.Command[0] != "./vllm" {
		t.Errorf("%+v, %+v", s, s.Serve)
	}
	if s, err = portable(experiment.Student{Model: "meta-llama/Llama-3.1-8B-Instruct"}); err != nil || s.Model != "meta-llama/Llama-3.1-8B-Instruct" || s.Python != "" {
		t.Errorf("%+v, %v", s, err)
	}
}
