package vec

import "golang.org/x/sys/cpu"

//go:generate sh -c "cd ../generate && go run ./vectors -out ../vec/kernels_amd64.s -stubs ../vec/kernels_amd64.go -pkg vec"

// lanes is how many float32 a register has.
const lanes = 8

// vectors says that this processor has the kernels' instructions; a test changes it.
var vectors = cpu.X86.HasAVX2 && cpu.X86.HasFMA

// blocks is how many full registers of n elements the kernels take.
func blocks(n int) int {
	if !vectors {
		return 0
	}
	return n / lanes
}
