package gemm

import "math"

// Factor is a matrix B [k, n] that many products read: it is laid out for them once.
// The zero Factor is empty. Products may read a Factor at the same time.
type Factor struct {
	k, n   int
	b      operand // the matrix where it lies; read only where there are no tiles
	strips []float32
}

// Set makes f the matrix B [k, n], which must not change before the next Set.
func (f *Factor) Set(k, n int, b []float32, ldb int) { f.set(best(), k, n, operand{b, ldb, false}) }

// SetT makes f the transposed of B [n, k], as Set does.
func (f *Factor) SetT(n, k int, b []float32, ldb int) { f.set(best(), k, n, operand{b, ldb, true}) }

func (f *Factor) set(s *set, k, n int, b operand) {
	f.k, f.n, f.b = k, n, b
	b.check("B", k, n)
	if s.rows() == 0 || k == 0 {
		return
	}
	p := product{m: math.MaxInt, n: n, k: k, b: b} // so many rows that every strip is copied
	size := p.packedSize(s, n)
	f.strips = grown(f.strips, size)[:size]
	p.packB(s, f.strips, 0, n)
}

// Mul computes C = A B for A [m, k] and C [m, n], or adds to C.
func (f *Factor) Mul(m int, a []float32, lda int, add bool, c []float32, ldc int) {
	f.product(m, a, lda, add, c, ldc).run(best())
}

func (f *Factor) product(m int, a []float32, lda int, add bool, c []float32, ldc int) product {
	return product{m, f.n, f.k, 1, operand{a, lda, false}, f.b, add, c, ldc, f.strips}
}
