package llama

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/autodatabench/autodatabench/runner/student/llama/gemm"
)

// Arithmetic names what computes. Results are the same for the same name, whatever
// the processor and the number of its cores. Other architectures than amd64 are
// named, since their compilers may fuse a product with a sum.
func Arithmetic() string {
	if runtime.GOARCH == "amd64" {
		return gemm.Arithmetic
	}
	return gemm.Arithmetic + " " + runtime.GOARCH
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
