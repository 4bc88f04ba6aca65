package llama

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
)

var recipe = LoRARecipe{Rank: 4, Alpha: 8, LearningRate: 1e-2, WarmupRatio: 0.1, Epochs: 2, BatchRows: 8, Seed: 4}

// onCores runs f with so many workers.
func onCores(n int, f func()) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
	f()
}

func mustTrain(t *testing.T, m *Model, rows []Example, r LoRARecipe) *Adapter {
	t.Helper()
	a, err := TrainLoRA(context.Background(), m, rows, r, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestTrainingIsTheSameOnAnyNumberOfCores(t *testing.T) {
	m := loud(tiny(true))
	rows := rowsOf(m.Config, 40, 8, 7)
	adapters := make(map[int]*Adapter)
	for _, cores := range []int{1, 2, 3} {
		onCores(cores, func() { adapters[cores] = mustTrain(t, m, rows, recipe) })
		if !slices.Equal(adapters[1].flat, adapters[cores].flat) {
			t.Errorf("LoRA: %d cores give another adapter than one", cores)
		}
	}
	models := make(map[int]*Model)
	for _, cores := range []int{1, 2} {
		models[cores] = m.clone()
		large := rowsOf(m.Config, 150, 8, 7) // more tokens than largeTokens
		onCores(cores, func() {
			if err := Pretrain(context.Background(), models[cores], func(int) []Example { return large },
				Optim{LearningRate: 1e-3, Steps: 3, WeightDecay: 0.1, Clip: 1}, nil); err != nil {
				t.Fatal(err)
			}
		})
	}
	if !slices.Equal(models[1].flat, models[2].flat) {
		t.Error("pre-training: two cores give another model than one")
	}
}

func TestTrainingDependsOnTheSeed(t *testing.T) {
	m := loud(tiny(true))
	rows := rowsOf(m.Config, 16, 8, 7)
	other := recipe
	other.Seed++
	if slices.Equal(mustTrain(t, m, rows, recipe).flat, mustTrain(t, m, rows, other).flat) {
		t.Error("another seed gives the same adapter")
	}
}

func TestTrainingReusesNoStaleScratch(t *testing.T) {
	m := loud(tiny(true))
	short, long := rowsOf(m.Config, 3, 4, 1), rowsOf(m.Config, 30, 12, 2)
	e := newEngine(m, func() (sink, []float32) { g := allocate(m.Config); return sink{full: g}, g.flat })
	gradient := func(e *engine, rows []Example) []float32 {
		if _, err := e.gradient(rows); err != nil {
			t.Fatal(err)
		}
		g, _ := e.sum()
		return slices.Clone(g)
	}
	first := gradient(e, short)
	gradient(e, long)
	if !slices.Equal(first, gradient(e, short)) {
		t.Error("the gradient of the same rows differs after other rows")
	}
}

func TestPassesAllocateNothing(t *testing.T) {
	m := loud(tiny(true))
	rows := rowsOf(m.Config, 30, 12, 2)
	a := newAdapter(m.Config, 2, 4)
	for name, newSink := range map[string]func() (sink, []float32){
		"full": func() (sink, []float32) { g := allocate(m.Config); return sink{full: g}, g.flat },
		"LoRA": func() (sink, []float32) {
			g := newAdapter(m.Config, 2, 4)
			return sink{adapter: g, current: a}, g.flat
		},
	} {
		e := newEngine(m, newSink)
		e.cut(rows)
		if n := testing.AllocsPerRun(5, func() { e.shards[0].run(&e.passes[0], rows, 1) }); n > 1 { // one func value
			t.Errorf("%s: %v allocations in a shard's passes", name, n)
		}
	}
}

func TestPretrainLearnsByHeart(t *testing.T) {
	m := NewModel(tiny(true), 1)
	rows := rowsOf(m.Config, 8, 10, 8)
	var last Step
	err := Pretrain(context.Background(), m, func(int) []Example { return rows },
		Optim{LearningRate: 1e-2, WarmupSteps: 5, Steps: 300, Clip: 1}, func(s Step) { last = s })
	if err != nil {
		t.Fatal(err)
	}
	if last.Loss > 0.05 || last.N != 300 || last.Total != 300 {
		t.Errorf("last update %+v, want a loss under 0.05 at 300 of 300", last)
	}
}

func TestLoRALearnsByHeart(t *testing.T) {
	wide := tiny(false)
	wide.Hidden, wide.Intermediate = 32, 64
	m := loud(wide)
	rows := rowsOf(m.Config, 8, 10, 8)
	var steps []Step
	r := LoRARecipe{Rank: 8, Alpha: 16, LearningRate: 2e-2, WarmupRatio: 0.05, Epochs: 300, BatchRows: 8, Seed: 1}
	before := slices.Clone(m.flat)
	a, err := TrainLoRA(context.Background(), m, rows, r, func(s Step) { steps = append(steps, s) })
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(before, m.flat) {
		t.Error("the model has changed")
	}
	if len(steps) != r.Updates(len(rows)) || steps[len(steps)-1].Loss > 0.1 {
		t.Errorf("%d updates, the last %+v, want %d and a loss under 0.1", len(steps), steps[len(steps)-1], r.Updates(len(rows)))
	}
	if got := lossOf(m.Merged(a), rows); got > 0.1 {
		t.Errorf("the merged model's loss is %v", got)
	}
	if peak := steps[14].LearningRate; peak != 2e-2 || steps[0].LearningRate >= peak || steps[299].LearningRate >= peak/100 {
		t.Errorf("learning rates %v, %v, %v at updates 1, 15, 300", steps[0].LearningRate, peak, steps[299].LearningRate)
	}
}

// TestCutoff: a row longer than the cut-off trains as its beginning does, and a
// row cut to its prompt as if it were not there.
func TestCutoff(t *testing.T) {
	m := loud(tiny(true))
	rows := rowsOf(m.Config, 8, 12, 3)
	cut := recipe
	cut.Cutoff = 9
	short := make([]Example, len(rows))
	for i, row := range rows {
		short[i] = Example{row.IDs[:9], row.Weights[:9]}
	}
	prompt := Example{IDs: make([]int, 30), Weights: make([]float32, 30)}
	prompt.Weights[20] = 1
	if !slices.Equal(mustTrain(t, m, append(slices.Clone(rows), prompt), cut).flat, mustTrain(t, m, short, recipe).flat) {
		t.Error("cut rows give another adapter than rows of that length")
	}
}

func TestTrainingRefuses(t *testing.T) {
	m := NewModel(tiny(true), 1)
	good := rowsOf(m.Config, 4, 6, 1)
	bad := m.clone()
	bad.norm[0] = float32(math.NaN())
	cancelled, cancel := context.WithCancelCause(context.Background())
	cause := errors.New("the deadline of the trial")
	cancel(cause)
	noRank, noEpochs := recipe, recipe
	noRank.Rank, noEpochs.Epochs = 0, 0
	for _, c := range []struct {
		name   string
		ctx    context.Context
		m      *Model
		rows   []Example
		recipe LoRARecipe
	}{
		{"NaN", context.Background(), bad, good, recipe},
		{"cancelled", cancelled, m, good, recipe},
		{"rank", context.Background(), m, good, noRank},
		{"epochs", context.Background(), m, good, noEpochs},
		{"no rows", context.Background(), m, nil, recipe},
		{"nothing to learn", context.Background(), m, []Example{{[]int{1, 2}, []float32{1, 0}}}, recipe},
		{"unknown token", context.Background(), m, []Example{{[]int{1, 99}, []float32{0, 1}}}, recipe},
		{"negative token", context.Background(), m, []Example{{[]int{1, -1}, []float32{0, 1}}}, recipe},
		{"weights missing", context.Background(), m, []Example{{[]int{1, 2}, []float32{1}}}, recipe},
		{"NaN weight", context.Background(), m, []Example{{[]int{1, 2}, []float32{0, float32(math.NaN())}}}, recipe},
		{"empty row", context.Background(), m, []Example{{}}, recipe},
	} {
		_, err := TrainLoRA(c.ctx, c.m, c.rows, c.recipe, nil)
		var fault *results.Error
		switch {
		case err == nil:
			t.Errorf("%s: no error", c.name)
		case c.ctx == cancelled && !errors.Is(err, cause):
			t.Errorf("%s: error %v does not wrap the cause", c.name, err)
		case c.ctx != cancelled && !(errors.As(err, &fault) && fault.Kind == results.BadInput):
			t.Errorf("%s: error %v is no bad input", c.name, err)
		}
	}
	long := []Example{{make([]int, 65), make([]float32, 65)}}
	if err := Pretrain(context.Background(), m, func(int) []Example { return long }, Optim{Steps: 1}, nil); err == nil {
		t.Error("a row longer than the context: no error")
	}
}

// TestUpdateStopsOnAnInfiniteGradient: the loss may be finite and its gradient
// not.
func TestUpdateStopsOnAnInfiniteGradient(t *testing.T) {
	m := loud(tiny(true))
	for i := range m.layers[0].mlpNorm {
		m.layers[0].mlpNorm[i] = 1e30
	}
	for i, w := range m.layers[0].group[groupGateUp] {
		m.layers[0].group[groupGateUp][i] = w * 1e-30
	}
	before := slices.Clone(m.flat)
	err := Pretrain(context.Background(), m, func(int) []Example { return rowsOf(m.Config, 2, 6, 1) },
		Optim{LearningRate: 1, Steps: 1, Clip: 1}, nil)
	if err == nil || !strings.Contains(err.Error(), "gradient") {
		t.Fatalf("error %v, want one of the gradient", err)
	}
	if !slices.Equal(before, m.flat) {
		t.Error("the failed update changed the model")
	}
}

// TestPretrainStopsOnAnInfiniteWeight: no loss follows the last update.
func TestPretrainStopsOnAnInfiniteWeight(t *testing.T) {
	m := loud(tiny(true))
	err := Pretrain(context.Background(), m, func(int) []Example { return rowsOf(m.Config, 2, 6, 1) },
		Optim{LearningRate: 1e40, Steps: 1, Clip: 1}, nil)
	if !errors.Is(err, student.ErrDiverged) {
		t.Errorf("error %v, want ErrDiverged", err)
	}
}

func TestSchedule(t *testing.T) {
	for _, c := range []struct {
		n    int
		want float64
	}{{0, 0.25}, {3, 1}, {4, 1}, {8, 0.5}, {11, 0.5 * (1 + math.Cos(math.Pi*7/8))}} {
		if got := schedule(1, c.n, 4, 12); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("update %d of 12: rate %v, want %v", c.n, got, c.want)
		}
	}
}

// TestAdamW holds two updates to the formulas, computed here in float64.
func TestAdamW(t *testing.T) {
	w := []float32{1, -2}
	o := newAdamW(w, 1) // the second weight does not decay
	want, m, v := []float64{1, -2}, make([]float64, 2), make([]float64, 2)
	for step, g := range [][]float32{{0.5, -4}, {-1, 2}} {
		o.update(g, 0.5, 0.1, 0.2)
		for i := range want {
			if i == 0 {
				want[i] *= 1 - 0.1*0.2
			}
			x := 0.5 * float64(g[i])
			m[i], v[i] = 0.9*m[i]+0.1*x, 0.999*v[i]+0.001*x*x
			n := float64(step + 1)
			want[i] -= 0.1 * m[i] / (1 - math.Pow(0.9, n)) / (math.Sqrt(v[i]/(1-math.Pow(0.999, n))) + 1e-8)
		}
	}
	for i := range want {
		if math.Abs(float64(w[i])-want[i]) > 1e-5 {
			t.Errorf("weight %d is %v, want %v", i, w[i], want[i])
		}
	}
}
