package gemm

import "golang.org/x/sys/cpu"

//go:generate sh -c "cd ../generate && go run ./tiles -out ../gemm/tiles_amd64.s -stubs ../gemm/tiles_amd64.go -pkg gemm"

// sets are those that this processor has, the fastest first.
func sets() (have []*set) {
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		have = append(have, avx512())
	}
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

func avx512() *set {
	return &set{name: "AVX-512", lanes: 16, copies: [2]func(int, *float32, int, *float32){avx512Copy16, avx512Copy32}, transpose: avx2Transpose8, tiles: [2][]tile{
		{avx512Tile1x16, avx512Tile2x16, avx512Tile3x16, avx512Tile4x16, avx512Tile5x16, avx512Tile6x16,
			avx512Tile7x16, avx512Tile8x16, avx512Tile9x16, avx512Tile10x16, avx512Tile11x16, avx512Tile12x16},
		{avx512Tile1x32, avx512Tile2x32, avx512Tile3x32, avx512Tile4x32, avx512Tile5x32, avx512Tile6x32,
			avx512Tile7x32, avx512Tile8x32, avx512Tile9x32, avx512Tile10x32, avx512Tile11x32, avx512Tile12x32},
	}}
}
