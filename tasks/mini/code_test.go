package mini

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
)

// codeArgs are a call's arguments, read without the package's own parsers.
type codeArgs struct {
	xs   []int
	k    int
	s, c string
}

var wholeNumber = regexp.MustCompile(`-?\d+`)

func readCodeArgs(v Vars) codeArgs {
	a := codeArgs{s: strings.Trim(v["s"], "'"), c: strings.Trim(v["c"], "'")}
	for _, n := range wholeNumber.FindAllString(v["xs"], -1) {
		x, _ := strconv.Atoi(n)
		a.xs = append(a.xs, x)
	}
	a.k, _ = strconv.Atoi(v["k"])
	return a
}

// pythonList writes a list as Python prints it.
func pythonList(xs []int) string {
	s := "["
	for i, x := range xs {
		if i > 0 {
			s += ", "
		}
		s += strconv.Itoa(x)
	}
	return s + "]"
}

func chosen(xs []int, keep func(i, x int) bool) []int {
	var out []int
	for i, x := range xs {
		if keep(i, x) {
			out = append(out, x)
		}
	}
	return out
}

func each(xs []int, y func(i, x int) int) string {
	out := make([]int, len(xs))
	for i, x := range xs {
		out[i] = y(i, x)
	}
	return pythonList(out)
}

func folded(xs []int, start int, op func(a, b int) int) int {
	for _, x := range xs {
		start = op(start, x)
	}
	return start
}

func plus(a, b int) int { return a + b }

func isEven(_, x int) bool { return x&1 == 0 }

// codeOracles says what each family's function returns, by a way of its own.
var codeOracles = map[string]func(a codeArgs) string{
	"sum":            func(a codeArgs) string { return strconv.Itoa(folded(a.xs, 0, plus)) },
	"product":        func(a codeArgs) string { return strconv.Itoa(folded(a.xs, 1, func(a, b int) int { return a * b })) },
	"sum-of-evens":   func(a codeArgs) string { return strconv.Itoa(folded(chosen(a.xs, isEven), 0, plus)) },
	"range":          func(a codeArgs) string { sort.Ints(a.xs); return strconv.Itoa(a.xs[len(a.xs)-1] - a.xs[0]) },
	"maximum":        func(a codeArgs) string { return strconv.Itoa(slices.Max(a.xs)) },
	"minimum":        func(a codeArgs) string { return strconv.Itoa(slices.Min(a.xs)) },
	"sort-ascending": func(a codeArgs) string { sort.Ints(a.xs); return pythonList(a.xs) },
	"keep-evens":     func(a codeArgs) string { return pythonList(chosen(a.xs, isEven)) },
	"keep-greater": func(a codeArgs) string {
		return pythonList(chosen(a.xs, func(_, x int) bool { return x > a.k }))
	},
	"count-greater": func(a codeArgs) string {
		return strconv.Itoa(len(chosen(a.xs, func(_, x int) bool { return x > a.k })))
	},
	"double-each":  func(a codeArgs) string { return each(a.xs, func(_, x int) int { return x + x }) },
	"add-to-each":  func(a codeArgs) string { return each(a.xs, func(_, x int) int { return x + a.k }) },
	"squares":      func(a codeArgs) string { return each(a.xs, func(_, x int) int { return x * x }) },
	"running-sums": func(a codeArgs) string { return each(a.xs, func(i, _ int) int { return folded(a.xs[:i+1], 0, plus) }) },
	"reverse-list": func(a codeArgs) string { return each(a.xs, func(i, _ int) int { return a.xs[len(a.xs)-1-i] }) },
	"first-k":      func(a codeArgs) string { return pythonList(a.xs[:a.k]) },
	"swap-ends": func(a codeArgs) string {
		n := len(a.xs) - 1
		return pythonList(slices.Concat(a.xs[n:], a.xs[1:n], a.xs[:1]))
	},
	"every-second": func(a codeArgs) string {
		return pythonList(chosen(a.xs, func(i, _ int) bool { return i%2 == 0 }))
	},
	"contains": func(a codeArgs) string {
		return map[bool]string{true: "True", false: "False"}[slices.Contains(a.xs, a.k)]
	},
	"reverse-string": func(a codeArgs) string {
		b := []byte(a.s)
		slices.Reverse(b)
		return "'" + string(b) + "'"
	},
	"repeat-string": func(a codeArgs) string { return "'" + strings.Repeat(a.s, a.k) + "'" },
	"count-letter":  func(a codeArgs) string { return strconv.Itoa(strings.Count(a.s, a.c)) },
}

