// Command vectors writes the assembly of package vec. Each function does what the
// Go function of its name does, step by step, eight float32 at a time: no product
// is fused with a sum.
package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const lanes = 8

func main() {
	build.ConstraintExpr("amd64")
	exp()
	swiGLU()
	swiGLUBack()
	reduce("Sum", "func(blocks int, x, total *float32)", "adds eight to total, block after block.", "x")
	reduce("Dot", "func(blocks int, x, y, total *float32)", "adds the products of eight to total, block after block.", "x", "y")
	largest()
	scale()
	add()
	normRow()
	normBack()
	softmaxBack()
	rotate()
	adam()
	build.Generate()
}

// kernel is a function over blocks of eight elements of some slices.
type kernel struct {
	name  string
	n     reg.Register
	index reg.Register // of a block's first element, in bytes
	at    map[string]reg.Register
}

// begin opens a function whose parameters are blocks, slices and float32.
func begin(name, signature, doc string, slices ...string) *kernel {
	build.TEXT("avx2"+name, attr.NOSPLIT, signature)
	build.Doc("avx2" + name + " " + doc)
	build.Pragma("noescape")
	k := &kernel{name: name, at: map[string]reg.Register{}}
	k.n = build.Load(build.Param("blocks"), build.GP64())
	for _, s := range slices {
		k.at[s] = build.Load(build.Param(s), build.GP64())
	}
	return k
}

// parameter fills a register with a float32 parameter.
func parameter(name string) reg.VecVirtual {
	v := build.YMM()
	a, err := build.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	build.VBROADCASTSS(a.Addr, v)
	return v
}

// constants are float32 that kernels read from memory, eight times each.
var constants = map[float32]operand.Mem{}

func constant(f float32) reg.VecVirtual {
	v := build.YMM()
	build.VMOVUPS(constantMem(f), v)
	return v
}

func constantMem(f float32) operand.Mem {
	m, ok := constants[f]
	if !ok {
		m = build.GLOBL("constant"+string(rune('A'+len(constants))), attr.RODATA|attr.NOPTR)
		for i := range lanes {
			build.DATA(4*i, operand.U32(math.Float32bits(f)))
		}
		constants[f] = m
	}
	return m
}

// each runs body for every block, of which there is at least one.
func (k *kernel) each(body func()) {
	k.index = build.GP64()
	build.XORQ(k.index, k.index)
	build.Label("block")
	body()
	build.ADDQ(operand.Imm(4*lanes), k.index)
	build.DECQ(k.n)
	build.JNZ(operand.LabelRef("block"))
}

func (k *kernel) end() {
	build.VZEROUPPER()
	build.RET()
}

func (k *kernel) mem(slice string) operand.Mem {
	return operand.Mem{Base: k.at[slice], Index: k.index, Scale: 1}
}

func (k *kernel) load(slice string) reg.VecVirtual {
	v := build.YMM()
	build.VMOVUPS(k.mem(slice), v)
	return v
}

func (k *kernel) store(v reg.VecVirtual, slice string) { build.VMOVUPS(v, k.mem(slice)) }

func binary(f func(ops ...operand.Op), a, b operand.Op) reg.VecVirtual {
	v := build.YMM()
	f(b, a, v) // the assembler's order: the second operand first
	return v
}

func mul(a, b operand.Op) reg.VecVirtual { return binary(build.VMULPS, a, b) }
func sum(a, b operand.Op) reg.VecVirtual { return binary(build.VADDPS, a, b) }
func sub(a, b operand.Op) reg.VecVirtual { return binary(build.VSUBPS, a, b) }
func div(a, b operand.Op) reg.VecVirtual { return binary(build.VDIVPS, a, b) }

// expOf is the polynomial of vec.Exp for one register, which is not changed.
type expOf struct{ low, high, log2e, round reg.VecVirtual }

func newExp() expOf {
	return expOf{constant(-87), constant(88), constant(1.44269504088896341), constant(12582912)}
}

func (e expOf) of(v reg.VecVirtual) reg.VecVirtual {
	// What is no number is the operand that VMAXPS and VMINPS hand on.
	x := binary(build.VMAXPS, e.low, v)
	x = binary(build.VMINPS, e.high, x)
	t := sum(mul(x, e.log2e), e.round)
	n := sub(t, e.round)
	r := sub(x, mul(n, constant(0.693359375)))
	r = sub(r, mul(n, constant(-2.12194440e-4)))
	rr := mul(r, r)
	q := sum(constant(4.9999231494e-1), mul(constant(1.6667114650e-1), r))
	q = sum(q, mul(rr, sum(constant(4.1890156938e-2), mul(r, constant(8.3125202225e-3)))))
	y := sum(mul(rr, q), sum(r, constant(1)))
	build.VPSLLD(operand.Imm(23), t, t)
	build.VPADDD(t, y, y)
	return y
}

func exp() {
	k := begin("Exp", "func(blocks int, dst, x *float32, shift float32)", "writes e^(x-shift) to dst.", "dst", "x")
	shift, e := parameter("shift"), newExp()
	k.each(func() { k.store(e.of(sub(k.load("x"), shift)), "dst") })
	k.end()
}

