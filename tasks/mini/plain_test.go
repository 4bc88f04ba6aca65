package mini

import (
	"math/rand/v2"
	"testing"

	"github.com/autodatabench/autodatabench/results"
)

func TestPlain(t *testing.T) {
	for _, c := range []struct {
		a, sign, b, result string
		want               bool
	}{
		{"12", "*", "9", "108", true},
		{"212", "*", "4", "848", true},
		{"1200", "*", "30", "36000", true},
		{"13", "*", "13", "169", true},
		{"16", "*", "16", "256", false}, // a square past 15
		{"12", "*", "13", "156", false},
		{"999", "*", "9", "8991", false}, // four digits
		{"3.7", "*", "3", "11.1", true},
		{"1080", "/", "12", "90", true},
		{"264", "/", "12", "22", false},
		{"848", "/", "4", "212", true},
		{"6.65", "*", "100", "665", true},
		{"2600", "+", "260", "2860", true},
		{"310", "+", "18.6", "328.6", false}, // 3100 tenths
		{"0", "+", "0", "0", true},
		{"500", "+", "600", "1100", true},
		{"501", "+", "600", "1101", false},
		{"5", "-", "12", "-7", true},
	} {
		a, b, result := mustDec(t, c.a), mustDec(t, c.b), mustDec(t, c.result)
		if got := Plain(a, c.sign, b, result); got != c.want {
			t.Errorf("%s %s %s = %s: %v, want %v", c.a, c.sign, c.b, c.result, got, c.want)
		}
	}
}

func mustDec(t *testing.T, s string) Dec {
	t.Helper()
	d, ok := ParseDec(s)
	if !ok {
		t.Fatalf("%q is no number", s)
	}
	return d
}

func TestDrawsArePlain(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 0))
	for _, domain := range results.Domains() {
		for _, f := range Families(domain) {
			keys := map[string]bool{}
			for range 200 {
				v := f.DrawIn(r, Open)
				if s, ok := f.Solve(v); !ok || !s.plain() {
					t.Fatalf("%s/%s: %v is worked as %v", domain, f.Name, v, s.Steps)
				}
				keys[f.Key(v)] = true
			}
			if len(keys) < 80 {
				t.Errorf("%s/%s: only %d of 200 draws are different", domain, f.Name, len(keys))
			}
		}
	}
}
