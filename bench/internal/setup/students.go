package setup

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
	"github.com/autodatabench/autodatabench/runner/student/hf"
	"github.com/autodatabench/autodatabench/runner/student/llamafactory"
)

// studentPlan is an experiment's student, found and checked: what holds of it on
// every set of devices. Nothing of it runs before it is opened.
type studentPlan struct {
	identity    results.Identity
	most        int // tokens an answer may have
	checkRecipe func(results.Recipe) error
	open        func(devices string) (openedStudent, error)
}

// openedStudent is a student on one set of devices.
type openedStudent struct {
	runner.Student
	close func() error // ends its processes
}

// planStudent finds and checks the student that the experiment asks for.
func planStudent(w World, f experiment.File) (studentPlan, error) {
	if !f.Student.Embedded() {
		return planPair(w, f)
	}
	e, err := embedded.New()
	if err != nil {
		return studentPlan{}, err
	}
	return studentPlan{
		identity: e.Identity(), most: e.MostNewTokens(), checkRecipe: e.CheckRecipe,
		open: func(string) (openedStudent, error) { return openedStudent{e, func() error { return nil }}, nil },
	}, nil
}

// A trainer or generator is one back end of a student of two, found and checked.
// open starts it on one set of devices: the value of CUDA_VISIBLE_DEVICES, empty
// to leave that as it is.
type (
	trainer struct {
		arithmetic string // programs and versions that compute, for the record
		check      func(results.Recipe) error
		open       func(devices string) (student.Trainer, func() error, error)
	}
	generator struct {
		arithmetic string
		open       func(devices string) (student.Generator, func() error, error)
	}
)

// base is the model that trainer and generator share, and how it is computed.
type base struct {
	checkpoint.Model
	device    string // cuda | cpu
	precision string // of the protocol's recipe
}

// planPair plans a student of a model on disk, what trains it and what asks it.
func planPair(w World, f experiment.File) (studentPlan, error) {
	p, err := f.Resolve()
	if err != nil {
		return studentPlan{}, results.Bad(err)
	}
	s := f.Student
	model, err := checkpoint.Open(s.Model, w.HubCache(), w.digestCache())
	if err != nil {
		return studentPlan{}, err
	}
	m := base{Model: model, device: cmp.Or(s.Device, "cuda"), precision: p.Recipe.Precision}
	if s.Train == "hf" && s.Infer == "hf" {
		return planHF(s, m, secretsOf(f))
	}
	t, err := planTrainer(s, m, secretsOf(f))
	if err != nil {
		return studentPlan{}, err
	}
	g, err := planGenerator(w, s, m, secretsOf(f))
	if err != nil {
		return studentPlan{}, err
	}
	return studentPlan{
		identity:    results.Identity{Name: m.Name, Backend: s.Train + "+" + s.Infer, Arithmetic: t.arithmetic + "; " + g.arithmetic, Digest: m.Digest},
		most:        m.MostNewTokens(),
		checkRecipe: func(r results.Recipe) error { return cmp.Or(m.CheckRecipe(r), t.check(r)) },
		open:        func(devices string) (openedStudent, error) { return openPair(t, g, devices) },
	}, nil
}

func openPair(t trainer, g generator, devices string) (openedStudent, error) {
	trains, closeTrainer, err := t.open(devices)
	if err != nil {
		return openedStudent{}, err
	}
	answers, closeGenerator, err := g.open(devices)
	if err != nil {
		return openedStudent{}, errors.Join(err, closeTrainer())
	}
	return openedStudent{
		student.Pair{Trainer: trains, Generator: answers},
		func() error { return errors.Join(closeGenerator(), closeTrainer()) },
	}, nil
}

// planTrainer plans what fine-tunes the model.
func planTrainer(s experiment.Student, m base, secrets []string) (trainer, error) {
	if s.Train == "llamafactory" {
		return planLlamaFactory(s, m, secrets)
	}
	plan, err := planHF(s, m, secrets)
	return trainer{plan.identity.Arithmetic, plan.checkRecipe, func(devices string) (student.Trainer, func() error, error) {
		opened, err := plan.open(devices)
		return opened, opened.close, err
	}}, err
}

// planLlamaFactory plans trainings by LLaMA-Factory.
func planLlamaFactory(s experiment.Student, m base, secrets []string) (trainer, error) {
	cfg := llamafactory.Config{CLI: s.LlamaFactory, Model: m.Model, Device: m.device, GPUs: s.GPUs, Secrets: secrets}
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

// planGenerator plans what asks the model.
func planGenerator(w World, s experiment.Student, m base, secrets []string) (generator, error) {
	if s.Infer == experiment.VLLM {
		return planVLLM(w, s, m)
	}
	plan, err := planHF(s, m, secrets)
	return generator{plan.identity.Arithmetic, func(devices string) (student.Generator, func() error, error) {
		opened, err := plan.open(devices)
		return opened, opened.close, err
	}}, err
}

// planHF plans a student whose one worker both trains and answers.
func planHF(s experiment.Student, m base, secrets []string) (studentPlan, error) {
	cfg := hf.Config{Secrets: secrets, Python: s.Python, Model: m.Model, Device: m.device, Ranks: max(1, s.GPUs), Precision: m.precision}
	if m.device == "cpu" {
		cfg.Ranks = 1
	}
	cfg.Share = max(0.01, 1-BesideTrainer(s))
	found, err := hf.Versions(cfg.Python)
	if err != nil {
		return studentPlan{}, err
	}
	arithmetic := fmt.Sprintf("torch %s, transformers %s, peft %s, worker %s, %s x %d",
		found["torch"], found["transformers"], found["peft"], hf.WorkerDigest(), m.device, cfg.Ranks)
	if cfg.Share < 1 && m.device != "cpu" { // it decides how updates are split
		arithmetic += fmt.Sprintf(", %.2f of its memory", cfg.Share)
	}
	return studentPlan{
		identity: results.Identity{Name: m.Name, Backend: "hf", Digest: m.Digest, Arithmetic: arithmetic},
		most:     m.MostNewTokens(), checkRecipe: hf.New(cfg).CheckRecipe,
		open: func(devices string) (openedStudent, error) {
			on := cfg
			on.Devices = devices
			worker := hf.New(on)
			return openedStudent{worker, worker.Close}, checkpoint.CheckDevice(m.device)
		},
	}, nil
}
