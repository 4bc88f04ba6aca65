package vec

// Max returns the greatest of x, which is not empty.
func Max(x []float32) float32 {
	top := x[0]
	n := blocks(len(x))
	if n > 0 {
		most := [lanes]float32(x)
		avx2Max(n, &x[0], &most[0])
		for _, v := range most {
			top = max(top, v)
		}
	}
	for _, v := range x[n*lanes:] {
		if v > top {
			top = v
		}
	}
	return top
}

// partial are the partial sums of Sum and Dot.
type partial [lanes]float32

// total adds the halves, then the quarters, then what is left.
func (l *partial) total() float32 {
	return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]))
}

// Sum adds the elements of x.
func Sum(x []float32) float32 {
	var l partial
	n := blocks(len(x))
	if n > 0 {
		avx2Sum(n, &x[0], &l[0])
	}
	for i, v := range x[n*lanes:] {
		l[i%lanes] += v
	}
	return l.total()
}

// Dot adds the products of the elements of x and y, for every element of x.
func Dot(x, y []float32) float32 {
	y = y[:len(x)]
	var l partial
	n := blocks(len(x))
	if n > 0 {
		avx2Dot(n, &x[0], &y[0], &l[0])
	}
	x, y = x[n*lanes:], y[n*lanes:]
	for i, v := range x {
		l[i%lanes] += float32(v * y[i])
	}
	return l.total()
}

// Scale multiplies the elements of x.
func Scale(x []float32, by float32) {
	n := blocks(len(x))
	if n > 0 {
		avx2Scale(n, &x[0], by)
	}
	for i := n * lanes; i < len(x); i++ {
		x[i] *= by
	}
}

// Add adds x to dst, for every element of x.
func Add(dst, x []float32) {
	dst = dst[:len(x)]
	n := blocks(len(x))
	if n > 0 {
		avx2Add(n, &dst[0], &x[0])
	}
	for i := n * lanes; i < len(x); i++ {
		dst[i] += x[i]
	}
}

// MulRow writes x[i] by gain[i] to dst, for every element of gain.
func MulRow(dst, x, gain []float32, by float32) {
	dst, x = dst[:len(gain)], x[:len(gain)]
	n := blocks(len(gain))
	if n > 0 {
		avx2MulRow(n, &dst[0], &x[0], &gain[0], by)
	}
	for i := n * lanes; i < len(gain); i++ {
		dst[i] = x[i] * by * gain[i]
	}
}

// AddDifference adds g[i] r - x[i] k to dst, for every element of x.
func AddDifference(dst, g []float32, r float32, x []float32, k float32) {
	dst, g = dst[:len(x)], g[:len(x)]
	n := blocks(len(x))
	if n > 0 {
		avx2AddDifference(n, &dst[0], &g[0], r, &x[0], k)
	}
	for i := n * lanes; i < len(x); i++ {
		dst[i] += float32(g[i]*r) - float32(x[i]*k)
	}
}

// SoftmaxBack turns the gradient g of probabilities p into factor times that of
// their logits, given the mean of g under p, for every element of p.
func SoftmaxBack(g, p []float32, mean, factor float32) {
	g = g[:len(p)]
	n := blocks(len(p))
	if n > 0 {
		avx2SoftmaxBack(n, &g[0], &p[0], mean, factor)
	}
	for i := n * lanes; i < len(p); i++ {
		g[i] = p[i] * (g[i] - mean) * factor
	}
}
