package gemm

import (
	"math"
	"math/big"
)

// bigFMA is x y + z rounded once, from exact arithmetic.
func bigFMA(x, y, z float32) float32 {
	exact := func(v float32) *big.Float { return new(big.Float).SetPrec(1000).SetFloat64(float64(v)) }
	sum := exact(x)
	sum.Mul(sum, exact(y))
	sum.Add(sum, exact(z))
	if sum.Sign() == 0 { // big.Float has its own rule for the sign of a sum of zero
		return float32(math.FMA(float64(x), float64(y), float64(z)))
	}
	v, _ := sum.Float32()
	return v
}
