package cli

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"

	"autodatabench/results"
	"autodatabench/runner"
	"autodatabench/runner/experiment"
	"autodatabench/runner/student"
	"autodatabench/runner/student/checkpoint"
	"autodatabench/runner/student/embedded"
)

// studentPlan is an experiment's student, found and checked: what holds of it on
// every set of devices. Nothing of it runs before it is opened.
type studentPlan struct {
	identity    student.Identity
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
func planStudent(env Env, s experiment.Student) (studentPlan, error) {
	if !s.Embedded() {
		return planPair(env, s)
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

// planPair plans a student of a model on disk, what trains it and what asks it.
func planPair(env Env, s experiment.Student) (studentPlan, error) {
	m, err := checkpoint.Open(s.Model, hubCache(env))
	if err != nil {
		return studentPlan{}, err
	}
	t, err := planTrainer(env, s, m)
	if err != nil {
		return studentPlan{}, err
	}
	g, err := planGenerator(env, s, m)
	if err != nil {
		return studentPlan{}, err
	}
	id := student.Identity{Name: m.Name, Backend: s.Train, BLAS: t.arithmetic, Digest: m.Digest}
	if s.Infer != s.Train {
		id.Backend, id.BLAS = s.Train+"+"+s.Infer, t.arithmetic+"; "+g.arithmetic
	}
	return studentPlan{
		identity: id, most: m.MostNewTokens(),
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
func planTrainer(env Env, s experiment.Student, m checkpoint.Model) (trainer, error) {
	return trainer{}, results.Infra("", fmt.Errorf("student.train: this program has no back end %s yet", s.Train))
}

// planGenerator plans what asks the model.
func planGenerator(env Env, s experiment.Student, m checkpoint.Model) (generator, error) {
	return generator{}, results.Infra("", fmt.Errorf("student.infer: this program has no back end %s yet", s.Infer))
}

// hubCache is where the Hugging Face hub's programs keep models.
func hubCache(env Env) string {
	home := cmp.Or(env.Getenv("HF_HOME"), filepath.Join(env.Getenv("HOME"), ".cache", "huggingface"))
	return cmp.Or(env.Getenv("HF_HUB_CACHE"), filepath.Join(home, "hub"))
}
