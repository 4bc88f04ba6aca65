package pretrain

import (
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// dec is a number of the suite: arithmetic in rows is the suite's own.
type dec = mini.Dec

const one = dec(10_000)

var (
	divisors = []int{2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 20, 25, 30, 40, 50, 60, 100}
	rounds   = []int{10, 12, 15, 20, 25, 30, 40, 50, 60, 100, 200, 1000}
	percents = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90}
)

// digits draws an integer of 1 to most digits, each length about as often, with
// a fifth of the longer ones round.
func (g *gen) digits(most int) int {
	low, high := 1, 9
	for range g.IntN(most) {
		low, high = 10*low, 10*high+9
	}
	n := g.between(low, high)
	switch {
	case n >= 1000 && g.chance(30):
		return n / 100 * 100
	case n >= 100 && g.chance(15):
		return n / 10 * 10
	}
	return n
}

// decimal draws a number with one place, sometimes two.
func (g *gen) decimal(most int) dec {
	whole := dec(g.IntN(g.digits(most)+1)) * one
	if g.chance(70) {
		return whole + dec(g.between(1, 9))*one/10
	}
	return whole + dec(g.between(1, 99))*one/100
}

// operation is one step of arithmetic: operands, sign and the step written out.
type operation struct {
	a, b, result dec
	sign         string // " + ", " - ", " * " or " / "
	text         string // "12 + 3 = 15"
}

func apply(a dec, sign string, b dec) (operation, bool) {
	o := operation{a: a, b: b, sign: sign}
	ok := true
	switch sign {
	case " + ":
		o.text, o.result = mini.Add(a, b)
	case " - ":
		o.text, o.result = mini.Sub(a, b)
	case " * ":
		o.text, o.result = mini.Mul(a, b)
	default:
		o.text, o.result, ok = mini.Div(a, b)
	}
	return o, ok
}

// operate draws a step within the student's arithmetic.
func (g *gen) operate() operation {
	for {
		a, b, sign := g.operands()
		if o, ok := apply(a, sign, b); ok && friendly(o) {
			return o
		}
	}
}

func (g *gen) operands() (a, b dec, sign string) {
	sign = pick(g, []string{" + ", " + ", " - ", " - ", " * ", " * ", " * ", " / ", " / ", " / "})
	a, b = g.operandsOf(sign)
	return a, b, sign
}

func (g *gen) operandsOf(sign string) (a, b dec) {
	whole := mini.Int
	switch sign {
	case " + ":
		if g.chance(3) {
			return g.decimal(3), g.decimal(3)
		}
		return whole(g.digits(4)), whole(g.digits(4))
	case " - ":
		a, b = whole(g.digits(4)), whole(g.digits(4))
		if g.chance(3) {
			a, b = g.decimal(3), g.decimal(2)
		}
		if a < b && g.chance(95) {
			a, b = b, a
		}
		return a, b
	case " * ":
		a, b = g.factors()
		if g.chance(40) {
			a, b = b, a
		}
		return a, b
	default:
		return g.quotient()
	}
}

func (g *gen) factors() (a, b dec) {
	whole := mini.Int
	switch g.IntN(20) {
	default:
		return whole(g.digits(3)), whole(g.between(2, 9))
	case 0, 1, 2, 3:
		return whole(g.digits(2)), whole(pick(g, rounds))
	case 4:
		n := whole(g.between(2, 30))
		return n, n
	}
}

func (g *gen) quotient() (a, b dec) {
	whole := mini.Int
	d := pick(g, divisors)
	switch g.IntN(20) {
	default: // exact
		return whole(d * g.digits(3)), whole(d)
	case 0, 1, 2, 3, 4, 5:
		d = g.between(2, 9)
		return whole(d * g.digits(3)), whole(d)
	case 6, 7:
		return whole(100 * g.digits(2)), whole(100)
	case 8: // some places
		return whole(g.digits(2)), whole(d)
	}
}

// friendly reports whether a step is within the suite's arithmetic and of the
// size of its numbers.
func friendly(o operation) bool {
	return o.result <= 99_999*one && o.result >= -999*one && o.result%(one/100) == 0 && mini.Plain(o.a, o.sign, o.b, o.result)
}

// onward draws a step whose first operand is given; the second comes from
// others where one is friendly, else it is new.
func (g *gen) onward(a dec, others []dec) (o operation, reused int) {
	for try := range 400 {
		sign := pick(g, []string{" + ", " - ", " * ", " / "})
		reused = -1
		var b dec
		if len(others) > 0 && try < 8 && g.chance(35) {
			reused = g.IntN(len(others))
			b = others[reused]
		} else {
			b = g.second(sign, a)
		}
		o, ok := apply(a, sign, b)
		if !ok || !friendly(o) || o.result < 0 && !g.chance(5) || o.result%one != 0 && a%one == 0 && !g.chance(5) {
			continue
		}
		return o, reused
	}
	o, _ = apply(a, " + ", mini.Int(g.digits(2)))
	return o, -1
}

// second draws the second operand of a step on a.
func (g *gen) second(sign string, a dec) dec {
	switch {
	case sign == " / ":
		var exact []int
		for _, d := range divisors {
			if a%mini.Int(d) == 0 {
				exact = append(exact, d)
			}
		}
		if len(exact) > 0 && g.chance(90) {
			return mini.Int(pick(g, exact))
		}
		return mini.Int(pick(g, divisors))
	case sign == " * ":
		return mini.Int(pick(g, []int{g.between(2, 9), g.between(2, 9), g.between(2, 9), pick(g, rounds), g.between(11, 30)}))
	case a%one != 0 && g.chance(60):
		return g.decimal(2)
	case sign == " - " && a > one && g.chance(80):
		return mini.Int(g.between(1, int(a/one)))
	}
	return mini.Int(g.digits(3))
}

// first draws the first operand of a step by b.
func (g *gen) first(sign string, b dec) dec {
	switch sign {
	case " / ":
		return b * dec(g.digits(2))
	case " * ":
		return g.second(sign, b)
	case " - ":
		return b + mini.Int(g.digits(3))
	}
	return mini.Int(g.digits(3))
}
