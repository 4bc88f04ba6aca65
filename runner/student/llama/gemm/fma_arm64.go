package gemm

// fma is x y + z, rounded once: the compiler makes one instruction of it here, as
// TestFMA sees.
func fma(x, y, z float32) float32 { return x*y + z }
