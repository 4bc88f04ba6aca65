//go:build openblas

package llama

// #cgo pkg-config: openblas
// extern void openblas_set_num_threads(int);
// extern char *openblas_get_config(void);
import "C"

import (
	"strings"
	"sync"

	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/netlib/blas/netlib"
)

// useBLAS puts OpenBLAS behind blas32, on one thread a call: the shards of a
// batch keep the cores busy.
var useBLAS = sync.OnceValue(func() string {
	C.openblas_set_num_threads(1)
	blas32.Use(netlib.Implementation{})
	fields := strings.Fields(C.GoString(C.openblas_get_config()))
	return strings.Join(fields[:min(2, len(fields))], " ")
})
