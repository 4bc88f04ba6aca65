package llama

import (
	"math"

	"github.com/autodatabench/autodatabench/runner/student/llama/vec"
)

// softmax turns x into probabilities in place. The log-probability of i is
// x[i] - logZ for the x before.
func softmax(x []float32) (logZ float32) {
	top := vec.Max(x)
	vec.Exp(x, x, top)
	z := vec.Sum(x)
	vec.Scale(x, 1/z)
	return top + float32(math.Log(float64(z)))
}

// softmaxScaled is softmax(factor x), in place.
func softmaxScaled(x []float32, factor float32) {
	vec.Scale(x, factor)
	vec.Exp(x, x, vec.Max(x))
	vec.Scale(x, 1/vec.Sum(x))
}

// rmsNorm writes y = x * gain / rms(x) for each row of len(gain) and keeps 1/rms.
func rmsNorm(y, x, gain, inverse []float32, eps float64) {
	d := len(gain)
	for t := range len(x) / d {
		row, out := x[t*d:][:d], y[t*d:][:d]
		r := float32(1 / math.Sqrt(float64(vec.Dot(row, row))/float64(d)+eps))
		inverse[t] = r
		vec.MulRow(out, row, gain, r)
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
				dgain[i] += float32(g[i] * v * r)
			}
		}
		vec.MulRow(g, g, gain, 1)
		k := vec.Dot(g, row) * r * r * r / float32(d)
		vec.AddDifference(out, g, r, row, k)
	}
}

// swiGLU writes act = silu(gate) * up for rows gateUp = [gate, up] and keeps
// sigmoid(gate). Rows of act are width wide.
func swiGLU(act, sigmoid, gateUp []float32, width int) {
	for t := range len(act) / width {
		gate, up := gateUp[2*t*width:][:width], gateUp[(2*t+1)*width:][:width]
		vec.SwiGLU(act[t*width:][:width], sigmoid[t*width:][:width], gate, up)
	}
}

// swiGLUBack replaces gateUp by its gradient, given act's.
func swiGLUBack(gateUp, dact, sigmoid []float32, width int) {
	for t := range len(dact) / width {
		gate, up := gateUp[2*t*width:][:width], gateUp[(2*t+1)*width:][:width]
		vec.SwiGLUBack(gate, up, dact[t*width:][:width], sigmoid[t*width:][:width])
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
		vec.Rotate(row[:h], row[h:2*h], cos, sin, sign)
	}
}
