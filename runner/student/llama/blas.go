package llama

import (
	"runtime"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// UseFastBLAS puts the fastest BLAS of this build behind blas32: OpenBLAS with
// the build tag openblas, else gonum's own. [NewModel] and [Load] call it; more
// calls do nothing. Statistics use blas64, which stays gonum's.
func UseFastBLAS() { useBLAS() }

// BLAS names the implementation in use. Results are the same for the same name
// on the same machine.
func BLAS() string { return useBLAS() }

// mulT computes c = a bT + beta c for a [m, k], b [n, k], c [m, n]: a linear
// layer's forward pass. Rows of a, b and c start lda, ldb and ldc apart.
func mulT(m, n, k int, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	blas32.Implementation().Sgemm(blas.NoTrans, blas.Trans, m, n, k, 1, a, lda, b, ldb, beta, c, ldc)
}

// mul computes c = alpha a b + beta c for a [m, k], b [k, n], c [m, n].
func mul(m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	blas32.Implementation().Sgemm(blas.NoTrans, blas.NoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// tmul computes c = alpha aT b + beta c for a [k, m], b [k, n], c [m, n]: a
// weight's gradient.
func tmul(m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	blas32.Implementation().Sgemm(blas.Trans, blas.NoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// parallel calls f(worker, i) for all i < n on up to GOMAXPROCS goroutines and
// waits for them. Worker numbers are below workers().
func parallel(n int, f func(worker, i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for w := range min(n, workers()) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(w, i)
			}
		})
	}
	wg.Wait()
}

func workers() int { return runtime.GOMAXPROCS(0) }
