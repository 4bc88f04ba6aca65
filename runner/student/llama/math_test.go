package llama

import (
	"math"
	"testing"
)

func TestExp(t *testing.T) {
	var x, y []float32
	for v := -87.0; v <= 88; v += 0.00137 {
		x = append(x, float32(v))
	}
	y = make([]float32, len(x))
	expInto(y, x, 0)
	worst := 0.0
	for i, v := range x {
		want := math.Exp(float64(v))
		worst = max(worst, math.Abs(float64(y[i])-want)/want)
	}
	if worst > 4e-7 {
		t.Errorf("relative error up to %.2g, want below 4e-7", worst)
	}
	for _, v := range []float32{-88, -1e30, float32(math.Inf(-1)), 89, 1e30, float32(math.Inf(1))} {
		expInto(y[:1], []float32{v}, 0)
		if want := math.Exp(max(-87, min(88, float64(v)))); math.Abs(float64(y[0])-want) > 4e-7*want {
			t.Errorf("exp(%v) = %v, want %v", v, y[0], want)
		}
	}
	expInto(y[:1], []float32{float32(math.NaN())}, 0)
	if !math.IsNaN(float64(y[0])) {
		t.Errorf("exp(NaN) = %v", y[0])
	}
}

func TestSoftmax(t *testing.T) {
	x := []float32{1, 3, -2, 3.5, -1000}
	var z float64
	for _, v := range x {
		z += math.Exp(float64(v))
	}
	p := append([]float32{}, x...)
	if got := softmax(p); math.Abs(float64(got)-math.Log(z)) > 1e-6 {
		t.Errorf("log of the normaliser is %v, want %v", got, math.Log(z))
	}
	for i, v := range x {
		if want := math.Exp(float64(v)) / z; math.Abs(float64(p[i])-want) > 1e-6 {
			t.Errorf("p(%v) = %v, want %v", v, p[i], want)
		}
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
		if got := sum(x); got != want {
			t.Errorf("sum of %v is %v, want %v", x, got, want)
		}
		if got := dot(x, y); got != squares {
			t.Errorf("dot of %v and %v is %v, want %v", x, y, got, squares)
		}
	}
}

// TestRotation: a rotation keeps lengths, can be undone, and the product of a
// query and a key depends on their distance alone.
func TestRotation(t *testing.T) {
	c := tiny(true)
	r := newRope(c)
	turned := func(x []float32, at int) []float32 {
		y := append([]float32{}, x...)
		r.rotate(y, at, 1)
		return y
	}
	q, k := []float32{1, 2, 3, 4, 5, 6}, []float32{-1, 0.5, 2, 1, -3, 1}
	a, b := dot(turned(q, 9), turned(k, 4)), dot(turned(q, 25), turned(k, 20))
	if math.Abs(float64(a-b)) > 1e-4 {
		t.Errorf("products at distance 5 are %v and %v", a, b)
	}
	if c := dot(turned(q, 9), turned(k, 9)); math.Abs(float64(c-dot(q, k))) > 1e-4 {
		t.Errorf("product at distance 0 is %v, want %v", c, dot(q, k))
	}
	back := turned(q, 17)
	r.rotate(back, 17, -1)
	for i := range q {
		if math.Abs(float64(back[i]-q[i])) > 1e-5 {
			t.Errorf("turned and turned back: %v, want %v", back, q)
		}
	}
}
