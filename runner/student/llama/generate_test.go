package llama

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/runner/student"
)

// nextLogits are the logits after the tokens, without a cache.
func nextLogits(m *Model, ids []int) []float32 {
	p := pass{m: m, factors: factorsOf(m, false)}
	row := Example{append(slices.Clone(ids), 0), make([]float32, len(ids)+1)}
	row.Weights[len(ids)] = 1
	p.load([]Example{row}, []int{0}, false, 0)
	p.forward(p.attendRows)
	return slices.Clone(p.logits)
}

func best(logits []float32) (at int) {
	for i, v := range logits {
		if v > logits[at] {
			at = i
		}
	}
	return at
}

func somePrompts(c Config, n int) [][]int {
	r := rand.New(rand.NewPCG(5, 5))
	prompts := make([][]int, n)
	for i := range prompts {
		prompts[i] = make([]int, 1+r.IntN(12))
		for j := range prompts[i] {
			prompts[i][j] = r.IntN(c.VocabSize)
		}
	}
	return prompts
}

func TestCacheAgreesWithWholePasses(t *testing.T) {
	for _, tied := range []bool{true, false} {
		m := loud(tiny(tied))
		prompts := somePrompts(m.Config, 40) // more than one batch
		got, err := m.Generate(context.Background(), prompts, GenOptions{MaxTokens: 12, Stop: []int{3, 7}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, prompt := range prompts {
			ids, want := slices.Clone(prompt), []int{}
			for range 12 {
				next := best(nextLogits(m, ids))
				if next == 3 || next == 7 {
					break
				}
				ids, want = append(ids, next), append(want, next)
			}
			if diff := cmp.Diff(want, got[i]); diff != "" {
				t.Errorf("tied=%v, prompt %d (-whole passes +cache):\n%s", tied, i, diff)
			}
		}
	}
}

func TestSamplesDependOnSeedAndPromptAlone(t *testing.T) {
	m := loud(tiny(true))
	prompts := somePrompts(m.Config, 70)
	o := GenOptions{Temperature: 0.9, TopP: 0.95, MaxTokens: 8, Seed: 7, Stop: []int{0}}
	draw := func(cores int, prompts [][]int, o GenOptions) (got [][]int) {
		onCores(cores, func() {
			var err error
			if got, err = m.Generate(context.Background(), prompts, o, nil); err != nil {
				t.Fatal(err)
			}
		})
		return got
	}
	one := draw(1, prompts, o)
	if diff := cmp.Diff(one, draw(2, prompts, o)); diff != "" {
		t.Errorf("two cores differ from one:\n%s", diff)
	}
	if diff := cmp.Diff(one[11:50], draw(1, prompts[11:50], o)); diff != "" {
		t.Errorf("the neighbours matter:\n%s", diff)
	}
	o.Seed++
	if cmp.Equal(one, draw(1, prompts, o)) {
		t.Error("another seed gives the same answers")
	}
}

// TestSamplingFollowsTheDistribution counts first tokens against the softmax.
func TestSamplingFollowsTheDistribution(t *testing.T) {
	m := loud(tiny(true))
	prompt := []int{4, 9, 2}
	logits := nextLogits(m, prompt)
	for _, c := range []struct{ temperature, topP float64 }{{1, 1}, {2, 0}, {1, 0.6}} {
		want := make([]float64, len(logits))
		var z float64
		for i, v := range logits {
			want[i] = math.Exp(float64(v) / c.temperature)
			z += want[i]
		}
		order := make([]int, len(want))
		for i := range want {
			want[i] /= z
			order[i] = i
		}
		if c.topP > 0 && c.topP < 1 {
			slices.SortFunc(order, func(a, b int) int { return int(1e9 * (want[b] - want[a])) })
			kept := 0.0
			for n, i := range order {
				if kept >= c.topP {
					for _, j := range order[n:] {
						want[j] = 0
					}
					break
				}
				kept += want[i]
			}
			for i := range want {
				want[i] /= kept
			}
		}
		const draws = 3000
		count := make([]float64, len(logits))
		d := decoder{o: GenOptions{Temperature: c.temperature, TopP: c.topP}}
		r := rand.New(rand.NewPCG(1, 2))
		for range draws {
			count[d.pick(slices.Clone(logits), r)]++
		}
		for i := range want {
			sd := math.Sqrt(want[i] * (1 - want[i]) / draws)
			if math.Abs(count[i]/draws-want[i]) > 5*sd+1e-9 {
				t.Errorf("%+v: token %d drawn with frequency %v, probability %v", c, i, count[i]/draws, want[i])
			}
		}
	}
}

func TestGenerateLimits(t *testing.T) {
	m := loud(tiny(true))
	full := make([]int, m.Config.Context())
	prompts := [][]int{full, full[:60], full[:3]}
	last := 0
	got, err := m.Generate(context.Background(), prompts, GenOptions{MaxTokens: 10}, func(done, total int) {
		if done <= last || total != 3 {
			t.Errorf("progress %d of %d after %d", done, total, last)
		}
		last = done
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{1, 5, 10} { // the last position still predicts one token
		if len(got[i]) != want {
			t.Errorf("prompt %d has an answer of %d tokens, want %d", i, len(got[i]), want)
		}
	}
	if last != 3 {
		t.Errorf("progress ended at %d of 3", last)
	}
	if got, err := m.Generate(context.Background(), prompts, GenOptions{}, nil); err != nil || len(got[2]) != 0 {
		t.Errorf("no tokens asked for: %v, %v", got, err)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for name, f := range map[string]func() error{
		"cancelled": func() error { _, err := m.Generate(cancelled, prompts, GenOptions{MaxTokens: 5}, nil); return err },
		"empty": func() error {
			_, err := m.Generate(context.Background(), [][]int{{}}, GenOptions{MaxTokens: 5}, nil)
			return err
		},
		"too long": func() error {
			_, err := m.Generate(context.Background(), [][]int{make([]int, 65)}, GenOptions{MaxTokens: 5}, nil)
			return err
		},
		"unknown token": func() error {
			_, err := m.Generate(context.Background(), [][]int{{23}}, GenOptions{MaxTokens: 5}, nil)
			return err
		},
		"negative temperature": func() error {
			_, err := m.Generate(context.Background(), prompts, GenOptions{Temperature: -1}, nil)
			return err
		},
		"log-probs cancelled": func() error { _, err := m.LogProbs(cancelled, rowsOf(m.Config, 2, 5, 1)); return err },
		"log-probs unknown token": func() error {
			_, err := m.LogProbs(context.Background(), []Example{{[]int{1, 23}, []float32{0, 1}}})
			return err
		},
	} {
		if f() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestOverflowIsNoAnswer asks a model whose weights are finite, but too large.
func TestOverflowIsNoAnswer(t *testing.T) {
	m := loud(tiny(true))
	for i := range m.flat {
		m.flat[i] *= 1e10
	}
	for _, temperature := range []float64{0, 0.7} {
		_, err := m.Generate(context.Background(), somePrompts(m.Config, 2*batchPrompts), GenOptions{Temperature: temperature, MaxTokens: 5}, nil)
		if !errors.Is(err, student.ErrDiverged) {
			t.Errorf("temperature %v: error %v, want ErrDiverged", temperature, err)
		}
	}
}

func TestLogProbs(t *testing.T) {
	m := loud(tiny(true))
	row := Example{[]int{4, 9, 2, 5}, []float32{1, 0, 1, 0.5}}
	got, err := m.LogProbs(context.Background(), []Example{row, {[]int{1, 2}, []float32{1, 0}}})
	if err != nil {
		t.Fatal(err)
	}
	logProb := func(ids []int, next int) float64 {
		logits := nextLogits(m, ids)
		v := float64(logits[next])
		return v - float64(softmax(logits))
	}
	want := (logProb(row.IDs[:2], 2) + 0.5*logProb(row.IDs[:3], 5)) / 1.5
	if math.Abs(got[0]-want) > 1e-5 {
		t.Errorf("mean log-probability %v, want %v", got[0], want)
	}
	if !math.IsNaN(got[1]) {
		t.Errorf("a row without weights has %v, want NaN", got[1])
	}
}
