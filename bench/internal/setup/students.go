package setup

import (
	"cmp"
	"context"
	"errors"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
	"github.com/autodatabench/autodatabench/runner/student/vllm"
)

// studentPlan is an experiment's student, found and checked: what holds of it on
// every set of devices. Nothing of it runs before it is opened.
type studentPlan struct {
	identity    results.Identity
	most        int // tokens an answer may have
	checkRecipe func(results.Recipe) error
	open        func(devices string) (openedStudent, error)
	fits        func(questions []string, answer int) error // nil: the student cuts a question that is too long
	ready       func(ctx context.Context) error            // nil: nobody need be asked
}

// openedStudent is a student on one set of devices.
type openedStudent struct {
	runner.Student
	close func() error // ends its processes
	many  student.Many // its trainer; nil: it trains one at a time
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
		open: func(string) (openedStudent, error) { return openedStudent{e, func() error { return nil }, nil}, nil },
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
		ready      func(ctx context.Context) error // nil: nobody need be asked
	}
)

// base is the model that trainer and generator share, and how it is computed.
type base struct {
	checkpoint.Model
	device    string // cuda | cpu
	precision string // of the protocol's recipe
	secrets   []string
	served    float64 // share of the memory that the student's own vLLM takes
}

// dates is for the record, where the chat template asks for today's.
func (m base) dates() string {
	if m.Dated == "" {
		return ""
	}
	return "; today is " + m.Dated + " in the chat template"
}

// planPair plans a student of a model on disk, what trains it and what asks it.
func planPair(w World, f experiment.File) (studentPlan, error) {
	p, err := f.Resolve()
	if err != nil {
		return studentPlan{}, results.Bad(err)
	}
	s := f.Student
	served := BesideTrainer(s)
	model, err := w.Checkpoint(s)
	if err != nil {
		return studentPlan{}, err
	}
	m := base{Model: model, device: cmp.Or(s.Device, "cuda"), precision: p.Recipe.Precision, secrets: f.Secrets(), served: served}
	fits := func(questions []string, answer int) error { return window(s, model, questions, answer) }
	if s.Rented() != nil {
		rented, err := planTinker(w, s, m)
		rented.fits = fits
		return rented, err
	}
	var t trainer
	var g generator
	if s.Train == "llamafactory" {
		if t, err = planLlamaFactory(s, m); err != nil {
			return studentPlan{}, err
		}
	}
	if s.Train == "hf" || s.Infer == "hf" {
		worker, err := planHF(s, m)
		if err != nil || s.Train == s.Infer {
			worker.fits = fits
			return worker, err
		}
		if s.Train == "hf" {
			t = worker.trainer()
		} else {
			g = worker.generator()
		}
	}
	if s.Infer == experiment.VLLM {
		if g, err = planVLLM(w, s, m); err != nil {
			return studentPlan{}, err
		}
	}
	return studentPlan{
		identity:    results.Identity{Name: m.Name, Backend: s.Train + "+" + s.Infer, Arithmetic: t.arithmetic + "; " + g.arithmetic + m.dates(), Digest: m.Digest},
		most:        m.MostNewTokens(),
		checkRecipe: func(r results.Recipe) error { return cmp.Or(m.CheckRecipe(r), t.check(r)) },
		open:        func(devices string) (openedStudent, error) { return openPair(t, g, devices) },
		fits:        fits, ready: g.ready,
	}, nil
}

// trainer is the student as one that only trains.
func (p studentPlan) trainer() trainer {
	return trainer{p.identity.Arithmetic, p.checkRecipe, func(devices string) (student.Trainer, func() error, error) {
		opened, err := p.open(devices)
		return opened.Student, opened.close, err
	}}
}

// generator is the student as one that only answers.
func (p studentPlan) generator() generator {
	return generator{arithmetic: p.identity.Arithmetic, open: func(devices string) (student.Generator, func() error, error) {
		opened, err := p.open(devices)
		return opened, opened.close, err
	}}
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
	many, _ := trains.(student.Many)
	return openedStudent{
		student.Pair{Trainer: trains, Generator: answers},
		func() error { return errors.Join(closeGenerator(), closeTrainer()) },
		many,
	}, nil
}

// BesideTrainer is the share of the memory that the student's own vLLM takes beside
// what trains it; 0 without one.
func BesideTrainer(s experiment.Student) float64 {
	serve := s.Serving()
	if s.Infer != experiment.VLLM || serve.BaseURL != "" {
		return 0
	}
	return vllm.ShareOf(append([]string{vllm.MemoryShare, vllm.BesideTraining}, serve.Options...)...)
}
