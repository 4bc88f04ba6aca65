//go:build !amd64

package vec

const lanes = 8

// vectors says that there are kernels.
var vectors = false

func blocks(int) int { return 0 }

// Without kernels there are no blocks, and none of these is called.

func avx2Exp(int, *float32, *float32, float32)                                        {}
func avx2SwiGLU(int, *float32, *float32, *float32, *float32)                          {}
func avx2SwiGLUBack(int, *float32, *float32, *float32, *float32)                      {}
func avx2Rotate(int, *float32, *float32, *float32, *float32, float32)                 {}
func avx2Adam(int, *float32, *float32, *float32, *float32, float32, float32, float32) {}
func avx2Max(int, *float32, *float32)                                                 {}
func avx2Sum(int, *float32, *float32)                                                 {}
func avx2Dot(int, *float32, *float32, *float32)                                       {}
func avx2Scale(int, *float32, float32)                                                {}
func avx2Add(int, *float32, *float32)                                                 {}
func avx2MulRow(int, *float32, *float32, *float32, float32)                           {}
func avx2AddDifference(int, *float32, *float32, float32, *float32, float32)           {}
func avx2SoftmaxBack(int, *float32, *float32, float32, float32)                       {}
