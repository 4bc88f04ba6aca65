package gemm

import "golang.org/x/sys/cpu"

//go:generate sh -c "cd generate && go run . -out ../tiles_amd64.s -stubs ../tiles_amd64.go -pkg gemm"

// sets are those that this processor has, the fastest first.
func sets() (have []*set) {
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		have = append(have, avx2())
	}
	return append(have, &set{name: "portable"})
}

func avx2() *set {
	return &set{name: "AVX2", lanes: 8, copies: [2]func(int, *float32, int, *float32){avx2Copy8, avx2Copy16}, transpose: avx2Transpose8, tiles: [2][]tile{
		{avx2Tile1x8, avx2Tile2x8, avx2Tile3x8, avx2Tile4x8, avx2Tile5x8, avx2Tile6x8},
		{avx2Tile1x16, avx2Tile2x16, avx2Tile3x16, avx2Tile4x16, avx2Tile5x16, avx2Tile6x16},
	}}
}
