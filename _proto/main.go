package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"
)

type scen struct {
	name    string
	E, D, R int
	q, w    []float64
	sd      func(a, d int, rng *rand.Rand) float64
}

func chi2(rng *rand.Rand, k int) float64 {
	s := 0.0
	for range k {
		z := rng.NormFloat64()
		s += z * z
	}
	return s
}

type pv struct{ v, nu float64 }

// method returns variance and df for pair (i,j)
type method func(s scen, x [][]float64) func(i, j int) pv // x = s2[a][d]

func welch(s scen, x [][]float64) func(i, j int) pv {
	r := float64(s.R - 1)
	return func(i, j int) pv {
		v, sp := 0.0, 0.0
		for d := range s.D {
			for _, a := range []int{i, j} {
				c := s.w[d] * s.w[d] * x[a][d] / float64(s.R)
				v += c
				sp += c * c / r
			}
		}
		return pv{v, v * v / sp}
	}
}

func current(s scen, x [][]float64) func(i, j int) pv { // d0=inf + phi
	r := float64(s.R - 1)
	C := 0.0
	cd := make([]float64, s.D)
	for d := range s.D {
		for a := range s.E {
			cd[d] += x[a][d] / s.q[d] / float64(s.E)
		}
		C += cd[d] / float64(s.D)
	}
	df := float64(s.E) * r
	return func(i, j int) pv {
		v := 0.0
		for d := range s.D {
			phi := (df*cd[d] + 4*C) / (df + 4)
			v += 2 * s.w[d] * s.w[d] * phi * s.q[d] / float64(s.R)
		}
		return pv{v, df * float64(s.D)}
	}
}

func fcdfUpper(f, d1, d2 float64) float64 {
	return 1 - distuv.F{D1: d1, D2: d2}.CDF(f)
}

func two(KD, KA, release float64) method {
	return func(s scen, x [][]float64) func(i, j int) pv {
		r := float64(s.R - 1)
		dfd, dfa := float64(s.E)*r, float64(s.D)*r
		DF := dfd * float64(s.D)
		C := 0.0
		cd := make([]float64, s.D)
		for d := range s.D {
			for a := range s.E {
				cd[d] += x[a][d] / s.q[d] / float64(s.E)
			}
			C += cd[d] / float64(s.D)
		}
		phi := make([]float64, s.D)
		kd := KD
		for d := range s.D {
			phi[d] = (dfd*cd[d] + kd*C) / (dfd + kd)
		}
		y := make([]float64, s.E)
		tot := 0.0
		for a := range s.E {
			for d := range s.D {
				y[a] += x[a][d] / s.q[d] / phi[d] / float64(s.D)
			}
			tot += y[a]
		}
		ka := make([]float64, s.E)
		al := make([]float64, s.E)
		for a := range s.E {
			ka[a] = KA
			rest := 1.0
			if s.E > 1 {
				rest = (tot - y[a]) / float64(s.E-1)
			}
			if release > 0 && s.E > 1 {
				p := fcdfUpper(y[a]/rest, dfa, dfa*float64(s.E-1))
				ka[a] = KA * math.Min(1, p/release)
			}
			al[a] = (dfa*y[a] + ka[a]*rest) / (dfa + ka[a])
			_ = rest
		}
		return func(i, j int) pv {
			v := 0.0
			sd := make([]float64, s.D)
			sa := map[int]float64{}
			for d := range s.D {
				for _, a := range []int{i, j} {
					c := s.w[d] * s.w[d] * phi[d] * al[a] * s.q[d] / float64(s.R)
					v += c
					sd[d] += c
					sa[a] += c
				}
			}
			nd, na := 0.0, 0.0
			for d := range s.D {
				nd += sd[d] * sd[d] / (dfd + kd)
			}
			for _, a := range []int{i, j} {
				na += sa[a] * sa[a] / (dfa + ka[a])
			}
			nu := math.Min(DF, math.Min(v*v/nd, v*v/na))
			return pv{v, nu}
		}
	}
}

// pairlevel: own Welch shrunk at pair level to domain-pooled value, K with release
func pairlevel(K, release, KD float64) method {
	return func(s scen, x [][]float64) func(i, j int) pv {
		cur := two(KD, 1e9, 0)(s, x)
		w := welch(s, x)
		return func(i, j int) pv {
			p0, p1 := cur(i, j), w(i, j)
			k := math.Min(K, math.Max(p0.nu-p1.nu, 0))
			if release > 0 {
				p := fcdfUpper(p1.v/p0.v, p1.nu, math.Max(p0.nu, 1))
				k *= math.Min(1, p/release)
			}
			v := (p1.nu*p1.v + k*p0.v) / (p1.nu + k)
			return pv{v, p1.nu + k}
		}
	}
}

