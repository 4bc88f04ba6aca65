//go:build !amd64

package gemm

func sets() []*set { return []*set{{name: "portable"}} }
