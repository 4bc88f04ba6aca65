// Command tiles writes the assembly of package gemm. Its module is one of its own,
// so that no program needs avo.
package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// set is one instruction set: its registers hold so many float32, and its tiles
// have up to so many rows of two registers.
type set struct {
	name     string
	features string
	lanes    int
	rows     int
	register func() reg.VecVirtual
	clear    func(v reg.VecVirtual)
}

func main() {
	build.ConstraintExpr("amd64")
	for _, s := range []set{
		{"avx2", "with AVX2 and FMA", 8, 6, build.YMM, func(v reg.VecVirtual) { build.VXORPS(v, v, v) }},
		{"avx512", "with AVX-512", 16, 12, build.ZMM, func(v reg.VecVirtual) { build.VPXORD(v, v, v) }},
	} {
		for vectors := 1; vectors <= 2; vectors++ {
			for rows := 1; rows <= s.rows; rows++ {
				s.tile(rows, vectors)
			}
			s.copyRows(vectors)
		}
	}
	transpose8()
	build.Generate()
}

// tile writes a kernel for a tile of C of so many rows and vectors.
func (s set) tile(rows, vectors int) {
	name := fmt.Sprintf("%sTile%dx%d", s.name, rows, vectors*s.lanes)
	build.TEXT(name, attr.NOSPLIT, "func(k int, a *float32, aRow, aStep int, b *float32, bStep int, c *float32, cRow int, alpha float32, add bool)")
	build.Doc(fmt.Sprintf("%s is a [tile] of %d rows and %d columns %s.", name, rows, vectors*s.lanes, s.features))
	build.Pragma("noescape")
	k, a, aRow, aStep := build.Load(build.Param("k"), build.GP64()), build.Load(build.Param("a"), build.GP64()), build.Load(build.Param("aRow"), build.GP64()), build.Load(build.Param("aStep"), build.GP64())
	b, bStep := build.Load(build.Param("b"), build.GP64()), build.Load(build.Param("bStep"), build.GP64())
	for _, stride := range []reg.Register{aRow, aStep, bStep} {
		build.SHLQ(operand.Imm(2), stride)
	}
	// Rows 3i to 3i+2 of a are reached from one pointer.
	pointers := []reg.Register{a}
	for from := 3; from < rows; from += 3 {
		p := build.GP64()
		build.LEAQ(operand.Mem{Base: pointers[len(pointers)-1], Index: aRow, Scale: 2}, p)
		build.ADDQ(aRow, p)
		pointers = append(pointers, p)
	}
	sums := make([][]reg.VecVirtual, rows)
	for i := range sums {
		for range vectors {
			v := s.register()
			s.clear(v)
			sums[i] = append(sums[i], v)
		}
	}
	build.TESTQ(k, k)
	build.JLE(operand.LabelRef("sums"))
	build.Label("step")
	bs := make([]reg.VecVirtual, vectors)
	for j := range bs {
		bs[j] = s.register()
		build.VMOVUPS(operand.Mem{Base: b, Disp: 4 * s.lanes * j}, bs[j])
	}
	for i := range sums {
		m := operand.Mem{Base: pointers[i/3]}
		if i%3 > 0 {
			m.Index, m.Scale = aRow, uint8(i%3)
		}
		v := s.register()
		build.VBROADCASTSS(m, v)
		for j := range bs {
			build.VFMADD231PS(bs[j], v, sums[i][j])
		}
	}
	for _, p := range pointers {
		build.ADDQ(aStep, p)
	}
	build.ADDQ(bStep, b)
	build.DECQ(k)
	build.JNZ(operand.LabelRef("step"))

	build.Label("sums")
	c, cRow := build.Load(build.Param("c"), build.GP64()), build.Load(build.Param("cRow"), build.GP64())
	build.SHLQ(operand.Imm(2), cRow)
	alpha, add := s.register(), build.GP8()
	address, err := build.Param("alpha").Resolve()
	if err != nil {
		panic(err)
	}
	build.VBROADCASTSS(address.Addr, alpha)
	build.Load(build.Param("add"), add)
	build.TESTB(add, add)
	build.JNZ(operand.LabelRef("add"))
	for i := range sums {
		for j, v := range sums[i] {
			build.VMULPS(alpha, v, v)
			build.VMOVUPS(v, operand.Mem{Base: c, Disp: 4 * s.lanes * j})
		}
		if i < rows-1 {
			build.ADDQ(cRow, c)
		}
	}
	build.VZEROUPPER()
	build.RET()
	build.Label("add")
	for i := range sums {
		for j, v := range sums[i] {
			build.VFMADD213PS(operand.Mem{Base: c, Disp: 4 * s.lanes * j}, alpha, v)
			build.VMOVUPS(v, operand.Mem{Base: c, Disp: 4 * s.lanes * j})
		}
		if i < rows-1 {
			build.ADDQ(cRow, c)
		}
	}
	build.VZEROUPPER()
	build.RET()
}

