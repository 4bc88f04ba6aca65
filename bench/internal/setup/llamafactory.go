package setup

import (
	"fmt"

	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
	"github.com/autodatabench/autodatabench/runner/student/llamafactory"
)

// planLlamaFactory plans trainings by LLaMA-Factory.
func planLlamaFactory(s experiment.Student, m base) (trainer, error) {
	cfg := llamafactory.Config{CLI: s.LlamaFactory, Model: m.Model, Device: m.device, GPUs: s.GPUs, Secrets: m.secrets}
	found, err := llamafactory.Versions(cfg.CLI)
	if err != nil {
		return trainer{}, err
	}
	plan, err := llamafactory.New(cfg)
	if err != nil {
		return trainer{}, err
	}
	return trainer{
		arithmetic: fmt.Sprintf("llamafactory %s, torch %s, transformers %s, peft %s, %s x %d",
			found["llamafactory"], found["torch"], found["transformers"], found["peft"], m.device, max(1, s.GPUs)),
		check: plan.CheckRecipe,
		open: func(devices string) (student.Trainer, func() error, error) {
			if err := checkpoint.CheckDevice(m.device); err != nil {
				return nil, nil, err
			}
			on := cfg
			on.Devices = devices
			t, err := llamafactory.New(on)
			return t, func() error { return nil }, err
		},
	}, nil
}
