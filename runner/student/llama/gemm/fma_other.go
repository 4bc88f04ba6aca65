//go:build !arm64

package gemm

func fma(x, y, z float32) float32 { return exactFMA(x, y, z) }
