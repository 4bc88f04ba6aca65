//go:build gpustack

package student_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/launch"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
	"github.com/autodatabench/autodatabench/runner/student/embedded/pretrain"
	"github.com/autodatabench/autodatabench/runner/student/hf"
	"github.com/autodatabench/autodatabench/runner/student/llama/safetensors"
)

func openMany(t *testing.T, m checkpoint.Model) *hf.Student {
	t.Helper()
	s := hf.New(hf.Config{Python: variable(t, "PARITY_PYTHON"), Model: m, Device: "cpu", Precision: "float32", Many: true})
	t.Cleanup(func() { s.Close() })
	return s
}

// asked is a training of several, and what came of it.
type asked struct {
	recipe results.Recipe
	rows   []results.Row
	seed   int64
	ctx    context.Context // nil: the test's
	at     func(student.Progress)

	trained
	err error
}

// trainMany has the student do the trainings in one pass.
func trainMany(t *testing.T, s *hf.Student, list ...*asked) {
	t.Helper()
	var all []*student.Training
	for _, a := range list {
		a.dir = filepath.Join(t.TempDir(), "adapter")
		if a.ctx == nil {
			a.ctx = t.Context()
		}
		all = append(all, &student.Training{
			Ctx: a.ctx, Recipe: a.recipe, Rows: a.rows, Seed: a.seed, Dir: a.dir, Begin: func() {},
			Progress: func(p student.Progress) {
				a.steps = append(a.steps, p)
				if a.at != nil {
					a.at(p)
				}
			},
			End: func(r results.TrainReport, err error) { a.TrainReport, a.err = r, err },
		})
	}
	s.TrainMany(all)
}

// alone has the student do the training by itself.
func alone(t *testing.T, s *hf.Student, a *asked) *asked {
	t.Helper()
	b := &asked{recipe: a.recipe, rows: a.rows, seed: a.seed}
	b.dir = filepath.Join(t.TempDir(), "adapter")
	b.TrainReport, b.err = s.Train(t.Context(), a.recipe, a.rows, a.seed, b.dir, func(p student.Progress) { b.steps = append(b.steps, p) })
	if b.err != nil {
		t.Fatal(b.err)
	}
	return b
}

// three are trainings of one recipe but for the learning rate, of other rows, numbers
// of rows and seeds.
func three(packed bool) []*asked {
	recipe := results.Mini().Recipe
	recipe.Epochs, recipe.Packed = 2, packed
	var list []*asked
	for i, n := range []int{72, 40, 56} {
		r := recipe
		r.LearningRate *= []float64{1, 0.5, 0.7}[i]
		list = append(list, &asked{recipe: r, rows: pretrain.TrainingSets(results.Science, n, uint64(3+i))[0].Rows, seed: int64(7 + i)})
	}
	return list
}

// apart is how far two adapters are apart, relative to the size of the first's B
// matrices, which begin at zero: to what was learnt.
func apart(t *testing.T, a, b string) float64 {
	t.Helper()
	one, two := weights(t, a), weights(t, b)
	var differ, learnt float64
	for _, name := range one.Names() {
		shape, _ := one.Shape(name)
		x, y := make([]float32, shape[0]*shape[1]), make([]float32, shape[0]*shape[1])
		if err := errors.Join(one.Read(name, shape, x), two.Read(name, shape, y)); err != nil {
			t.Fatal(err)
		}
		for i := range x {
			differ += math.Pow(float64(x[i]-y[i]), 2)
			if strings.Contains(name, "lora_B") {
				learnt += math.Pow(float64(x[i]), 2)
			}
		}
	}
	return math.Sqrt(differ / learnt)
}

