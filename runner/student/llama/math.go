package llama

import "math"

// Scalar code that the compiler does not vectorise: loops are kept free of
// calls and bounds checks.

// expInto writes e^(x-shift) to dst with a relative error below 1e-6; exponents
// are held to [-87, 88]. It splits x = n ln 2 + r, |r| <= ln 2 / 2, evaluates
// 1 + r + r² q(r) with the cubic q of least relative error (1.1e-7) and puts n
// into the exponent's bits.
func expInto(dst, x []float32, shift float32) {
	const (
		round  = 12582912 // 1.5 * 2^23: adding it rounds to an integer
		log2e  = 1.44269504088896341
		ln2hi  = 0.693359375 // exact in few bits, so that n * ln2hi is exact
		ln2lo  = -2.12194440e-4
		q0, q1 = 4.9999231494e-1, 1.6667114650e-1
		q2, q3 = 4.1890156938e-2, 8.3125202225e-3
	)
	dst = dst[:len(x)]
	for i, v := range x {
		v -= shift
		if v < -87 {
			v = -87
		}
		if v > 88 {
			v = 88
		}
		t := v*log2e + round
		n := t - round
		r := v - n*ln2hi - n*ln2lo
		rr := r * r
		q := (q0 + q1*r) + rr*(q2+q3*r)
		e := rr*q + (r + 1)
		dst[i] = math.Float32frombits(math.Float32bits(e) + math.Float32bits(t)<<23)
	}
}

// maximum returns the greatest of x, which is not empty.
func maximum(x []float32) float32 {
	top := x[0]
	for _, v := range x {
		if v > top {
			top = v
		}
	}
	return top
}

// lanes are the partial sums of sum and dot: element i goes to number i%8, as in a
// register of eight float32.
type lanes [8]float32

// total adds the halves, then the quarters, then what is left.
func (l *lanes) total() float32 {
	return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]))
}

func sum(x []float32) float32 {
	var a, b, c, d, e, f, g, h float32
	for len(x) >= 8 {
		a, b, c, d = a+x[0], b+x[1], c+x[2], d+x[3]
		e, f, g, h = e+x[4], f+x[5], g+x[6], h+x[7]
		x = x[8:]
	}
	l := lanes{a, b, c, d, e, f, g, h}
	for i, v := range x {
		l[i] += v
	}
	return l.total()
}

func dot(x, y []float32) float32 {
	var a, b, c, d, e, f, g, h float32
	y = y[:len(x)]
	for len(x) >= 8 && len(y) >= 8 {
		a, b, c, d = a+x[0]*y[0], b+x[1]*y[1], c+x[2]*y[2], d+x[3]*y[3]
		e, f, g, h = e+x[4]*y[4], f+x[5]*y[5], g+x[6]*y[6], h+x[7]*y[7]
		x, y = x[8:], y[8:]
	}
	l := lanes{a, b, c, d, e, f, g, h}
	for i, v := range x {
		l[i] += v * y[i]
	}
	return l.total()
}

func scale(x []float32, by float32) {
	for i := range x {
		x[i] *= by
	}
}

// addTo adds x to dst.
func addTo(dst, x []float32) {
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] += v
	}
}

// softmax turns x into probabilities in place. The log-probability of i is
// x[i] - logZ for the x before.
func softmax(x []float32) (logZ float32) {
	top := maximum(x)
	expInto(x, x, top)
	z := sum(x)
	scale(x, 1/z)
	return top + float32(math.Log(float64(z)))
}

// softmaxScaled is softmax(factor x), in place.
func softmaxScaled(x []float32, factor float32) {
	scale(x, factor)
	expInto(x, x, maximum(x))
	scale(x, 1/sum(x))
}

// rmsNorm writes y = x * gain / rms(x) for each row of len(gain) and keeps 1/rms.
func rmsNorm(y, x, gain, inverse []float32, eps float64) {
	d := len(gain)
	for t := range len(x) / d {
		row, out := x[t*d:][:d], y[t*d:][:d]
		r := float32(1 / math.Sqrt(float64(dot(row, row))/float64(d)+eps))
		inverse[t] = r
		for i, g := range gain {
			out[i] = row[i] * r * g
		}
	}
}

// rmsNormBack adds the gradient of rmsNorm's input to dx and, when dgain is not
// nil, the gain's to dgain. It overwrites dy.
func rmsNormBack(dx, dy, x, gain, inverse, dgain []float32) {
	d := len(gain)
	for t := range len(x) / d {
		row, g, out := x[t*d:][:d], dy[t*d:][:d], dx[t*d:][:d]
		r := inverse[t]
		if dgain != nil {
			for i, v := range row {
				dgain[i] += g[i] * v * r
			}
		}
		for i, w := range gain {
			g[i] *= w
		}
		k := dot(g, row) * r * r * r / float32(d)
		for i, v := range row {
			out[i] += g[i]*r - v*k
		}
	}
}

// swiGLU writes act = silu(gate) * up for rows gateUp = [gate, up] and keeps
// sigmoid(gate). Rows of act are width wide.
func swiGLU(act, sigmoid, gateUp []float32, width int) {
	for t := range len(act) / width {
		gate, up := gateUp[2*t*width:][:width], gateUp[(2*t+1)*width:][:width]
		a, s := act[t*width:][:width], sigmoid[t*width:][:width]
		expInto(s, gate, 0)
		for i, g := range gate {
			p := s[i] / (1 + s[i])
			s[i] = p
			a[i] = g * p * up[i]
		}
	}
}

// swiGLUBack replaces gateUp by its gradient, given act's.
func swiGLUBack(gateUp, dact, sigmoid []float32, width int) {
	for t := range len(dact) / width {
		gate, up := gateUp[2*t*width:][:width], gateUp[(2*t+1)*width:][:width]
		da, s := dact[t*width:][:width], sigmoid[t*width:][:width]
		for i, d := range da {
			g, p := gate[i], s[i]
			gate[i] = d * up[i] * p * (1 + g*(1-p))
			up[i] = d * g * p
		}
	}
}

// rope holds the cosines and sines of the rotary positions, [positions, half].
type rope struct {
	half     int
	cos, sin []float32
}

func newRope(c Config) rope {
	half := c.HeadDim / 2
	n := c.Context()
	r := rope{half: half, cos: make([]float32, n*half), sin: make([]float32, n*half)}
	for i := range half {
		frequency := math.Pow(c.RopeTheta, -float64(i)/float64(half))
		for p := range n {
			sin, cos := math.Sincos(float64(p) * frequency)
			r.cos[p*half+i], r.sin[p*half+i] = float32(cos), float32(sin)
		}
	}
	return r
}

// rotate turns every head of one token's row at the position; sign -1 turns
// back. Element i pairs with i + half, as in transformers.
func (r rope) rotate(row []float32, position int, sign float32) {
	h := r.half
	cos, sin := r.cos[position*h:][:h], r.sin[position*h:][:h]
	for ; len(row) >= 2*h; row = row[2*h:] {
		a, b := row[:h], row[h:2*h]
		for i, c := range cos {
			s := sign * sin[i]
			x, y := a[i], b[i]
			a[i], b[i] = x*c-y*s, y*c+x*s
		}
	}
}