// copyRows writes a copy of columns, so many vectors wide.
func (s set) copyRows(vectors int) {
	name := fmt.Sprintf("%sCopy%d", s.name, vectors*s.lanes)
	build.TEXT(name, attr.NOSPLIT, "func(rows int, from *float32, fromRow int, to *float32)")
	build.Doc(fmt.Sprintf("%s copies %d columns of so many rows, at least one, %s.", name, vectors*s.lanes, s.features))
	build.Pragma("noescape")
	rows, from := build.Load(build.Param("rows"), build.GP64()), build.Load(build.Param("from"), build.GP64())
	fromRow, to := build.Load(build.Param("fromRow"), build.GP64()), build.Load(build.Param("to"), build.GP64())
	build.SHLQ(operand.Imm(2), fromRow)
	build.Label("row")
	for j := range vectors {
		v := s.register()
		build.VMOVUPS(operand.Mem{Base: from, Disp: 4 * s.lanes * j}, v)
		build.VMOVUPS(v, operand.Mem{Base: to, Disp: 4 * s.lanes * j})
	}
	build.ADDQ(fromRow, from)
	build.ADDQ(operand.Imm(uint64(4*s.lanes*vectors)), to)
	build.DECQ(rows)
	build.JNZ(operand.LabelRef("row"))
	build.VZEROUPPER()
	build.RET()
}

// transpose8 writes the transposition of 8 rows.
func transpose8() {
	build.TEXT("avx2Transpose8", attr.NOSPLIT, "func(blocks int, from *float32, fromRow int, to *float32, toRow int)")
	build.Doc("avx2Transpose8 writes columns of 8 rows: to[p*toRow+i] = from[i*fromRow+p] for i < 8 and p < 8 blocks.")
	build.Pragma("noescape")
	n, from, fromRow := build.Load(build.Param("blocks"), build.GP64()), build.Load(build.Param("from"), build.GP64()), build.Load(build.Param("fromRow"), build.GP64())
	to, toRow := build.Load(build.Param("to"), build.GP64()), build.Load(build.Param("toRow"), build.GP64())
	build.SHLQ(operand.Imm(2), fromRow)
	build.SHLQ(operand.Imm(2), toRow)
	from3, from6 := build.GP64(), build.GP64()
	build.LEAQ(operand.Mem{Base: from, Index: fromRow, Scale: 2}, from3)
	build.ADDQ(fromRow, from3)
	build.LEAQ(operand.Mem{Base: from3, Index: fromRow, Scale: 2}, from6)
	build.ADDQ(fromRow, from6)
	bases := []reg.Register{from, from3, from6}
	build.Label("block")
	half := func(i, disp int) (m operand.Mem) { // four of row i
		m = operand.Mem{Base: bases[i/3], Disp: disp}
		if i%3 > 0 {
			m.Index, m.Scale = fromRow, uint8(i%3)
		}
		return m
	}
	var t [8]reg.VecVirtual // t[i] holds columns 0-3 of rows i%4 and i%4+4 for i < 4, else columns 4-7
	for i := range t {
		t[i] = build.YMM()
		disp := i / 4 * 16
		build.VMOVUPS(half(i%4, disp), t[i].AsX())
		build.VINSERTF128(operand.Imm(1), half(i%4+4, disp), t[i], t[i])
	}
	for h := 0; h < 8; h += 4 {
		a, b, c, d := build.YMM(), build.YMM(), build.YMM(), build.YMM()
		build.VUNPCKLPS(t[h+1], t[h], a)
		build.VUNPCKHPS(t[h+1], t[h], b)
		build.VUNPCKLPS(t[h+3], t[h+2], c)
		build.VUNPCKHPS(t[h+3], t[h+2], d)
		for _, pair := range [][2]reg.VecVirtual{{a, c}, {b, d}} {
			low, high := build.YMM(), build.YMM()
			build.VUNPCKLPD(pair[1], pair[0], low)
			build.VUNPCKHPD(pair[1], pair[0], high)
			build.VMOVUPS(low, operand.Mem{Base: to})
			build.VMOVUPS(high, operand.Mem{Base: to, Index: toRow, Scale: 1})
			build.LEAQ(operand.Mem{Base: to, Index: toRow, Scale: 2}, to)
		}
	}
	for _, p := range bases {
		build.ADDQ(operand.Imm(32), p)
	}
	build.DECQ(n)
	build.JNZ(operand.LabelRef("block"))
	build.VZEROUPPER()
	build.RET()
}
