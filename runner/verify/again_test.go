package verify

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/tasks"
)

// remembers is a student that answers as the one of the fixture did: by the rows and the
// seed that it was trained with.
type remembers struct {
	answers map[string][]string // by rows and seed; "" of the base student
	changed int                 // answers that it gives otherwise
}

var _ runner.Student = remembers{}

func (s remembers) Train(_ context.Context, _ results.Recipe, rows []results.Row, seed int64, dir string, _ func(student.Progress)) (results.TrainReport, error) {
	key, err := keyOf(rows, seed)
	return results.TrainReport{Rows: len(rows)}, errors.Join(err, os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "key"), []byte(key), 0o644))
}

func (s remembers) Generate(_ context.Context, adapter string, prompts []string, _ results.Sampling, _ func(int, int)) ([]string, error) {
	key := []byte("")
	if adapter != "" {
		var err error
		if key, err = os.ReadFile(filepath.Join(adapter, "key")); err != nil {
			return nil, err
		}
	}
	said := slices.Clone(s.answers[string(key)])
	if len(said) != len(prompts) {
		return make([]string, len(prompts)), nil
	}
	for i := range s.changed {
		said[i] = "otherwise"
	}
	return said, nil
}

func keyOf(rows []results.Row, seed int64) (string, error) { return disk.DigestOf([]any{rows, seed}) }

// memory is the student of the fixture.
func memory(t *testing.T, root record.Experiment) remembers {
	t.Helper()
	s := remembers{answers: map[string][]string{}}
	keep := func(key string, f record.Final) {
		judged, err := f.Predictions().Read()
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range judged {
			s.answers[key] = append(s.answers[key], j.Response)
		}
	}
	keep("", root.Base(results.Science))
	dirs, err := root.Trials()
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		rows, err := dir.Final(1).Rows().Read()
		if err != nil {
			t.Fatal(err)
		}
		score, err := dir.Final(1).Score().Read()
		if err != nil {
			t.Fatal(err)
		}
		key, err := keyOf(rows, score.Seed)
		if err != nil {
			t.Fatal(err)
		}
		keep(key, dir.Final(1))
	}
	return s
}

// again verifies the bundle at the path with trainings by the student.
func again(t *testing.T, path string, s runner.Student, arithmetic string, sample int) Report {
	t.Helper()
	v, err := verifier(t, path)
	if err != nil {
		t.Fatal(err)
	}
	lock, err := v.Bundle.Root.ReadLock()
	if err != nil {
		t.Fatal(err)
	}
	identity := lock.Student
	if arithmetic != "" {
		identity.Arithmetic = arithmetic
	}
	v.Again = &Again{Student: s, Identity: identity, Tasks: map[results.Domain]tasks.Task{results.Science: v.Tasks[results.Science]}, Sample: sample}
	r, err := v.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestTrainingAgain compares trainings that are made again: equal to the byte where the
// same programs compute. Elsewhere one within the noise is not called the same. It finds what no other check can: a
// forger who invents answers with all that follows from them.
func TestTrainingAgain(t *testing.T) {
	f, _ := unpacked(t)
	honest := memory(t, f.root)
	other := honest
	other.changed = 5
	far := honest
	far.answers = map[string][]string{}
	f.replaceAnswers(careless, pipeline)
	f.consistent()
	invented := f.pack(bundle.Options{Predictions: true})
	if r := verified(t, invented); len(r.Failures()) > 0 {
		t.Errorf("invented answers are found without training again: %+v", r.Failures())
	}
	for name, c := range map[string]struct {
		path       string
		student    runner.Student
		arithmetic string
		sample     int
		reproduced int
		says       string // of failures
	}{
		"the same":                        {fixture, honest, "", 0, 2, ""},
		"one of two":                      {fixture, honest, "", 1, 1, ""},
		"other answers, same programs":    {fixture, other, "", 0, 0, "made again with the same programs, it comes out otherwise"},
		"other answers, other arithmetic": {fixture, other, "another BLAS", 0, 0, ""},
		"far off, other arithmetic":       {fixture, far, "another BLAS", 0, 0, "by more than the noise"},
		"invented answers":                {invented, honest, "", 0, 1, "made again with the same programs, it comes out otherwise"},
	} {
		t.Run(name, func(t *testing.T) {
			r := again(t, c.path, c.student, c.arithmetic, c.sample)
			var said []string
			for _, check := range r.Failures() {
				said = append(said, check.Text)
			}
			if r.Reproduced != c.reproduced || (c.says == "") != (len(said) == 0) || !strings.Contains(strings.Join(said, "\n"), c.says) {
				t.Errorf("%d of %d reproduced, failures %q", r.Reproduced, r.Retrained, said)
			}
		})
	}
}

// A sample is drawn by the bundle's digest, and is the same for everybody.
func TestSampleIsDrawnByDigest(t *testing.T) {
	var list []results.TrialID
	for run := range 20 {
		list = append(list, results.TrialID{Agent: "a", Run: run + 1})
	}
	one, two := slices.Clone(drawn(list, "digest", 5)), slices.Clone(drawn(list, "digest", 5))
	other := drawn(list, "another", 5)
	if !slices.Equal(one, two) || slices.Equal(one, other) || len(one) != 5 || len(drawn(list, "digest", 0)) != 20 {
		t.Errorf("%v, %v, %v", one, two, other)
	}
}
