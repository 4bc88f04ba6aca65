package gemm

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"
)

// guarded is a copy of x between two pages that no one may touch, at the end of its
// own pages or at their beginning.
func guarded(t *testing.T, x []float32, atEnd bool) []float32 {
	t.Helper()
	page := syscall.Getpagesize()
	inner := (4*len(x) + page) / page * page
	m, err := syscall.Mmap(-1, 0, inner+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Munmap(m) })
	for _, guard := range [][]byte{m[:page], m[page+inner:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	from := page
	if atEnd {
		from = page + inner - 4*len(x)
	}
	y := unsafe.Slice((*float32)(unsafe.Pointer(&m[from])), len(x))
	copy(y, x)
	return y
}

// TestGuardPages: the kernels touch nothing beside the matrices. A touch ends the
// test program.
func TestGuardPages(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	sizes := []int{1, 2, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33}
	for _, f := range forms {
		for range 60 {
			p := f.sample(r, sizes[r.IntN(len(sizes))], sizes[r.IntN(len(sizes))], sizes[r.IntN(len(sizes))], 1, true)
			want := p.with(&set{name: "portable"})
			for _, atEnd := range []bool{false, true} {
				q := p
				q.a.data, q.b.data = guarded(t, p.a.data, atEnd), guarded(t, p.b.data, atEnd)
				for _, s := range sets() {
					q.c = guarded(t, p.c, atEnd)
					q.run(s)
					for i, v := range q.c {
						if !same(v, want[i]) {
							t.Fatalf("%s: element %d is %v, want %v", s.name, i, v, want[i])
						}
					}
				}
			}
		}
	}
}
