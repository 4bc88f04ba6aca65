package gemm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// random fills a matrix whose rows are ld apart; what lies between rows is NaN,
// which no product may read or change.
func random(r *rand.Rand, rows, columns, ld int) []float32 {
	m := make([]float32, max((rows-1)*ld+columns, 0))
	for i := range m {
		m[i] = float32(math.NaN())
		if i%ld < columns {
			m[i] = float32(r.NormFloat64())
		}
	}
	return m
}

type form struct {
	name   string
	ta, tb bool
}

var forms = []form{{"NT", false, true}, {"NN", false, false}, {"TN", true, false}}

// sample is a random product of the form.
func (f form) sample(r *rand.Rand, m, n, k int, alpha float32, add bool) product {
	ar, ac, br, bc := m, k, k, n
	if f.ta {
		ar, ac = ac, ar
	}
	if f.tb {
		br, bc = bc, br
	}
	lda, ldb, ldc := max(ac, 1)+r.IntN(4), max(bc, 1)+r.IntN(4), n+r.IntN(4)
	return product{
		m, n, k, alpha, operand{random(r, ar, ac, lda), lda, f.ta}, operand{random(r, br, bc, ldb), ldb, f.tb}, add,
		random(r, m, n, max(ldc, 1)), ldc, nil,
	}
}

// with computes the product on a copy of C, which it returns.
func (p product) with(s *set) []float32 {
	p.c = append([]float32(nil), p.c...)
	p.run(s)
	return p.c
}

// naive is the product in float64, with a bound on the error of a chain: k+2
// roundings of partial sums that the sum of magnitudes bounds.
func (p product) naive(i, j int) (value, bound float64) {
	var sum, size float64
	for q := range p.k {
		x := float64(p.a.at(i, q)) * float64(p.b.at(q, j))
		sum, size = sum+x, size+math.Abs(x)
	}
	alpha := float64(p.alpha)
	sum, size = alpha*sum, math.Abs(alpha)*size
	if p.add {
		old := float64(p.c[i*p.ldc+j])
		sum, size = sum+old, size+math.Abs(old)
	}
	return sum, float64(p.k+2) * 0x1p-24 * size
}

func same(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

// difference is the first place where two results differ, or -1.
func difference(a, b []float32) int {
	for i := range a {
		if !same(a[i], b[i]) {
			return i
		}
	}
	return -1
}

// agree checks the product with every set of the processor: within the bound of
// the naive one, equal to the bit to the portable one, and nothing beside C changed.
func agree(t *testing.T, p product) {
	t.Helper()
	want := p.with(&set{name: "portable"})
	for i := range p.m {
		for j := range p.n {
			if v, bound := p.naive(i, j); !(math.Abs(float64(want[i*p.ldc+j])-v) <= bound) {
				t.Fatalf("portable, %dx%dx%d: element %d,%d is %v, want %v within %v", p.m, p.n, p.k, i, j, want[i*p.ldc+j], v, bound)
			}
		}
	}
	for _, s := range sets() {
		if !p.a.transposed && p.alpha == 1 {
			var f Factor
			f.set(s, p.k, p.n, p.b)
			q := f.product(p.m, p.a.data, p.a.ld, p.add, p.c, p.ldc)
			if i := difference(q.with(s), want); i >= 0 {
				t.Fatalf("%s, %dx%dx%d by a factor: element %d differs from portable's", s.name, p.m, p.n, p.k, i)
			}
		}
		for i, v := range p.with(s) {
			if !same(v, want[i]) {
				t.Fatalf("%s, %dx%dx%d (lda %d, ldb %d, ldc %d, alpha %v, add %v): element %d is %v, portable %v",
					s.name, p.m, p.n, p.k, p.a.ld, p.b.ld, p.ldc, p.alpha, p.add, i, v, want[i])
			}
		}
	}
}

func TestProducts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, f := range forms {
		t.Run(f.name, func(t *testing.T) {
			for m := range 40 {
				for n := range 71 {
					if testing.Short() && r.IntN(12) > 0 {
						continue
					}
					agree(t, f.sample(r, m, n, r.IntN(71), []float32{1, 0.5, -3.7}[r.IntN(3)], r.IntN(2) == 1))
				}
			}
			for _, size := range [][3]int{{140, 384, 128}, {70, 70, 32}, {1, 512, 32}, {7, 33, 4500}, {1, 1, 140_000}, {300, 40, 1024}, {3, 300, 700}} {
				agree(t, f.sample(r, size[0], size[1], size[2], 1, false))
			}
		})
	}
}

