package llama

import (
	"math"
	"testing"

	"github.com/autodatabench/autodatabench/runner/student/llama/vec"
)

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
	a, b := vec.Dot(turned(q, 9), turned(k, 4)), vec.Dot(turned(q, 25), turned(k, 20))
	if math.Abs(float64(a-b)) > 1e-4 {
		t.Errorf("products at distance 5 are %v and %v", a, b)
	}
	if c := vec.Dot(turned(q, 9), turned(k, 9)); math.Abs(float64(c-vec.Dot(q, k))) > 1e-4 {
		t.Errorf("product at distance 0 is %v, want %v", c, vec.Dot(q, k))
	}
	back := turned(q, 17)
	r.rotate(back, 17, -1)
	for i := range q {
		if math.Abs(float64(back[i]-q[i])) > 1e-5 {
			t.Errorf("turned and turned back: %v, want %v", back, q)
		}
	}
}
