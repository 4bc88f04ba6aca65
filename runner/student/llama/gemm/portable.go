package gemm

import "math"

// portable computes the product in Go, by the same chains as the tiles.
func (p product) portable() {
	sums := make([]float32, p.n)
	for i := range p.m {
		clear(sums)
		for q := range p.k {
			a := p.a.at(i, q)
			if p.b.transposed {
				for j := range sums {
					sums[j] = fma(a, p.b.data[j*p.b.ld+q], sums[j])
				}
				continue
			}
			for j, b := range p.b.data[q*p.b.ld:][:p.n] {
				sums[j] = fma(a, b, sums[j])
			}
		}
		row := p.c[i*p.ldc:][:p.n]
		for j, v := range sums {
			if p.add {
				row[j] = fma(p.alpha, v, row[j])
			} else {
				row[j] = p.alpha * v
			}
		}
	}
}

// at is element (i, j) of the operand as the product reads it.
func (o operand) at(i, j int) float32 {
	if o.transposed {
		i, j = j, i
	}
	return o.data[i*o.ld+j]
}

// exactFMA is x y + z, rounded once. A product of two float32 is exact in float64,
// so that the sum s is the exact one rounded to float64. Rounding s to float32
// errs only where s lies halfway between two float32 and was itself rounded.
func exactFMA(x, y, z float32) float32 {
	const (
		cut     = 1<<29 - 1 // bits of a float64 that a float32 drops
		halfway = 1 << 28
		normal  = 0x1p-126 // below, a float32 drops more
	)
	product := float64(x) * float64(y)
	s := product + float64(z)
	if bits := math.Float64bits(s); bits&cut != halfway && math.Abs(s) >= normal {
		return float32(s)
	}
	return float32(roundedToOdd(product, float64(z), s))
}

// roundedToOdd is a + b, given it rounded to nearest as s, rounded to odd: to a
// neighbour with an odd last bit if s is not exact. No later rounding to half the
// digits then takes s for halfway. The error of s is that of Knuth's TwoSum.
func roundedToOdd(a, b, s float64) float64 {
	t := s - a
	err := (a - (s - t)) + (b - t)
	bits := math.Float64bits(s)
	if err == 0 || math.IsNaN(err) || bits&1 == 1 {
		return s
	}
	if (err > 0) == (s > 0) {
		return math.Float64frombits(bits + 1)
	}
	return math.Float64frombits(bits - 1)
}
