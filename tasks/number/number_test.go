package number

import (
	"math"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"5": "5", "05": "5", " 5 ": "5", "+5": "5", ".5": "0.5", "5.0": "5", "1e3": "1000", "1.5E-3": "0.0015",
		"1,234.5": "1234.5", "1 234 567": "1234567", "12,34,567": "1234567", "1'234": "1234", `1{,}234{,}567.5`: "1.2345675e+06", `1\,000`: "1000", "1\u202f000": "1000", "５０": "50",
		"9007199254740993": "9007199254740993", "123456789012345678901": "123456789012345678901",
		"-5": "-5", "−5": "-5", "–5": "-5", "minus 5": "-5", "Negative 5": "-5", "-$45": "-45", "$-45": "-45", "- $45": "-45", "-Rs. 45": "-45", "-kr 45": "-45",
		"($45)": "-45", "(45)": "-45", "(-45)": "-45", "-(45)": "-45", "(5/6)": "0.8333333333333334", "(12.5%)": "-12.5",
		"$1,003": "1003", `\$1,003`: "1003", "US$ 12": "12", "5 €": "5", "EUR 5": "5", "₹12,34,567": "1234567", "5%": "5", `5\%`: "5", "5 percent": "5",
		"5 million": "5000000", "$2.5 billion": "2500000000", "3 lakh": "300000", "-$5 million": "-5000000",
		"5/6": "0.8333333333333334", `\frac{5}{6}`: "0.8333333333333334", `-\dfrac{5}{6}`: "-0.8333333333333334", `\frac56`: "0.8333333333333334", `\frac{\frac{1}{2}}{2}`: "0.25", "2 1/2": "2.5", `2\frac{1}{2}`: "2.5", "1½": "1.5", "½": "0.5",
		`\sqrt{16}`: "4", `\sqrt{5}`: "2.23606797749979", "√5": "2.23606797749979", `2\sqrt{3}`: "3.4641016151377544", `\frac{\sqrt{3}}{2}`: "0.8660254037844386", `2\pi`: "6.283185307179586", `\pi/2`: "1.5707963267948966",
		"10^3": "1000", "10**-2": "0.01", "10⁻²": "0.01", `5\times 10^{3}`: "5000", "5 x 10^3": "5000", "5 × 10³": "5000", `3.5 \cdot 10^{-2}`: "0.035", "5*10^3": "5000",
	} {
		n, err := Parse(text)
		if err != nil || n.String() != want {
			t.Errorf("%q: %v, %v, want %s", text, n.value, err, want)
		}
	}
}

// A text in which something is left over is refused.
func TestRefused(t *testing.T) {
	for _, text := range []string{
		"", "x", "nan", "inf", "-", "--5", "+-5", "-$-5", "1e999", "10^999", "1e", "5 km", "5 6", "5,6", "1,23", "1.152,5", "1.2.3", "12,345,6", "1_000", "0x10", "10:1",
		"5^2", "10^2^2", "5**2", "5!", "5/", "5/x", "5/0", "5/6/7", "2*3", "2+3", "5-3", "5=5", "5 ± 1", "5(1+2)", "5x", "5k", "5 × 10", "2 3/2", `\frac{1}{0}`, `\frac{5}`, `\frac{x}{2}`, `\sqrt{-1}`, `\sqrt[3]{8}`,
		`5\log 2`, `\pi^2`, `2^{10}`, `5\,\text{m}`, "((5))", "(5", "5)", "CO2", strings.Repeat("9", 500), strings.Repeat("1", maxText+5), "0." + strings.Repeat("0", maxText),
		strings.Repeat(`\frac{`, 50), strings.Repeat("(", 1000),
	} {
		if n, err := Parse(text); err == nil {
			t.Errorf("%.40q is read as %v", text, n)
		}
	}
}

func TestWhole(t *testing.T) {
	for text, want := range map[string]bool{
		"5": true, "1,003": true, "-$5": true, "(45)": true, "5%": true, "5.0": false, "1e3": false, "5/6": false, "5 million": false, "2 1/2": false, "10^3": false,
	} {
		if n, err := Parse(text); err != nil || n.Whole != want {
			t.Errorf("%q: whole %v, %v", text, n.Whole, err)
		}
	}
}

func TestFind(t *testing.T) {
	for _, tt := range []struct{ text, before, number, behind string }{
		{"about 5 km in all", "about ", "5", " km in all"},
		{"a loss of ($1,000).", "a loss of ", "-1000", "."},
		{"x=5", "x=", "5", ""},
		{"(no discounting) of 5", "(no discounting) of ", "5", ""},
	} {
		before, n, behind, err := Find(tt.text)
		if err != nil || before != tt.before || n.String() != tt.number || behind != tt.behind {
			t.Errorf("%q: %q, %v, %q, %v", tt.text, before, n, behind, err)
		}
	}
	for _, text := range []string{"CO2 of 5", "nothing", "about 5^2", ""} {
		if _, n, _, err := Find(text); err == nil {
			t.Errorf("%q holds %v", text, n)
		}
	}
}

func TestNear(t *testing.T) {
	for _, tt := range []struct {
		got, want          string
		absolute, relative float64
		near               bool
	}{
		{"101", "100", 0, 0.01, true}, {"101.0000000001", "100", 0, 0.01, false}, {"2", "0", 2, 0, true}, {"0.001", "0", 0, 0.5, false},
		{"9007199254740993", "9007199254740992", 0, 0, false}, {"0.3", "3/10", 0, 0, true}, {"-100", "100", 0, 1, false}, {"-1", "-1.005", 0, 0.01, true},
	} {
		got, err := Parse(tt.got)
		want, err2 := Parse(tt.want)
		if err != nil || err2 != nil || got.Near(want, tt.absolute, tt.relative) != tt.near {
			t.Errorf("%+v: %v, %v", tt, err, err2)
		}
	}
}

// FuzzParse holds that a number that is read is finite, equals itself, is the
// negative of its like with the other sign, and is refused with a digit or an
// operator behind it that is not part of it.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"5", "-$1,234.5", `\frac{5}{6}`, `2\sqrt{3}`, "5 × 10³", "(45)", "1 000", "5 million", "5%", "2 1/2", "\xff", "1e400", `\frac{\frac`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := Parse(text)
		if err != nil {
			return
		}
		if x, _ := n.value.Float64(); math.IsInf(x, 0) || !n.Near(n, 0, 0) {
			t.Fatalf("%q is read as %v", text, n)
		}
		for _, more := range []string{"^x", "!", " + 1", "*2", "=", ".2.3", " ± 1", "<3"} {
			if n, err := Parse(text + more); err == nil {
				t.Fatalf("%q is read as %v", text+more, n)
			}
		}
	})
}
