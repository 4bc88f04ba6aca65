package vec

import (
	"math"
	"math/rand/v2"
	"testing"
)

// same says that two results have the same bits, or are both no numbers.
func same(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

// call is a function of the package on up to four slices of one length and three
// numbers, which it may change or answer with.
type call struct {
	name string
	run  func(s [4][]float32, f [3]float32) float32
}

var calls = []call{
	{"Exp", func(s [4][]float32, f [3]float32) float32 { Exp(s[0], s[1], f[0]); return 0 }},
	{"Exp in place", func(s [4][]float32, f [3]float32) float32 { Exp(s[0], s[0], f[0]); return 0 }},
	{"SwiGLU", func(s [4][]float32, _ [3]float32) float32 { SwiGLU(s[0], s[1], s[2], s[3]); return 0 }},
	{"SwiGLUBack", func(s [4][]float32, _ [3]float32) float32 { SwiGLUBack(s[0], s[1], s[2], s[3]); return 0 }},
	{"Rotate", func(s [4][]float32, f [3]float32) float32 { Rotate(s[0], s[1], s[2], s[3], f[0]); return 0 }},
	{"Adam", func(s [4][]float32, f [3]float32) float32 { Adam(s[0], s[1], s[2], s[3], f[0], f[1], f[2]); return 0 }},
	{"Max", func(s [4][]float32, _ [3]float32) float32 {
		if len(s[0]) == 0 {
			return 0
		}
		return Max(s[0])
	}},
	{"Sum", func(s [4][]float32, _ [3]float32) float32 { return Sum(s[0]) }},
	{"Dot", func(s [4][]float32, _ [3]float32) float32 { return Dot(s[0], s[1]) }},
	{"Scale", func(s [4][]float32, f [3]float32) float32 { Scale(s[0], f[0]); return 0 }},
	{"Add", func(s [4][]float32, _ [3]float32) float32 { Add(s[0], s[1]); return 0 }},
	{"MulRow", func(s [4][]float32, f [3]float32) float32 { MulRow(s[0], s[1], s[2], f[0]); return 0 }},
	{"MulRow in place", func(s [4][]float32, f [3]float32) float32 { MulRow(s[0], s[0], s[1], f[0]); return 0 }},
	{"AddDifference", func(s [4][]float32, f [3]float32) float32 { AddDifference(s[0], s[1], f[0], s[2], f[1]); return 0 }},
	{"SoftmaxBack", func(s [4][]float32, f [3]float32) float32 { SoftmaxBack(s[0], s[1], f[0], f[1]); return 0 }},
}

// special are the numbers at which steps change their kind.
var special = []float32{0, float32(math.Copysign(0, -1)), 1, -1, 87, -87, 88, 88.5, -87.5, -104, 0x1p-149, -0x1p-126, 0x1p-24, math.MaxFloat32, float32(math.Inf(1)), float32(math.Inf(-1))}

func draw(r *rand.Rand) float32 {
	switch r.IntN(12) {
	case 0:
		return special[r.IntN(len(special))]
	case 1:
		return float32(math.Ldexp(r.Float64()-0.5, r.IntN(200)-100))
	}
	return float32(r.NormFloat64() * 4)
}

// agree checks that the kernels and the Go code have the same bits, and that
// nothing after the slices is changed.
func agree(t *testing.T, r *rand.Rand, c call, n int) {
	t.Helper()
	var with, without [4][]float32
	for i := range with {
		with[i] = make([]float32, n+9)
		for j := range with[i] {
			with[i][j] = draw(r)
		}
		without[i] = append([]float32(nil), with[i]...)
	}
	short := func(s [4][]float32) (cut [4][]float32) {
		for i := range s {
			cut[i] = s[i][:n:n]
		}
		return cut
	}
	f := [3]float32{draw(r), draw(r), draw(r)}
	got := c.run(short(with), f)
	defer func(had bool) { vectors = had }(vectors)
	vectors = false
	if want := c.run(short(without), f); !same(got, want) {
		t.Fatalf("%s of %d elements is %v, in Go %v", c.name, n, got, want)
	}
	for i := range with {
		for j, v := range with[i] {
			if !same(v, without[i][j]) {
				t.Fatalf("%s of %d elements with %v: element %d of slice %d is %v, in Go %v", c.name, n, f, j, i, v, without[i][j])
			}
		}
	}
}

func TestKernels(t *testing.T) {
	if !vectors {
		t.Log("this processor has no kernels: Go is compared with itself")
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range calls {
		for n := range 70 {
			for range 20 {
				agree(t, r, c, n)
			}
		}
	}
}

func FuzzKernels(f *testing.F) {
	f.Add(uint64(1), 3, 17)
	f.Fuzz(func(t *testing.T, seed uint64, which, n int) {
		if which < 0 || which >= len(calls) || n < 0 || n > 300 {
			t.Skip()
		}
		agree(t, rand.New(rand.NewPCG(seed, 0)), calls[which], n)
	})
}

func TestExp(t *testing.T) {
	var x, y []float32
	for v := -87.0; v <= 88; v += 0.00137 {
		x = append(x, float32(v))
	}
	y = make([]float32, len(x))
	Exp(y, x, 0)
	worst := 0.0
	for i, v := range x {
		want := math.Exp(float64(v))
		worst = max(worst, math.Abs(float64(y[i])-want)/want)
	}
	if worst > 4e-7 {
		t.Errorf("relative error up to %.2g, want below 4e-7", worst)
	}
	for _, v := range []float32{-88, -1e30, float32(math.Inf(-1)), 89, 1e30, float32(math.Inf(1))} {
		Exp(y[:1], []float32{v}, 0)
		if want := math.Exp(max(-87, min(88, float64(v)))); math.Abs(float64(y[0])-want) > 4e-7*want {
			t.Errorf("exp(%v) = %v, want %v", v, y[0], want)
		}
	}
	Exp(y[:1], []float32{float32(math.NaN())}, 0)
	if !math.IsNaN(float64(y[0])) {
		t.Errorf("exp(NaN) = %v", y[0])
	}
}

func TestSums(t *testing.T) {
	for n := range 11 {
		x, y := make([]float32, n), make([]float32, n)
		want, squares := float32(0), float32(0)
		for i := range n {
			x[i], y[i] = float32(i+1), float32(2*i-3)
			want += x[i]
			squares += x[i] * y[i]
		}
		if got := Sum(x); got != want {
			t.Errorf("sum of %v is %v, want %v", x, got, want)
		}
		if got := Dot(x, y); got != squares {
			t.Errorf("dot of %v and %v is %v, want %v", x, y, got, squares)
		}
	}
}

// TestShortSlices: kernels read and write by address, so that lengths are checked
// before.
func TestShortSlices(t *testing.T) {
	long, short := make([]float32, 16), make([]float32, 15)
	for name, f := range map[string]func(){
		"Exp": func() { Exp(short, long, 0) }, "SwiGLU": func() { SwiGLU(long, long, long, short) },
		"SwiGLUBack": func() { SwiGLUBack(long, long, short, long) }, "Rotate": func() { Rotate(long, long, long, short, 1) },
		"Adam": func() { Adam(long, long, long, short, 1, 1, 1) }, "Dot": func() { Dot(long, short) }, "Add": func() { Add(short, long) },
		"MulRow": func() { MulRow(long, short, long, 1) }, "AddDifference": func() { AddDifference(long, short, 1, long, 1) },
		"SoftmaxBack": func() { SoftmaxBack(short, long, 1, 1) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s takes a slice that is too short", name)
				}
			}()
			f()
		}()
	}
}

func BenchmarkKernels(b *testing.B) {
	for _, c := range calls {
		for _, on := range []bool{true, false} {
			name := c.name + "/Go"
			if on {
				name = c.name + "/vectors"
			}
			b.Run(name, func(b *testing.B) {
				defer func(had bool) { vectors = had }(vectors)
				vectors = vectors && on
				var s [4][]float32
				for i := range s {
					s[i] = make([]float32, 384)
					for j := range s[i] {
						s[i][j] = float32(j%7) / 4
					}
				}
				start := s[0]
				for b.Loop() {
					copy(start, s[3]) // what works in place would shrink to nothing
					c.run(s, [3]float32{0.5, 1e-3, 1})
				}
			})
		}
	}
}