func FuzzProducts(f *testing.F) {
	f.Add(uint64(1), 3, 17, 9, float32(1), true)
	f.Fuzz(func(t *testing.T, seed uint64, m, n, k int, alpha float32, add bool) {
		if m < 0 || m > 80 || n < 0 || n > 80 || k < 0 || k > 300 || !(math.Abs(float64(alpha)) < 1e6 && math.Abs(float64(alpha)) > 1e-6) {
			t.Skip()
		}
		r := rand.New(rand.NewPCG(seed, 0))
		agree(t, forms[r.IntN(len(forms))].sample(r, m, n, k, alpha, add))
	})
}

// TestNeighbours: an element is the same whatever is computed beside it.
func TestNeighbours(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	p := forms[0].sample(r, 37, 53, 64, 1, false)
	for _, s := range sets() {
		whole := p.with(s)
		for i := range p.m {
			row := p
			row.m, row.a.data = 1, p.a.data[i*p.a.ld:]
			for j, v := range row.with(s)[:p.n] {
				if v != whole[i*p.ldc+j] {
					t.Fatalf("%s: row %d alone has %v in column %d, want %v", s.name, i, v, j, whole[i*p.ldc+j])
				}
			}
		}
	}
}

// TestFMA compares with arithmetic on 200 bits, where rounding twice errs too.
func TestFMA(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	special := []float32{0, float32(math.Copysign(0, -1)), 1, -1, 0x1p-149, 0x1p-126, -0x1p-75, 0x1p-24, 1 + 0x1p-23, math.MaxFloat32}
	draw := func() float32 {
		if r.IntN(4) == 0 {
			return special[r.IntN(len(special))]
		}
		return float32(math.Ldexp(float64(int32(r.Uint32()))*0x1p-31, r.IntN(60)-30))
	}
	check := func(x, y, z float32) {
		t.Helper()
		want := bigFMA(x, y, z)
		for name, got := range map[string]float32{"fma": fma(x, y, z), "exactFMA": exactFMA(x, y, z)} {
			if !same(got, want) {
				t.Fatalf("%s(%x, %x, %x) = %x, want %x", name, x, y, z, got, want)
			}
		}
	}
	// 1 + 2^-24 is halfway between two float32; a product far below it decides.
	check(0x1p-24, 1, 1)
	check(1+0x1p-23, 0x1p-24, 1)
	check(0x1p-40, 0x1p-40, 1+0x1p-23)
	for _, tiny := range []float32{0x1p-60, -0x1p-60} {
		check(1+0x1p-12, 1+0x1p-12, tiny) // 1 + 2^-11 + 2^-24, and a little more or less
	}
	for range 200_000 {
		check(draw(), draw(), draw())
	}
}

func TestOutOfRangePanics(t *testing.T) {
	for _, p := range []product{
		{2, 3, 4, 1, operand{make([]float32, 7), 4, false}, operand{make([]float32, 12), 4, true}, false, make([]float32, 6), 3, nil},
		{2, 3, 4, 1, operand{make([]float32, 8), 4, false}, operand{make([]float32, 11), 4, true}, false, make([]float32, 6), 3, nil},
		{2, 3, 4, 1, operand{make([]float32, 8), 4, false}, operand{make([]float32, 12), 4, true}, false, make([]float32, 5), 3, nil},
		{2, 3, 4, 1, operand{make([]float32, 8), 3, false}, operand{make([]float32, 12), 4, true}, false, make([]float32, 6), 3, nil},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v is computed", p)
				}
			}()
			p.run(best())
		}()
	}
}

// BenchmarkProducts has the shapes of an update of the embedded student.
func BenchmarkProducts(b *testing.B) {
	for _, shape := range []struct {
		f       form
		m, n, k int
	}{
		{forms[0], 140, 384, 128}, {forms[0], 140, 768, 128}, {forms[0], 140, 128, 384}, {forms[0], 70, 1024, 128}, {forms[0], 70, 70, 32}, {forms[0], 32, 384, 128},
		{forms[1], 140, 128, 768}, {forms[1], 140, 384, 128}, {forms[1], 70, 32, 70}, {forms[1], 1, 32, 70},
		{forms[2], 768, 128, 140}, {forms[2], 24, 128, 140}, {forms[2], 384, 128, 8}, {forms[2], 70, 32, 70},
	} {
		for _, s := range sets() {
			b.Run(fmt.Sprintf("%s/%dx%dx%d/%s", shape.f.name, shape.m, shape.n, shape.k, s.name), func(b *testing.B) {
				p := shape.f.sample(rand.New(rand.NewPCG(1, 1)), shape.m, shape.n, shape.k, 1, false)
				for b.Loop() {
					p.run(s)
				}
				b.ReportMetric(2*float64(p.m)*float64(p.n)*float64(p.k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
