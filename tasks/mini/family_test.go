package mini

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
)

// maxRow bounds a question with its response, in characters.
const maxRow = 330

// everyFamily runs the test for each family of each domain.
func everyFamily(t *testing.T, test func(t *testing.T, f *Family, r *rand.Rand)) {
	for n, d := range results.Domains() {
		for i, f := range Families(d) {
			t.Run(string(d)+"/"+f.Name, func(t *testing.T) {
				test(t, f, rand.New(rand.NewPCG(uint64(n), uint64(i))))
			})
		}
	}
}

func TestFamiliesSolveTheirDraws(t *testing.T) {
	everyFamily(t, func(t *testing.T, f *Family, r *rand.Rand) {
		e := Evaluator(f.Domain)
		for range 200 {
			v := f.Draw(r)
			s, ok := f.Solve(v)
			if !ok {
				t.Fatalf("no solution for %v", v)
			}
			if len(s.Steps) == 0 {
				t.Errorf("%v has no steps", v)
			}
			checkArithmetic(t, f.Domain, s)
			for _, wording := range f.Wording {
				q := Instance{f, v, wording}.Question()
				if strings.ContainsAny(q, "{}") {
					t.Fatalf("%q is not filled in", q)
				}
				response := Response(f.Domain, s)
				if len(q)+len(response) > maxRow {
					t.Fatalf("%d characters, want at most %d:\n%s\n%s", len(q)+len(response), maxRow, q, response)
				}
				item := tasks.Item{Question: q, Answer: s.Answer}
				if verdict := e.Judge(response, item); !verdict.Correct {
					t.Fatalf("response refused: %s\n%s\n%s", verdict.Reason, q, response)
				}
				changed := s
				changed.Answer = otherAnswer(s.Answer)
				if verdict := e.Judge(Response(f.Domain, changed), item); verdict.Correct {
					t.Fatalf("%s accepted for %s", changed.Answer, s.Answer)
				}
			}
		}
	})
}

// otherAnswer is an answer of the same form that is wrong by a fifth.
func otherAnswer(answer string) string {
	if d, ok := ParseDec(answer); ok {
		if d == 0 {
			return "1"
		}
		return muldiv(d, 12, 10).String()
	}
	switch {
	case answer == "True":
		return "False"
	case answer == "False":
		return "True"
	case strings.HasSuffix(answer, "[]"):
		return "[7]"
	case strings.HasSuffix(answer, "]"):
		return strings.TrimSuffix(answer, "]") + ", 7]"
	}
	return answer[:1] + "q" + answer[1:]
}

func TestWordingsShareAnOrder(t *testing.T) {
	everyFamily(t, func(t *testing.T, f *Family, _ *rand.Rand) {
		if len(f.Wording) != 5 {
			t.Errorf("%d wordings, want five", len(f.Wording))
		}
		for _, w := range f.Wording {
			if d := cmp.Diff(f.Order(f.Wording[0]), f.Order(w)); d != "" {
				t.Errorf("%q gives the numbers in another order than the first wording: %s", w, d)
			}
		}
	})
	f, _ := ByName(results.Science, "echo")
	if d := cmp.Diff([]string{"t", "v"}, f.Order("after {t} s a {target} at {v} m/s")); d != "" {
		t.Error(d)
	}
}

var arithmetic = regexp.MustCompile(`(?:^|[^\w.])(-?[\d.]+) ([-+*/]) (-?[\d.]+) = (-?[\d.]+)`)

// checkArithmetic recomputes every operation of the steps. Outside of code each
// step has one.
func checkArithmetic(t *testing.T, d results.Domain, s Solution) {
	t.Helper()
	for _, step := range s.Steps {
		found := arithmetic.FindAllStringSubmatch(step, -1)
		if d != results.Code && len(found) != 1 {
			t.Fatalf("step %q: %d operations, want one", step, len(found))
		}
		for _, g := range found {
			c, ok := ParseDec(g[4])
			if want := exactly(t, g[1], g[2], g[3]); !ok || want.Int64() != int64(c) {
				t.Errorf("step %q: want %s units", step, want)
			}
		}
	}
	if d == results.Code {
		return
	}
	if last := s.Steps[len(s.Steps)-1]; !strings.HasSuffix(last, "= "+s.Answer) {
		t.Errorf("last step %q does not end with the answer %s", last, s.Answer)
	}
}

// TestQuestionsAreRecognised holds that a question determines its family and
// its values, also in the middle of a prompt that shows another question first.
func TestQuestionsAreRecognised(t *testing.T) {
	everyFamily(t, func(t *testing.T, f *Family, r *rand.Rand) {
		example := Families(f.Domain)[r.IntN(len(Families(f.Domain)))]
		for _, wording := range f.Wording {
			for range 5 {
				want := Instance{f, f.Draw(r), wording}
				shot := Instance{example, example.Draw(r), example.Wording[0]}
				prompt := "Example: " + shot.Question() + "\nNow solve this problem: " + want.Question() + "\nThe answer is short."
				for _, text := range []string{want.Question(), prompt} {
					got, ok := Recognise(f.Domain, text)
					if !ok || got.Family != f || got.Wording != wording || !cmp.Equal(got.Vars, want.Vars) {
						t.Fatalf("%q: recognised as %+v", text, got)
					}
				}
				hits := 0
				for _, m := range matchers()[f.Domain] {
					if _, _, ok := m.findLast(want.Question()); ok {
						hits++
					}
				}
				if hits != 1 {
					t.Errorf("%q matches %d wordings, want its own only", want.Question(), hits)
				}
			}
		}
	})
}