func swiGLU() {
	k := begin("SwiGLU", "func(blocks int, act, sigmoid, gate, up *float32)", "writes silu(gate) up to act and sigmoid(gate).", "act", "sigmoid", "gate", "up")
	e, one := newExp(), constant(1)
	k.each(func() {
		g := k.load("gate")
		s := e.of(g)
		p := div(s, sum(one, s))
		k.store(p, "sigmoid")
		k.store(mul(mul(g, p), k.mem("up")), "act")
	})
	k.end()
}

func swiGLUBack() {
	k := begin("SwiGLUBack", "func(blocks int, gate, up, dact, sigmoid *float32)", "turns gate and up into their gradients.", "gate", "up", "dact", "sigmoid")
	one := constant(1)
	k.each(func() {
		d, g, u, p := k.load("dact"), k.load("gate"), k.load("up"), k.load("sigmoid")
		slope := sum(one, mul(g, sub(one, p)))
		k.store(mul(mul(mul(d, u), p), slope), "gate")
		k.store(mul(mul(d, g), p), "up")
	})
	k.end()
}

func reduce(name, signature, doc string, slices ...string) {
	k := begin(name, signature, doc, append(slices, "total")...)
	total := build.YMM()
	build.VMOVUPS(operand.Mem{Base: k.at["total"]}, total)
	k.each(func() {
		v := k.load(slices[0])
		if len(slices) > 1 {
			v = mul(v, k.mem(slices[1]))
		}
		build.VADDPS(v, total, total)
	})
	build.VMOVUPS(total, operand.Mem{Base: k.at["total"]})
	k.end()
}

func largest() {
	k := begin("Max", "func(blocks int, x, top *float32)", "holds the greatest of each eight's place in top.", "x", "top")
	top := build.YMM()
	build.VMOVUPS(operand.Mem{Base: k.at["top"]}, top)
	k.each(func() { build.VMAXPS(top, k.load("x"), top) }) // top where x is no number
	build.VMOVUPS(top, operand.Mem{Base: k.at["top"]})
	k.end()
}

func scale() {
	k := begin("Scale", "func(blocks int, x *float32, by float32)", "multiplies x.", "x")
	by := parameter("by")
	k.each(func() { k.store(mul(by, k.mem("x")), "x") })
	k.end()
}

func add() {
	k := begin("Add", "func(blocks int, dst, x *float32)", "adds x to dst.", "dst", "x")
	k.each(func() { k.store(sum(k.load("dst"), k.mem("x")), "dst") })
	k.end()
}

func normRow() {
	k := begin("MulRow", "func(blocks int, dst, x, gain *float32, by float32)", "writes x by gain to dst.", "dst", "x", "gain")
	by := parameter("by")
	k.each(func() { k.store(mul(mul(k.load("x"), by), k.mem("gain")), "dst") })
	k.end()
}

func normBack() {
	k := begin("AddDifference", "func(blocks int, dst, grad *float32, r float32, x *float32, k float32)", "adds grad r - x k to dst.", "dst", "grad", "x")
	r, by := parameter("r"), parameter("k")
	k.each(func() {
		k.store(sum(k.load("dst"), sub(mul(k.load("grad"), r), mul(k.load("x"), by))), "dst")
	})
	k.end()
}

func softmaxBack() {
	k := begin("SoftmaxBack", "func(blocks int, grad, p *float32, mean, factor float32)", "turns grad into p (grad - mean) factor.", "grad", "p")
	mean, factor := parameter("mean"), parameter("factor")
	k.each(func() {
		k.store(mul(mul(k.load("p"), sub(k.load("grad"), mean)), factor), "grad")
	})
	k.end()
}

func rotate() {
	k := begin("Rotate", "func(blocks int, a, b, cos, sin *float32, sign float32)", "turns the pairs of a and b.", "a", "b", "cos", "sin")
	sign := parameter("sign")
	k.each(func() {
		s, c := mul(sign, k.mem("sin")), k.load("cos")
		x, y := k.load("a"), k.load("b")
		k.store(sub(mul(x, c), mul(y, s)), "a")
		k.store(sum(mul(y, c), mul(x, s)), "b")
	})
	k.end()
}

func adam() {
	k := begin("Adam", "func(blocks int, w, m, v, grad *float32, factor, rate, bias float32)", "takes a step of AdamW.", "w", "m", "v", "grad")
	factor, rate, bias := parameter("factor"), parameter("rate"), parameter("bias")
	k.each(func() {
		g := mul(k.load("grad"), factor)
		m := sum(mul(constant(0.9), k.mem("m")), mul(constant(1-0.9), g))
		v := sum(mul(constant(0.999), k.mem("v")), mul(mul(constant(1-0.999), g), g))
		k.store(m, "m")
		k.store(v, "v")
		root := build.YMM()
		build.VSQRTPS(v, root)
		root = sum(mul(root, bias), constant(1e-8))
		k.store(sub(k.load("w"), div(mul(rate, m), root)), "w")
	})
	k.end()
}