// ml: two-way multiplicative fit; KD own domain, KA with release; df by combination
func ml(KD, KA, release, KS float64, iters int) method {
	return func(s scen, x [][]float64) func(i, j int) pv {
		r := float64(s.R - 1)
		dfd, dfa := float64(s.E)*r, float64(s.D)*r
		DF := dfd * float64(s.D)
		al := make([]float64, s.E)
		for a := range al {
			al[a] = 1
		}
		phi := make([]float64, s.D)
		raw := make([]float64, s.D)
		C := 0.0
		for range iters {
			C = 0
			for d := range s.D {
				raw[d] = 0
				for a := range s.E {
					raw[d] += x[a][d] / s.q[d] / al[a] / float64(s.E)
				}
				C += raw[d] / float64(s.D)
			}
			for d := range s.D {
				phi[d] = (dfd*raw[d] + KD*C) / (dfd + KD)
			}
			m := 0.0
			for a := range s.E {
				al[a] = 0
				for d := range s.D {
					al[a] += x[a][d] / s.q[d] / phi[d] / float64(s.D)
				}
				m += al[a] / float64(s.E)
			}
			for a := range s.E { // shrink
				rest, ka := 1.0, KA
				if s.E > 1 {
					rest = (m*float64(s.E) - al[a]) / float64(s.E-1)
					if release > 0 {
						ka *= math.Min(1, fcdfUpper(al[a]/rest, dfa, dfa*float64(s.E-1))/release)
					}
				}
				al[a] = (dfa*al[a] + ka*rest) / (dfa + ka)
			}
		}
		return func(i, j int) pv {
			v, u := 0.0, 0.0
			sd := make([]float64, s.D)
			sa := map[int]float64{}
			for d := range s.D {
				ps := (dfd*raw[d] + KS*C) / (dfd + KS)
				for _, a := range []int{i, j} {
					as := (dfa*al[a] + KS) / (dfa + KS)
					v += s.w[d] * s.w[d] * phi[d] * al[a] * s.q[d] / float64(s.R)
					c := s.w[d] * s.w[d] * ps * as * s.q[d]
					u += c
					sd[d] += c
					sa[a] += c
				}
			}
			inv := -1 / DF
			for d := range s.D {
				inv += sd[d] * sd[d] / u / u / (dfd + KD)
			}
			for _, a := range []int{i, j} {
				inv += sa[a] * sa[a] / u / u / (dfa + KA/2)
			}
			return pv{v, 1 / math.Max(inv, 1/DF)}
		}
	}
}

// d0 of agents by moments/ML over grid
func d0ML(y []float64, df float64) float64 {
	best, bd := math.Inf(-1), 0.0
	for _, d := range []float64{1, 2, 3, 4, 6, 8, 12, 16, 24, 40, 80, 1e4} {
		// profile scale
		lo, hi := -8.0, 8.0
		ll := func(ls float64) float64 {
			t := 0.0
			for _, f := range y {
				t += distuv.F{D1: df, D2: d}.LogProb(f/math.Exp(ls)) - ls
			}
			return t
		}
		for hi-lo > 1e-3 {
			a, b := lo+(hi-lo)/3, hi-(hi-lo)/3
			if ll(a) < ll(b) {
				lo = a
			} else {
				hi = b
			}
		}
		if v := ll(lo); v > best {
			best, bd = v, d
		}
	}
	return bd
}

func ml2(c, release, KS float64, useML bool) method {
	return func(s scen, x [][]float64) func(i, j int) pv {
		r := float64(s.R - 1)
		dfd, dfa := float64(s.E)*r, float64(s.D)*r
		DF := dfd * float64(s.D)
		al := make([]float64, s.E)
		ka := make([]float64, s.E)
		for a := range al {
			al[a] = 1
		}
		phi := make([]float64, s.D)
		C := 0.0
		K := c * float64(s.E-2)
		for it := range 3 {
			C = 0
			for d := range s.D {
				phi[d] = 0
				for a := range s.E {
					phi[d] += x[a][d] / s.q[d] / al[a] / float64(s.E)
				}
				C += phi[d] / float64(s.D)
			}
			m := 0.0
			raw := make([]float64, s.E)
			for a := range s.E {
				for d := range s.D {
					raw[a] += x[a][d] / s.q[d] / phi[d] / float64(s.D)
				}
				m += raw[a] / float64(s.E)
			}
			if useML && it == 0 {
				K = math.Min(K, d0ML(raw, dfa))
			}
			for a := range s.E {
				rest := (m*float64(s.E) - raw[a]) / float64(s.E-1)
				ka[a] = K * math.Min(1, fcdfUpper(raw[a]/rest, dfa, dfa*float64(s.E-1))/release)
				al[a] = (dfa*raw[a] + ka[a]*rest) / (dfa + ka[a])
			}
		}
		return func(i, j int) pv {
			v, u := 0.0, 0.0
			sd := make([]float64, s.D)
			sa := map[int]float64{}
			for d := range s.D {
				ps := (dfd*phi[d] + KS*C) / (dfd + KS)
				for _, a := range []int{i, j} {
					as := (dfa*al[a] + KS) / (dfa + KS)
					v += s.w[d] * s.w[d] * phi[d] * al[a] * s.q[d] / float64(s.R)
					c := s.w[d] * s.w[d] * ps * as * s.q[d]
					u += c
					sd[d] += c
					sa[a] += c
				}
			}
			inv := -1 / DF
			for d := range s.D {
				inv += sd[d] * sd[d] / u / u / dfd
			}
			for _, a := range []int{i, j} {
				inv += sa[a] * sa[a] / u / u / (dfa + ka[a])
			}
			return pv{v, 1 / math.Max(inv, 1/DF)}
		}
	}
}

