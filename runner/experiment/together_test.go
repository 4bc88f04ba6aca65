package experiment

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBatchTrials(t *testing.T) {
	const hf = "student: {train: hf, infer: hf, model: m, batch_trials: "
	for text, want := range map[string]string{
		hf + "1}":          "",
		hf + "8}":          "",
		hf + "8, gpus: 1}": "",
		"student: {train: hf, infer: vllm, model: m, batch_trials: 8}": "",
		hf + "-1}":                         "batch_trials",
		hf + "65}":                         "batch_trials",
		hf + "8, gpus: 2}":                 "one GPU a student",
		hf + "8}\nlauncher: {kind: slurm}": "goes with launcher local",
		"student: {train: llamafactory, infer: hf, model: m, batch_trials: 2}":                                        "goes with train: hf",
		"student: {train: tinker, infer: tinker, model: m, batch_trials: 2, tinker: {model: b, api_key_env: MY_KEY}}": "goes with train: hf",
		"student: {batch_trials: 2}": "go with train and infer",
	} {
		path := filepath.Join(t.TempDir(), "x.yaml")
		if err := os.WriteFile(path, []byte("name: x\nprotocol: paper\nagents: [direct]\n"+text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Read(path)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// Adapters of several trials are asked at once where one vLLM has them all.
func TestWhoIsAskedAtOnce(t *testing.T) {
	for _, tt := range []struct {
		student Student
		want    int
	}{
		{Student{Train: "hf", Infer: "hf", BatchTrials: 8}, 1},
		{Student{Train: "hf", Infer: VLLM, BatchTrials: 8}, 8},
		{Student{Train: "hf", Infer: VLLM}, 1},
		{Student{Train: "hf", Infer: VLLM, BatchTrials: 8, Serve: &Serve{BaseURL: "http://h/v1", Adapters: "folder"}}, 1},
	} {
		if got := tt.student.Asked(); got != tt.want {
			t.Errorf("%+v: %d at a time, want %d", tt.student, got, tt.want)
		}
	}
}

func TestSharingIsSaid(t *testing.T) {
	f := Default()
	if got := f.Sharing(); got != "" {
		t.Errorf("of a student that trains one: %q", got)
	}
	f.Student.BatchTrials = 8
	if got := f.Sharing(); !strings.Contains(got, "up to 8 trials") || !strings.Contains(got, "lets 2 run") {
		t.Errorf("with two trials at a time: %q", got)
	}
}