// maxCodeRow bounds question, steps and assertion together, in characters.
const maxCodeRow = 300

func TestCodeFamiliesSolve(t *testing.T) {
	for i, f := range codeFamilies() {
		t.Run(f.Name, func(t *testing.T) {
			oracle := codeOracles[f.Name]
			if oracle == nil {
				t.Fatal("no oracle")
			}
			r := rand.New(rand.NewPCG(1, uint64(i)))
			for range 200 {
				v := f.Draw(r)
				s, ok := f.Solve(v)
				if want := oracle(readCodeArgs(v)); !ok || s.Answer != want {
					t.Fatalf("Solve(%v) = %q, %v, want %q", v, s.Answer, ok, want)
				}
				for _, wording := range f.Wording {
					question := Instance{Family: f, Vars: v, Wording: wording}.Question()
					if !strings.HasSuffix(question, "\nassert "+s.Call+" == # TODO") {
						t.Fatalf("question %q does not end with the call %q", question, s.Call)
					}
					row := question + strings.Join(s.Steps, "\n") + "\nassert " + s.Call + " == " + s.Answer
					if len(row) > maxCodeRow {
						t.Fatalf("%d characters, want at most %d:\n%s", len(row), maxCodeRow, row)
					}
				}
			}
		})
	}
}

// TestCodeQuestionsAreRecognised holds that a question determines its family,
// its wording and its values.
func TestCodeQuestionsAreRecognised(t *testing.T) {
	var all []matcher
	for _, f := range codeFamilies() {
		for _, wording := range f.Wording {
			all = append(all, newMatcher(f, wording))
		}
	}
	r := rand.New(rand.NewPCG(2, 0))
	for _, m := range all {
		for range 3 {
			want := Instance{Family: m.family, Vars: m.family.Draw(r), Wording: m.wording}
			var got []Instance
			for _, other := range all {
				if found, _, ok := other.findLast(want.Question()); ok {
					got = append(got, found)
				}
			}
			if len(got) != 1 || got[0].Family != want.Family || !cmp.Equal(got[0].Vars, want.Vars) {
				t.Errorf("%q found as %+v", want.Question(), got)
			}
		}
	}
}

func TestCodeParameterSpace(t *testing.T) {
	for i, f := range codeFamilies() {
		r := rand.New(rand.NewPCG(3, uint64(i)))
		keys := map[string]bool{}
		for range 20_000 {
			keys[f.Key(f.Draw(r))] = true
		}
		if len(keys) < 1500 {
			t.Errorf("%s: %d distinct instances, want at least 1500", f.Name, len(keys))
		}
	}
}

func TestCodeFamilyTable(t *testing.T) {
	weights, known := 0, 0
	names, areas := map[string]bool{}, map[string]bool{}
	popular, total := []int{}, 0
	for _, f := range codeFamilies() {
		if names[f.Name] || !results.ValidName(f.Name) || f.Domain != results.Code || f.Topic == "" {
			t.Errorf("%+v: want a name of its own, a topic and the domain", f)
		}
		names[f.Name], areas[f.Area] = true, true
		if f.Weight < 2 || f.Weight > 12 {
			t.Errorf("%s: weight %d, want 2 to 12", f.Name, f.Weight)
		}
		weights += f.Weight
		if slices.Contains(knownCode(), f.Name) {
			known += f.Weight
		}
		popular, total = append(popular, f.Popular), total+f.Popular
		if len(f.Wording) < 3 {
			t.Errorf("%s: %d wordings, want at least 3", f.Name, len(f.Wording))
		}
		for _, wording := range f.Wording {
			for _, p := range f.Params {
				if !strings.Contains(wording, "{"+p.Name+"}") {
					t.Errorf("%s: %q does not mention %s", f.Name, wording, p.Name)
				}
			}
		}
	}
	slices.Sort(popular)
	slices.Reverse(popular)
	top := folded(popular[:4], 0, plus)
	if weights != 100 || len(names) < 20 || len(areas) < 5 || known < 20 || known > 24 || 100*top < 55*total {
		t.Errorf("weights %d, families %d, areas %d, known %d, four most popular %d of %d",
			weights, len(names), len(areas), known, top, total)
	}
	for _, name := range knownCode() {
		if !names[name] {
			t.Errorf("known family %s does not exist", name)
		}
	}
	if len(knownCode()) != 4 {
		t.Errorf("%d known families, want 4", len(knownCode()))
	}
}
