package mini

import (
	"math"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseDec(t *testing.T) {
	for _, c := range []struct {
		text string
		want string // as printed; empty when refused
	}{
		{"36", "36"}, {"0", "0"}, {"-0", "0"}, {"007", "7"}, {"3.50", "3.5"}, {"-0.25", "-0.25"}, {"0.0001", "0.0001"},
		{"999999999999.9999", "999999999999.9999"}, {"12.3400", "12.34"},
		{"", ""}, {"-", ""}, {".5", ""}, {"5.", ""}, {"1.23456", ""}, {"1234567890123", ""}, {"+3", ""}, {"--3", ""},
		{"1e3", ""}, {"1,000", ""}, {"٣", ""}, {" 3", ""}, {"1.-5", ""}, {"0x1", ""},
	} {
		d, ok := ParseDec(c.text)
		got := ""
		if ok {
			got = d.String()
		}
		if got != c.want {
			t.Errorf("ParseDec(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestDecString(t *testing.T) {
	for d, want := range map[Dec]string{
		math.MinInt64: "-922337203685477.5808", math.MaxInt64: "922337203685477.5807", -1: "-0.0001", 0: "0", 10: "0.001",
	} {
		if got := d.String(); got != want {
			t.Errorf("%d prints as %q, want %q", int64(d), got, want)
		}
	}
}

func TestSteps(t *testing.T) {
	dec := func(s string) Dec {
		d, ok := ParseDec(s)
		if !ok {
			t.Fatalf("%q is no number", s)
		}
		return d
	}
	div := func(a, b Dec) (string, Dec) {
		s, c, _ := Div(a, b)
		return s, c
	}
	for _, c := range []struct {
		op   func(a, b Dec) (string, Dec)
		a, b string
		want string
	}{
		{Add, "12", "3", "12 + 3 = 15"}, {Add, "0.1", "0.2", "0.1 + 0.2 = 0.3"}, {Add, "5", "-8", "5 + -8 = -3"},
		{Sub, "3", "12.5", "3 - 12.5 = -9.5"}, {Mul, "1.5", "1.5", "1.5 * 1.5 = 2.25"},
		{Mul, "0.01", "0.005", "0.01 * 0.005 = 0.0001"}, {Mul, "-0.01", "0.005", "-0.01 * 0.005 = -0.0001"},
		{Mul, "0.01", "0.0049", "0.01 * 0.0049 = 0"},
		{div, "120", "4", "120 / 4 = 30"}, {div, "1", "3", "1 / 3 = 0.3333"}, {div, "-2", "3", "-2 / 3 = -0.6667"},
		{div, "2", "-3", "2 / -3 = -0.6667"}, {div, "0", "5", "0 / 5 = 0"},
	} {
		if got, _ := c.op(dec(c.a), dec(c.b)); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	if _, _, ok := Div(Int(1), 0); ok {
		t.Error("division by zero is ok")
	}
	if _, c := Mul(math.MaxInt64, math.MinInt64); c != math.MinInt64 {
		t.Errorf("product past the range is %s, want its lower end", c)
	}
	if _, c := Add(math.MaxInt64, 1); c != math.MaxInt64 {
		t.Errorf("sum past the range is %s, want its upper end", c)
	}
}

func TestVarsInt(t *testing.T) {
	v := Vars{"n": "-12", "x": "1.5", "w": "apples"}
	for name, want := range map[string]int{"n": -12, "x": 0, "w": 0, "missing": 0} {
		if got := v.Int(name); got != want {
			t.Errorf("Int(%s) = %d, want %d", name, got, want)
		}
	}
}

func TestParseList(t *testing.T) {
	long := "[1"
	for range 64 {
		long += ", 1"
	}
	for _, c := range []struct {
		text string
		want []int
	}{
		{"[]", []int{}}, {"[ ]", []int{}}, {"[3, 1, 2]", []int{3, 1, 2}}, {"[3,-1 , 02]", []int{3, -1, 2}}, {"[9999999]", []int{9999999}},
		{"", nil}, {"[", nil}, {"]", nil}, {"3, 1", nil}, {"[3,]", nil}, {"[,]", nil}, {"[1.0]", nil}, {"[10000000]", nil}, {"[[1]]", nil},
		{"[1 2]", nil}, {"['a']", nil}, {long + "]", nil},
	} {
		got, ok := ParseList(c.text)
		if ok != (c.want != nil) || !cmp.Equal(got, c.want) {
			t.Errorf("ParseList(%q) = %v, %v, want %v", c.text, got, ok, c.want)
		}
	}
}

// FuzzDec compares the four operations with exact rational arithmetic.
func FuzzDec(f *testing.F) {
	f.Add("120", "4")
	f.Add("-0.0001", "3")
	f.Add("999999999999.9999", "999999999999.9999")
	f.Fuzz(func(t *testing.T, left, right string) {
		a, okA := ParseDec(left)
		b, okB := ParseDec(right)
		if !okA || !okB {
			return
		}
		if again, ok := ParseDec(a.String()); !ok || again != a {
			t.Fatalf("%q prints as %q, which reads as %v", left, a, again)
		}
		sums := map[string]Dec{}
		_, sums["+"] = Add(a, b)
		_, sums["-"] = Sub(a, b)
		_, sums["*"] = Mul(a, b)
		if _, c, ok := Div(a, b); ok {
			sums["/"] = c
		}
		for op, got := range sums {
			if want := exactly(t, a.String(), op, b.String()); !want.IsInt64() || want.Int64() != int64(got) {
				if want.IsInt64() || (got != math.MaxInt64 && got != math.MinInt64) {
					t.Errorf("%s %s %s = %s, want %s units", a, op, b, got, want)
				}
			}
		}
	})
}

// exactly is "a op b" in units of 1/10000, rounded half away from zero.
func exactly(t *testing.T, a, op, b string) *big.Int {
	t.Helper()
	x, okA := new(big.Rat).SetString(a)
	y, okB := new(big.Rat).SetString(b)
	if !okA || !okB {
		t.Fatalf("%q or %q is no number", a, b)
	}
	switch op {
	case "+":
		x.Add(x, y)
	case "-":
		x.Sub(x, y)
	case "*":
		x.Mul(x, y)
	case "/":
		x.Quo(x, y)
	default:
		t.Fatalf("operator %q", op)
	}
	x.Mul(x, big.NewRat(unit, 1))
	half := big.NewRat(1, 2)
	if x.Sign() < 0 {
		half.Neg(half)
	}
	x.Add(x, half)
	return new(big.Int).Quo(x.Num(), x.Denom())
}

func FuzzParseList(f *testing.F) {
	f.Add("[3, 1, 2]")
	f.Add("[")
	f.Fuzz(func(t *testing.T, text string) {
		xs, ok := ParseList(text)
		if !ok {
			return
		}
		if again, ok := ParseList(FormatList(xs)); !ok || !cmp.Equal(again, xs) {
			t.Errorf("%q reads as %v, then as %v", text, xs, again)
		}
	})
}
