package setup

import (
	"cmp"
	"context"
	"fmt"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
	"github.com/autodatabench/autodatabench/runner/student/tinker"
)

// TinkerConfig is the student at a service, with the key that the environment has.
func TinkerConfig(w World, s experiment.Student, m checkpoint.Model, secrets []string) (tinker.Config, error) {
	r := s.Rented()
	key, err := w.Key("student.tinker", r.APIKeyEnv)
	c := tinker.Config{Python: s.Python, Model: m, Base: r.Model, URL: r.BaseURL, Key: key, Secrets: secrets}
	if p := r.Price; p != nil {
		c.Price = &tinker.Price{Train: p.Train, Prefill: p.Prefill, Sample: p.Sample}
	}
	return c, err
}

// planTinker plans a student that a service trains and asks. The service's model is told
// apart by its name: nobody outside sees its weights.
func planTinker(w World, s experiment.Student, m base) (studentPlan, error) {
	cfg, err := TinkerConfig(w, s, m.Model, m.secrets)
	if err != nil {
		return studentPlan{}, err
	}
	found, err := tinker.Versions(s.Python, cfg.Secrets)
	if err != nil {
		return studentPlan{}, err
	}
	student := tinker.New(cfg)
	at := cmp.Or(cfg.URL, "the Tinker service")
	return studentPlan{
		identity: results.Identity{
			Name: cfg.Base, Backend: experiment.Tinker, Digest: disk.Digest([]byte(m.Digest + "\n" + at + "\n" + cfg.Base)),
			Arithmetic: fmt.Sprintf("%s at %s, tinker %s, transformers %s, worker %s: %s%s", cfg.Base, at, found["tinker"], found["transformers"], tinker.WorkerDigest(), tinker.Service, m.dates()),
		},
		most: m.MostNewTokens(), checkRecipe: student.CheckRecipe,
		open: func(string) (openedStudent, error) {
			opened := tinker.New(cfg)
			return openedStudent{opened, opened.Close, nil}, nil
		},
		ready: func(ctx context.Context) error { return tinker.Probe(ctx, cfg) },
	}, nil
}
