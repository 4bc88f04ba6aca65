package setup

import (
	"fmt"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
	"github.com/autodatabench/autodatabench/runner/student/hf"
)

// planHF plans a student whose one worker both trains and answers.
func planHF(s experiment.Student, m base) (studentPlan, error) {
	cfg := hf.Config{Secrets: m.secrets, Python: s.Python, Model: m.Model, Device: m.device, Ranks: max(1, s.GPUs), Precision: m.precision}
	if m.device == "cpu" {
		cfg.Ranks = 1
	}
	cfg.Share = max(0.01, 1-m.served)
	worker := hf.WorkerDigest()
	if cfg.Many = s.Together() > 1; cfg.Many {
		worker = hf.BatchDigest() + " (several trials in one pass)"
	}
	found, err := hf.Versions(cfg.Python)
	if err != nil {
		return studentPlan{}, err
	}
	arithmetic := fmt.Sprintf("torch %s, transformers %s, peft %s, worker %s, %s x %d",
		found["torch"], found["transformers"], found["peft"], worker, m.device, cfg.Ranks)
	if cfg.Share < 1 && m.device != "cpu" { // it decides how updates are split
		arithmetic += fmt.Sprintf(", %.2f of its memory", cfg.Share)
	}
	return studentPlan{
		identity: results.Identity{Name: m.Name, Backend: "hf", Digest: m.Digest, Arithmetic: arithmetic + m.dates()},
		most:     m.MostNewTokens(), checkRecipe: hf.New(cfg).CheckRecipe,
		open: func(devices string) (openedStudent, error) {
			on := cfg
			on.Devices = devices
			worker := hf.New(on)
			return openedStudent{worker, worker.Close, worker}, checkpoint.CheckDevice(m.device)
		},
	}, nil
}