func weights(t *testing.T, dir string) *safetensors.File {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "adapter_model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// lastBits is the most that other orders of sums may make of what was learnt in some 20
// updates in float32; a tenth of it, of a loss. Measured are 6e-5 and 6e-6. Two processes
// in place of one, which split the same update otherwise, make 3e-5 of the weights, packing
// 2e-6, and one other row 0.1: see the log.
const lastBits = 5e-4

// sameAsAlone compares a training among others with the one that was alone.
func sameAsAlone(t *testing.T, name string, together, alone *asked) {
	t.Helper()
	a, b := together.TrainReport, alone.TrainReport
	if together.err != nil || a.Rows != b.Rows || a.Updates != b.Updates || a.Tokens != b.Tokens || a.Trainable != b.Trainable || len(together.steps) != len(alone.steps) {
		t.Fatalf("%s: together %+v (%v), alone %+v", name, a, together.err, b)
	}
	worst := 0.0
	for i, one := range together.steps {
		other := alone.steps[i]
		if one.Step != other.Step || one.Total != other.Total || one.LearningRate != other.LearningRate {
			t.Errorf("%s: update %+v together, %+v alone", name, one, other)
		}
		worst = max(worst, math.Abs(one.Loss-other.Loss)/other.Loss)
	}
	far := apart(t, alone.dir, together.dir)
	t.Logf("%s: %d updates, loss %.6f to %.6f, apart by %.1e of it at the most, weights by %.1e", name, a.Updates, a.FirstLoss, a.LastLoss, worst, far)
	if worst > lastBits/10 || far > lastBits {
		t.Errorf("%s: losses are apart by %v, weights by %v", name, worst, far)
	}
}

// TestStackTogether: trials trained in one pass are those trained alone, but for
// rounding, whatever their seeds, rows and learning rates.
func TestStackTogether(t *testing.T) {
	_, m := exported(t)
	s := openMany(t, m)
	var single [2][]*asked // alone, unpacked and packed
	var first []*asked     // together, unpacked
	for kind, packed := range []bool{false, true} {
		list := three(packed)
		trainMany(t, s, list...)
		if !packed {
			first = list
		}
		for i, a := range list {
			b := alone(t, s, a)
			single[kind] = append(single[kind], b)
			sameAsAlone(t, fmt.Sprintf("packed %t, trial %d", packed, i+1), a, b)
		}
		again := three(packed)
		trainMany(t, s, again...)
		for i, a := range again {
			if a.Digest != list[i].Digest {
				t.Errorf("packed %t, trial %d: the same trials gave another adapter", packed, i+1)
			}
		}
	}
	for i := range single[0] {
		t.Logf("trial %d, alone, packed against unpacked: weights apart by %.1e", i+1, apart(t, single[0][i].dir, single[1][i].dir))
	}
	two := hf.New(hf.Config{Python: variable(t, "PARITY_PYTHON"), Model: m, Device: "cpu", Precision: "float32", Ranks: 2})
	t.Cleanup(func() { two.Close() })
	for i, b := range single[0] {
		split, together := apart(t, b.dir, alone(t, two, b).dir), apart(t, b.dir, first[i].dir)
		if t.Logf("trial %d, alone, two processes against one: weights apart by %.1e", i+1, split); together > 10*split {
			t.Errorf("trial %d: %v among others, %v by two processes", i+1, together, split)
		}
	}
	other := three(false)[0]
	other.rows[len(other.rows)-1] = other.rows[0]
	far := apart(t, single[0][0].dir, alone(t, s, other).dir)
	if t.Logf("trial 1, alone, with one other row: weights apart by %.1e", far); far < 100*lastBits {
		t.Errorf("one other row makes %v: the bound of %v tells nothing apart", far, lastBits)
	}
	if plain := alone(t, openHF(t, m), single[0][0]); plain.Digest != single[0][0].Digest {
		t.Error("a training alone is another one with the worker that can do several")
	}
}

// TestStackTogetherOneLeaves: a trial that diverges and one that is cancelled leave
// the others as they are alone, and the worker as it is.
func TestStackTogetherOneLeaves(t *testing.T) {
	_, m := exported(t)
	s := openMany(t, m)
	for _, tt := range []struct {
		name  string
		leave func(a *asked)
		want  error
	}{
		{"diverges", func(a *asked) { a.recipe.LearningRate = 1e30 }, student.ErrDiverged},
		{"cancelled", func(a *asked) {
			ctx, cancel := context.WithCancelCause(t.Context())
			a.ctx, a.at = ctx, func(p student.Progress) {
				if p.Step == 3 {
					cancel(errGivenUp)
				}
			}
		}, errGivenUp},
	} {
		list := three(false)
		tt.leave(list[1])
		trainMany(t, s, list...)
		if left := list[1]; !errors.Is(left.err, tt.want) || len(left.steps) > 6 {
			t.Errorf("%s: %v after %d updates", tt.name, left.err, len(left.steps))
		}
		for _, i := range []int{0, 2} {
			sameAsAlone(t, fmt.Sprintf("one %s, trial %d", tt.name, i+1), list[i], alone(t, s, list[i]))
		}
		if start := alone(t, s, list[0]).Measured.StartSeconds; start != 0 {
			t.Errorf("%s: the worker was started again", tt.name)
		}
	}
}

var errGivenUp = errors.New("given up")

// TestStackTogetherAllCancelled: with the last of its trials a training ends at once.
func TestStackTogetherAllCancelled(t *testing.T) {
	_, m := exported(t)
	s := openMany(t, m)
	ctx, cancel := context.WithCancelCause(t.Context())
	list := three(false)
	for _, a := range list {
		a.ctx, a.recipe.Epochs = ctx, 1000
	}
	list[0].at = func(p student.Progress) {
		if p.Step == 2 {
			cancel(errGivenUp)
		}
	}
	trainMany(t, s, list...)
	for i, a := range list {
		if !errors.Is(a.err, errGivenUp) {
			t.Errorf("trial %d: %v", i+1, a.err)
		}
	}
	alone(t, s, three(false)[1]) // by another worker
}

// TestStackGathered: trials that want one student at once, through what a run puts
// before it: of three recipes that do not all agree.
func TestStackGathered(t *testing.T) {
	_, m := exported(t)
	s := openMany(t, m)
	g := launch.NewGatherer(3, launch.Member{Student: s, Many: s, Asks: 1})
	list := three(false)
	list[2].recipe.Rank = 4
	if !s.Agree(list[0].recipe, list[1].recipe) || s.Agree(list[0].recipe, list[2].recipe) {
		t.Error("which recipes agree")
	}
	var wg sync.WaitGroup
	for _, a := range append(list, three(false)...) {
		wg.Go(func() {
			a.dir = filepath.Join(t.TempDir(), "adapter")
			a.TrainReport, a.err = g.Train(t.Context(), a.recipe, a.rows, a.seed, a.dir, func(p student.Progress) { a.steps = append(a.steps, p) })
		})
	}
	wg.Wait()
	if err := g.Close(); err != nil {
		t.Error(err)
	}
	for i, a := range list {
		sameAsAlone(t, fmt.Sprintf("gathered, trial %d", i+1), a, alone(t, s, a))
	}
}