func tq(p, nu float64) float64 { return distuv.StudentsT{Sigma: 1, Nu: nu}.Quantile(p) }

func main() {
	c55 := func(a, d int, _ *rand.Rand) float64 { return .055 }
	noisy := func(k float64) func(a, d int, _ *rand.Rand) float64 {
		return func(a, d int, _ *rand.Rand) float64 {
			if a == 0 {
				return .03 * k
			}
			return .03
		}
	}
	vary := func(a, d int, rng *rand.Rand) float64 { return .055 * math.Sqrt(6/chi2(rng, 6)) }
	eq3, w3 := []float64{.18, .18, .18}, []float64{1, 1, 1}
	mq, mw := []float64{.065, .18, .246}, []float64{20, 5.9, 2.5}
	var scens []scen
	for _, R := range []int{2, 3} {
		for _, E := range []int{3, 8, 24} {
			scens = append(scens, scen{"usual", E, 3, R, eq3, w3, c55}, scen{"mixed", E, 3, R, mq, mw, c55}, scen{"vary", E, 3, R, eq3, w3, vary}, scen{"noisy2", E, 3, R, eq3, w3, noisy(2)}, scen{"noisy3", E, 3, R, eq3, w3, noisy(3)},
				scen{"half noisy2", E, 3, R, eq3, w3, func(a, d int, _ *rand.Rand) float64 { return .03 * float64(1+a%2) }}, scen{"one", E, 1, R, eq3, w3, c55}, scen{"one noisy3", E, 1, R, eq3, w3, noisy(3)})
		}
	}
	ms := []struct {
		n string
		m method
	}{{"current", current},{"0", ml2(0, 1, 4,false)}, {"c.25 r.3", ml2(.25,.3,4,false)}, {"c.5 r.3", ml2(.5,.3,4,false)}, {"c.5 r.3 ML", ml2(.5,.3,4,true)}, {"c1 r.5 ML", ml2(1,.5,4,true)}, {"c1 r1 ML", ml2(1,1,4,true)}}
	sets := 1000
	fmt.Printf("%-12s %d %d", "scen", 0, 0)
	for _, m := range ms {
		fmt.Printf(" | %-20s", m.n)
	}
	fmt.Println("\n  type I all pairs / pairs of agent 0 / family / power ratio at 80")
	for _, s := range scens {
		fmt.Printf("%-10s E%d R%d", s.name, s.E, s.R)
		type cnt struct{ all, n, zero, nz, fam, pw, pn float64 }
		cs := make([]cnt, len(ms))
		rng := rand.New(rand.NewPCG(1, 2))
		for range sets {
			x := make([][]float64, s.E)
			mean := make([]float64, s.E)
			tv := make([]float64, s.E)
			for a := range s.E {
				x[a] = make([]float64, s.D)
				for d := range s.D {
					sd := s.sd(a, d, rng)
					x[a][d] = sd * sd * chi2(rng, s.R-1) / float64(s.R-1)
					mean[a] += s.w[d] * sd / math.Sqrt(float64(s.R)) * rng.NormFloat64()
					tv[a] += s.w[d] * s.w[d] * sd * sd / float64(s.R)
				}
			}
			for k, m := range ms {
				f := m.m(s, x)
				var ps []float64
				for i := range s.E {
					for j := i + 1; j < s.E; j++ {
						p := f(i, j)
						nu := math.Max(p.nu, float64(s.R-1))
						t := math.Abs(mean[i]-mean[j]) / math.Sqrt(p.v)
						pp := 2 * distuv.StudentsT{Sigma: 1, Nu: nu}.CDF(-t)
						ps = append(ps, pp)
						sig := 0.0
						if pp < .05 {
							sig = 1
						}
						cs[k].all += sig
						cs[k].n++
						if i == 0 {
							cs[k].zero += sig
							cs[k].nz++
						}
						// power: shift by 2.8 true se
						sh := 2.8016 * math.Sqrt(tv[i]+tv[j])
						t = math.Abs(mean[i]-mean[j]+sh) / math.Sqrt(p.v)
						if 2*(distuv.StudentsT{Sigma: 1, Nu: nu}.CDF(-t)) < .05 {
							cs[k].pw++
						}
					}
				}
				sort.Float64s(ps)
				if ps[0]*float64(len(ps)) < .05 {
					cs[k].fam++
				}
			}
		}
		for k := range ms {
			c := cs[k]
			fmt.Printf(" | %4.1f %4.1f %4.1f %.2f", 100*c.all/c.n, 100*c.zero/c.nz, 100*c.fam/float64(sets), c.pw/c.n/.8)
		}
		fmt.Println()
	}
}
