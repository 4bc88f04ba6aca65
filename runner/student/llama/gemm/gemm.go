// Package gemm multiplies float32 matrices: C = alpha A B, or C += alpha A B, with
// A or B transposed if asked.
//
// An element of C is one chain of fused multiply-adds over k in rising order,
// begun at +0, times alpha. With add, alpha times the chain plus the old element
// is one more fused multiply-add. Each step is rounded to float32, to nearest even.
// The tiles into which the processor's vectors cut C do not change any chain. The
// result has therefore the same bits with every instruction set, on any number of
// cores, and for any other rows and columns computed beside it. (Which NaN an
// element is may differ.)
//
// Matrices are row-major, and rows start a given number of elements apart. One call
// runs on one goroutine; calls may run at the same time.
//
// The package is not for sparse or tiny matrices known at compile time, and has no
// kernels of its own for processors other than amd64 with AVX2.
package gemm

import (
	"fmt"
	"sync"
)

// Arithmetic names what results depend on: two programs with the same name compute
// the same bits.
const Arithmetic = "go-1"

// Set names the instruction set in use, for people: it changes the speed only.
func Set() string { return best().name }

// NT computes C = A Bᵀ for A [m, k], B [n, k] and C [m, n], or adds to C.
func NT(m, n, k int, a []float32, lda int, b []float32, ldb int, add bool, c []float32, ldc int) {
	product{m, n, k, 1, operand{a, lda, false}, operand{b, ldb, true}, add, c, ldc, nil}.run(best())
}

// NN computes C = alpha A B for A [m, k], B [k, n] and C [m, n], or adds to C.
func NN(m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, add bool, c []float32, ldc int) {
	product{m, n, k, alpha, operand{a, lda, false}, operand{b, ldb, false}, add, c, ldc, nil}.run(best())
}

// TN computes C = alpha Aᵀ B for A [k, m], B [k, n] and C [m, n], or adds to C.
func TN(m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, add bool, c []float32, ldc int) {
	product{m, n, k, alpha, operand{a, lda, true}, operand{b, ldb, false}, add, c, ldc, nil}.run(best())
}

// operand is a matrix as it lies in memory; transposed, if the product reads it so.
type operand struct {
	data       []float32
	ld         int
	transposed bool
}

// product is C [m, n] = alpha A [m, k] B [k, n], or the sum of that and C.
type product struct {
	m, n, k int
	alpha   float32
	a, b    operand
	add     bool
	c       []float32
	ldc     int
	packed  []float32 // all strips of B, if it was laid out before
}

// set is an instruction set. Without tiles the product is computed in Go.
type set struct {
	name      string
	lanes     int                                                        // float32 in a register
	tiles     [2][]tile                                                  // of one and of two registers' width, by rows less one
	copies    [2]func(rows int, from *float32, fromRow int, to *float32) // of one and of two registers' width
	transpose func(blocks int, from *float32, fromRow int, to *float32, toRow int)
}

// tile computes a part of C of a fixed size: for its rows i and columns j,
// c[i*cRow+j] becomes alpha times the sum over p < k of a[i*aRow+p*aStep] and
// b[p*bStep+j]; with add, plus c[i*cRow+j].
type tile func(k int, a *float32, aRow, aStep int, b *float32, bStep int, c *float32, cRow int, alpha float32, add bool)

func (s *set) rows() int { return len(s.tiles[1]) }

// best is the fastest set of this processor.
var best = sync.OnceValue(func() *set { return sets()[0] })

func (p product) run(s *set) {
	if p.m <= 0 || p.n <= 0 || p.k < 0 {
		return
	}
	p.check()
	if s.rows() == 0 || p.k == 0 {
		p.portable()
		return
	}
	p.blocks(s)
}

// check panics when a matrix reaches beyond its slice, which the kernels would
// read and write.
func (p product) check() {
	p.a.check("A", p.m, p.k)
	p.b.check("B", p.k, p.n)
	operand{p.c, p.ldc, false}.check("C", p.m, p.n)
}

// check panics when the operand, as so many rows and columns of the product, reaches
// beyond its slice.
func (o operand) check(name string, rows, columns int) {
	if o.transposed {
		rows, columns = columns, rows
	}
	if rows > 0 && columns > 0 && (o.ld < columns || (rows-1)*o.ld+columns > len(o.data)) {
		panic(fmt.Sprintf("gemm: %s of %d rows and %d columns, %d apart, in %d elements", name, rows, columns, o.ld, len(o.data)))
	}
}
