//go:build !openblas

package llama

func useBLAS() string { return "gonum" }
