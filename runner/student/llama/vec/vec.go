// Package vec is the student's arithmetic beside its products: functions over
// slices of float32, element by element or summed.
//
// A result has the same bits with every instruction set. Every step is rounded to
// float32: no product is fused with a sum, which a conversion of the product says
// to the compiler. Sums have eight partial sums, element i in number i%8, as in a
// register of eight float32. (Which NaN a result is may differ, and a maximum
// beside a NaN may be any.)
//
// A call works on the slices' first elements, as many as its documentation names,
// and panics where a slice is shorter.
package vec

import "math"

// AdamW's constants, those of every recipe here.
const (
	Beta1, Beta2 = 0.9, 0.999
	adamEps      = 1e-8
)

// Exp writes e^(x-shift) to dst for every element of x, with a relative error below
// 1e-6; exponents are held to [-87, 88]. dst may be x. It splits x = n ln 2 + r,
// |r| <= ln 2 / 2, evaluates 1 + r + r² q(r) with the cubic q of least relative error
// (1.1e-7) and puts n into the exponent's bits.
func Exp(dst, x []float32, shift float32) {
	dst = dst[:len(x)]
	n := blocks(len(x))
	if n > 0 {
		avx2Exp(n, &dst[0], &x[0], shift)
	}
	for i, v := range x[n*lanes:] {
		dst[n*lanes+i] = exp(v - shift)
	}
}

func exp(v float32) float32 {
	const (
		round  = 12582912 // 1.5 * 2^23: adding it rounds to an integer
		log2e  = 1.44269504088896341
		ln2hi  = 0.693359375 // exact in few bits, so that n * ln2hi is exact
		ln2lo  = -2.12194440e-4
		q0, q1 = 4.9999231494e-1, 1.6667114650e-1
		q2, q3 = 4.1890156938e-2, 8.3125202225e-3
	)
	if v < -87 {
		v = -87
	}
	if v > 88 {
		v = 88
	}
	t := float32(v*log2e) + round
	n := t - round
	r := v - float32(n*ln2hi) - float32(n*ln2lo)
	rr := r * r
	q := (q0 + float32(q1*r)) + float32(rr*(q2+float32(q3*r)))
	e := float32(rr*q) + (r + 1)
	return math.Float32frombits(math.Float32bits(e) + math.Float32bits(t)<<23)
}

// SwiGLU writes act = silu(gate) up and sigmoid(gate), for every element of gate.
func SwiGLU(act, sigmoid, gate, up []float32) {
	act, sigmoid, up = act[:len(gate)], sigmoid[:len(gate)], up[:len(gate)]
	n := blocks(len(gate))
	if n > 0 {
		avx2SwiGLU(n, &act[0], &sigmoid[0], &gate[0], &up[0])
	}
	for i := n * lanes; i < len(gate); i++ {
		e := exp(gate[i])
		p := e / (1 + e)
		sigmoid[i] = p
		act[i] = gate[i] * p * up[i]
	}
}

// SwiGLUBack replaces gate and up by their gradients, given act's.
func SwiGLUBack(gate, up, dact, sigmoid []float32) {
	up, dact, sigmoid = up[:len(gate)], dact[:len(gate)], sigmoid[:len(gate)]
	n := blocks(len(gate))
	if n > 0 {
		avx2SwiGLUBack(n, &gate[0], &up[0], &dact[0], &sigmoid[0])
	}
	for i := n * lanes; i < len(gate); i++ {
		d, g, p := dact[i], gate[i], sigmoid[i]
		gate[i] = d * up[i] * p * (1 + float32(g*(1-p)))
		up[i] = d * g * p
	}
}

// Rotate turns the pairs (a[i], b[i]) by the angle of cos[i] and sign sin[i], for
// every element of cos.
func Rotate(a, b, cos, sin []float32, sign float32) {
	a, b, sin = a[:len(cos)], b[:len(cos)], sin[:len(cos)]
	n := blocks(len(cos))
	if n > 0 {
		avx2Rotate(n, &a[0], &b[0], &cos[0], &sin[0], sign)
	}
	for i := n * lanes; i < len(cos); i++ {
		c, s := cos[i], sign*sin[i]
		x, y := a[i], b[i]
		a[i], b[i] = float32(x*c)-float32(y*s), float32(y*c)+float32(x*s)
	}
}

// Adam takes a step of AdamW without its decay: it moves the weights w and their
// moments m and v along factor times the gradient g. rate is the learning rate over
// the first moment's bias, bias one over the root of the second's.
func Adam(w, m, v, g []float32, factor, rate, bias float32) {
	m, v, g = m[:len(w)], v[:len(w)], g[:len(w)]
	n := blocks(len(w))
	if n > 0 {
		avx2Adam(n, &w[0], &m[0], &v[0], &g[0], factor, rate, bias)
	}
	for i := n * lanes; i < len(w); i++ {
		d := g[i] * factor
		m[i] = float32(Beta1*m[i]) + float32((1-Beta1)*d)
		v[i] = float32(Beta2*v[i]) + float32((1-Beta2)*d*d)
		root := float32(float32(math.Sqrt(float64(v[i])))*bias) + adamEps
		w[i] -= rate * m[i] / root
	}
}
