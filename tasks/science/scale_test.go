package science

import "testing"

func TestGold(t *testing.T) {
	for _, c := range []struct {
		answer, unit string
		gold         float64
		promptUnit   string
		ok           bool
	}{
		{" 50.7\n", `$\mathrm{atm}$ `, 50.7, `$\mathrm{atm}$ `, true},
		{"+80", "", 80, "", true},
		{"3.52", `$10^{-19} \mathrm{~J}$`, 3.52e-19, `\mathrm{~J}$`, true},
		{"1.27", "$10^6$ ", 1270000, " ", true},
		{"1.27", "$10^6$", 1.27, "$10^6$", true},
		{"1.27", " $10^{28} $", 1.27, " $10^{28} $", true},
		{"-4.37", ` $10 ^ {-6}m/s^2$`, -4.37, ` $10 ^ {-6}m/s^2$`, true}, // fund_sol.json: a space before ^
		{"5", `$\mathrm{10^7} \mathrm{~km}$`, 5e7, `\mathrm{~km}$`, true},
		{"5", "10^{+7} m", 5, "10^{+7} m", true},
		{"5", "10^{3} x 10^{4} m", 5000, "m", true},
		{"5", "10^{3} x 10^{4}", 5, "10^{3} x 10^{4}", true},
		{"5", "210^3m", 5000, "m", true},
		{"89,034.79", " $", 0, " $", false},
		{"−2", " ", 0, " ", false},
		{"−2", "$10^3$ m", 0, " m", false},
		{"1", "10^{999} m", 0, "m", false},
		{"inf", "", 0, "", false},
		{"", "", 0, "", false},
	} {
		gold, unit, ok := Gold(c.answer, c.unit)
		if ok != c.ok || unit != c.promptUnit || ok && gold != c.gold {
			t.Errorf("%q %q: %v %q %v, want %v %q %v", c.answer, c.unit, gold, unit, ok, c.gold, c.promptUnit, c.ok)
		}
	}
}

func TestPrompt(t *testing.T) {
	for _, c := range []struct{ unit, want string }{
		{`$\mathrm{atm}$ `, `How much? The unit of the answer is $\mathrm{atm}$ .`},
		{`$10^{-19} \mathrm{~J}$`, `How much? The unit of the answer is \mathrm{~J}$.`},
		{"$10^6$ ", "How much? The unit of the answer is  ."},
		{"$10^{42}$", "How much? The unit of the answer is $10^{42}$."},
		{"", "How much? The unit of the answer is ."},
	} {
		if got := Prompt("How much?", c.unit); got != c.want {
			t.Errorf("%q: %q, want %q", c.unit, got, c.want)
		}
	}
}

// TestRepr has Python's own output.
func TestRepr(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0.0", 3: "3.0", -2.5: "-2.5", 1270000: "1270000.0", 0.0001: "0.0001", 0.00001: "1e-05", 3.52e-19: "3.52e-19",
		9999999999999998: "9999999999999998.0", 1e16: "1e+16", 1.5e300: "1.5e+300",
	} {
		if got := repr(x); got != want {
			t.Errorf("%v: %q, want %q", x, got, want)
		}
	}
}