// TestFamiliesAreTotal solves values far outside of the draws.
func TestFamiliesAreTotal(t *testing.T) {
	odd := map[Kind][]string{
		Number: {"0", "-1", "9999999", "-9999999", "0.0001", "1234567.8901", "3"},
		Word:   {"apples"},
		List:   {"[]", "[0]", "[9999999, -9999999]", "[1, 2, 3]", "[a]", "[,]", "[1.5]"},
		Quoted: {"''", "'a'", "'é'", `'\'`, "'aa bb'"},
	}
	everyFamily(t, func(t *testing.T, f *Family, r *rand.Rand) {
		for range 300 {
			v := Vars{}
			for _, p := range f.Params {
				v[p.Name] = choose(r, odd[p.Kind])
			}
			s, ok := f.Solve(v)
			if ok && len(Response(f.Domain, s)) > 4<<10 {
				t.Errorf("%v: solution of %d bytes", v, len(Response(f.Domain, s)))
			}
		}
	})
}

func TestParameterSpace(t *testing.T) {
	const distinct, draws = 1_500, 20_000
	everyFamily(t, func(t *testing.T, f *Family, r *rand.Rand) {
		keys := map[string]bool{}
		for n := 0; n < draws && len(keys) < distinct; n++ {
			keys[f.Key(f.Draw(r))] = true
		}
		if len(keys) < distinct {
			t.Errorf("%d distinct instances in %d draws, want %d", len(keys), draws, distinct)
		}
	})
}

func TestFamilyTables(t *testing.T) {
	for _, d := range results.Domains() {
		families, known, names, areas := Families(d), Known(d), map[string]bool{}, map[string]int{}
		weight, knownWeight, popular := 0, 0, []int{}
		for _, f := range families {
			if names[f.Name] || !results.ValidName(f.Name) || f.Domain != d || f.Topic == "" || f.Area == "" {
				t.Errorf("%s/%s: want a name of its own, a topic, an area and the domain", d, f.Name)
			}
			names[f.Name] = true
			areas[f.Area]++
			weight += f.Weight
			popular = append(popular, f.Popular)
			if f.Weight < 1 || f.Weight > 12 || f.Popular < 0 {
				t.Errorf("%s/%s: weight %d, popular %d", d, f.Name, f.Weight, f.Popular)
			}
			if slices.Contains(known, f.Name) {
				knownWeight += f.Weight
			}
			checkWordings(t, f)
			if got, ok := ByName(d, f.Name); !ok || got != f {
				t.Errorf("ByName does not find %s/%s", d, f.Name)
			}
		}
		if weight != 100 || len(families) < 20 || len(areas) < 5 || len(areas) > 6 {
			t.Errorf("%s: weight %d, %d families, %d areas", d, weight, len(families), len(areas))
		}
		if len(known) != 4 || knownWeight < 20 || knownWeight > 24 {
			t.Errorf("%s: known families %v weigh %d, want 20 to 24", d, known, knownWeight)
		}
		slices.SortFunc(popular, func(a, b int) int { return b - a })
		four, all := 0, 0
		for i, p := range popular {
			if all += p; i < 4 {
				four += p
			}
		}
		if 100*four < 55*all || popular[len(popular)-1] > 1 {
			t.Errorf("%s: four most popular families have %d of %d, the last %d", d, four, all, popular[len(popular)-1])
		}
	}
}

func checkWordings(t *testing.T, f *Family) {
	t.Helper()
	if len(f.Wording) < 3 {
		t.Errorf("%s/%s: %d wordings, want at least 3", f.Domain, f.Name, len(f.Wording))
	}
	for _, wording := range f.Wording {
		if strings.HasSuffix(wording, "}") || strings.Contains(wording, "}{") || strings.Contains(wording, "} {") {
			t.Errorf("%s/%s: a value ends or touches another in %q", f.Domain, f.Name, wording)
		}
		for _, p := range f.Params {
			if !strings.Contains(wording, "{"+p.Name+"}") {
				t.Errorf("%s/%s: %q does not mention %s", f.Domain, f.Name, wording, p.Name)
			}
		}
	}
}

func TestFamiliesAreCopies(t *testing.T) {
	Families(results.Science)[0] = nil
	if Families(results.Science)[0] == nil {
		t.Error("a caller can change the catalog")
	}
	if _, ok := ByName(results.Science, "alchemy"); ok {
		t.Error("found a family that does not exist")
	}
	if Families("law") != nil || Known("law") != nil {
		t.Error("unknown domain has families")
	}
}

func TestSplitsShareNothing(t *testing.T) {
	f, _ := ByName(results.Science, "density")
	r := rand.New(rand.NewPCG(7, 0))
	counts := map[Split]int{}
	for range 10_000 {
		v := f.Draw(r)
		other := Vars{}
		for name, value := range v {
			other[name] = value
		}
		other["solid"] = "chalk"
		if f.SplitOf(v) != f.SplitOf(other) {
			t.Fatal("a cosmetic word changes the split")
		}
		counts[f.SplitOf(v)]++
	}
	for split, percent := range map[Split]int{Public: 10, Private: 30, Pool: 20, Open: 40} {
		if got := counts[split] / 100; got < percent-4 || got > percent+4 {
			t.Errorf("split %s holds %d %%, want about %d", split, got, percent)
		}
	}
}

func TestDrawInRefusesAnEmptySplit(t *testing.T) {
	f := &Family{Name: "constant", Params: []Param{{"n", Number}}, Draw: func(*rand.Rand) Vars { return Vars{"n": "1"} }}
	defer func() {
		if recover() == nil {
			t.Error("no panic though three of four splits are empty")
		}
	}()
	for _, split := range []Split{Public, Private, Pool, Open} {
		f.DrawIn(rand.New(rand.NewPCG(1, 1)), split)
	}
}
