package mini

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func codeFamilyNamed(t *testing.T, name string) *Family {
	t.Helper()
	for _, f := range codeFamilies() {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("no family %s", name)
	return nil
}

// TestCodeTraces shows one worked call of each family, steps by "; ".
func TestCodeTraces(t *testing.T) {
	for _, test := range []struct {
		family string
		vars   Vars
		steps  string
		answer string
	}{
		{"sum", Vars{"xs": "[3, 12, 7]"}, "3 + 12 = 15; 15 + 7 = 22", "22"},
		{"product", Vars{"xs": "[15, 3, 4]"}, "15 * 3 = 45; 45 * 4 = 180", "180"},
		{"sum-of-evens", Vars{"xs": "[3, 4, 10]"}, "3 odd 0; 4 even 0 + 4 = 4; 10 even 4 + 10 = 14", "14"},
		{"sum-of-evens", Vars{"xs": "[3, 5]"}, "3 odd 0; 5 odd 0", "0"},
		{"range", Vars{"xs": "[3, 12, 7]"}, "max(3, 12) = 12; max(12, 7) = 12; min(3, 12) = 3; min(3, 7) = 3; 12 - 3 = 9", "9"},
		{"maximum", Vars{"xs": "[3, 12, 7]"}, "max(3, 12) = 12; max(12, 7) = 12", "12"},
		{"minimum", Vars{"xs": "[9, 12, 7]"}, "min(9, 12) = 9; min(9, 7) = 7", "7"},
		{"sort-ascending", Vars{"xs": "[7, 3, 12]"}, "min(7, 3, 12) = 3; min(7, 12) = 7", "[3, 7, 12]"},
		{"sort-ascending", Vars{"xs": "[7, 3, 7]"}, "min(7, 3, 7) = 3; min(7, 7) = 7", "[3, 7, 7]"},
		{"keep-evens", Vars{"xs": "[3, 8, 2]"}, "3 odd; 8 even; 2 even", "[8, 2]"},
		{"keep-evens", Vars{"xs": "[-3, -8]"}, "-3 odd; -8 even", "[-8]"},
		{"keep-greater", Vars{"xs": "[3, 8, 5]", "k": "5"}, "3 > 5 no; 8 > 5 yes; 5 > 5 no", "[8]"},
		{"keep-greater", Vars{"xs": "[3, 8]", "k": "9"}, "3 > 9 no; 8 > 9 no", "[]"},
		{"count-greater", Vars{"xs": "[3, 8, 9]", "k": "5"}, "3 > 5 no 0; 8 > 5 yes 1; 9 > 5 yes 2", "2"},
		{"double-each", Vars{"xs": "[3, 12]"}, "3 * 2 = 6; 12 * 2 = 24", "[6, 24]"},
		{"add-to-each", Vars{"xs": "[3, 12]", "k": "5"}, "3 + 5 = 8; 12 + 5 = 17", "[8, 17]"},
		{"squares", Vars{"xs": "[3, 12]"}, "3 * 3 = 9; 12 * 12 = 144", "[9, 144]"},
		{"running-sums", Vars{"xs": "[3, 12, 7]"}, "3 + 12 = 15; 15 + 7 = 22", "[3, 15, 22]"},
		{"reverse-list", Vars{"xs": "[3, 12, 7]"}, "3 12 7; 7 12 3", "[7, 12, 3]"},
		{"first-k", Vars{"xs": "[3, 12, 7]", "k": "2"}, "1: 3; 2: 12", "[3, 12]"},
		{"swap-ends", Vars{"xs": "[3, 12, 7]"}, "first 3; last 7", "[7, 12, 3]"},
		{"every-second", Vars{"xs": "[3, 12, 7, 9]"}, "3 keep; 12 skip; 7 keep; 9 skip", "[3, 7]"},
		{"contains", Vars{"xs": "[3, 12, 7]", "k": "12"}, "3 == 12 no; 12 == 12 yes", "True"},
		{"contains", Vars{"xs": "[3, 7]", "k": "5"}, "3 == 5 no; 7 == 5 no", "False"},
		{"reverse-string", Vars{"s": "'cab'"}, "'cab' -> c a b; b a c", "'bac'"},
		{"repeat-string", Vars{"s": "'ab'", "k": "3"}, "'ab' -> a b; 1: a b; 2: a b; 3: a b", "'ababab'"},
		{"count-letter", Vars{"s": "'aba'", "c": "'a'"}, "'aba' -> a b a; a == a yes 1; b == a no 1; a == a yes 2", "2"},
	} {
		f := codeFamilyNamed(t, test.family)
		s, ok := f.Solve(test.vars)
		if !ok {
			t.Errorf("%s: %v is not solved", test.family, test.vars)
		}
		if diff := cmp.Diff(test.steps, strings.Join(s.Steps, "; ")); diff != "" {
			t.Errorf("%s: steps of %v (-want +got):\n%s", test.family, test.vars, diff)
		}
		if s.Answer != test.answer {
			t.Errorf("%s: %v gives %s, want %s", test.family, test.vars, s.Answer, test.answer)
		}
	}
}

func TestCodeRefuses(t *testing.T) {
	for _, test := range []struct {
		family string
		vars   Vars
	}{
		{"sum", Vars{"xs": "[]"}},
		{"sum", Vars{"xs": "[1]"}},
		{"sum", Vars{"xs": "[1,,2]"}},
		{"sum", Vars{"xs": "[1, 2.5]"}},
		{"sum", Vars{"xs": "[1, x]"}},
		{"sum", Vars{"xs": "[1, 10000]"}},
		{"sum", Vars{"xs": "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]"}},
		{"sum", Vars{}},
		{"product", Vars{"xs": "[9999, 9999, 9999, 9999, 9999, 9999]"}},
		{"first-k", Vars{"xs": "[1, 2]", "k": "3"}},
		{"first-k", Vars{"xs": "[1, 2]", "k": "0"}},
		{"first-k", Vars{"xs": "[1, 2]", "k": "-1"}},
		{"add-to-each", Vars{"xs": "[1, 2]", "k": "1.5"}},
		{"add-to-each", Vars{"xs": "[1, 2]", "k": "1234567"}},
		{"reverse-string", Vars{"s": "''"}},
		{"reverse-string", Vars{"s": "'"}},
		{"reverse-string", Vars{"s": "'a b'"}},
		{"reverse-string", Vars{"s": `'a\n'`}},
		{"reverse-string", Vars{"s": "'abcdefghijklm'"}},
		{"repeat-string", Vars{"s": "'ab'", "k": "1000"}},
		{"repeat-string", Vars{"s": "'ab'", "k": "0"}},
		{"count-letter", Vars{"s": "'abc'", "c": "'ab'"}},
		{"count-letter", Vars{"s": "'abc'", "c": "''"}},
	} {
		if s, ok := codeFamilyNamed(t, test.family).Solve(test.vars); ok {
			t.Errorf("%s: %v solved as %+v, want a refusal", test.family, test.vars, s)
		}
	}
}

// FuzzCodeSolve holds that solving is total, and that what is solved is bounded
// and asserts the call as it stood in the question.
func FuzzCodeSolve(f *testing.F) {
	f.Add("[3, 1, 2]", "2", "'cab'", "'a'")
	f.Add("[-9999, 9999, 0]", "-7", "'AAAAAAAAAAAA'", "'A'")
	f.Add("[9999,9999,9999,9999,9999,9999,9999,9999,9999,9999,9999,9999]", "0012", "'é'", "'1'")
	f.Add("]", "", "'''", "{xs}")
	families := codeFamilies()
	f.Fuzz(func(t *testing.T, xs, k, s, c string) {
		v := Vars{"xs": xs, "k": k, "s": s, "c": c, "items": "eggs"}
		for _, family := range families {
			solution, ok := family.Solve(v)
			if !ok {
				continue
			}
			if size := len(strings.Join(solution.Steps, "\n")); size > 2000 || solution.Answer == "" {
				t.Errorf("%s: %q: %d characters of steps, answer %q", family.Name, v, size, solution.Answer)
			}
			if !strings.HasSuffix(Instance{family, v, family.Wording[0]}.Question(), "assert "+solution.Call+" == # TODO") {
				t.Errorf("%s: %q: call %q", family.Name, v, solution.Call)
			}
		}
	})
}
