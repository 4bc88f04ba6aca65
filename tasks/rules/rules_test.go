package rules

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/autodatabench/autodatabench/tasks"
)

func numericRule(t testing.TB, absolute, relative float64) Rule {
	t.Helper()
	r, err := Numeric(absolute, relative, false)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func choiceRule(t testing.TB, choices ...string) Rule {
	t.Helper()
	r, err := Choice(choices)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestJudge(t *testing.T) {
	near, same := numericRule(t, 0, 0.01), numericRule(t, 0, 0)
	letters := choiceRule(t, "A", "B", "C", "yes", "yes and no")
	for _, tt := range []struct {
		name           string
		rule           Rule
		response, want string
		correct        bool
		extracted      string
	}{
		{"stated", near, "2 + 3 = 5\nTherefore, the answer is 5.", "5", true, "5"},
		{"the last statement counts", near, "The answer is 4. No: the answer is: 5", "5", true, "5"},
		{"within", near, "the answer is 100.9 km", "100.0", true, "100.9 km"},
		{"a whole number is exact", near, "the answer is 100.9 km", "100", false, "100.9 km"},
		{"beyond", near, "the answer is 101.1", "100", false, "101.1"},
		{"absolute", numericRule(t, 2, 0), "the answer is 2", "0", true, "2"},
		{"zero", near, "the answer is 0.001", "0", false, "0.001"},
		{"thousands and money", near, "the answer is $1,234.5", "1234.5", true, "1,234.5"},
		{"no thousands", same, "the answer is 1,23", "1", false, "1,23"},
		{"fraction", same, "the answer is 1/2", "1", false, "1/2"},
		{"Unicode minus", same, "the answer is −2", "-2", true, "−2"},
		{"exponent", same, "the answer is 1.5e3", "1500", true, "1.5e3"},
		{"box", same, `the answer is \boxed{7}.`, "7", true, "7"},
		{"last number of a last line", same, "so 2 + 3 = 5", "5", true, "so 2 + 3 = 5"},
		{"in words", same, "the answer is approximately equal to 5 kg", "5", true, "approximately equal to 5 kg"},
		{"with a reason", same, "the answer is 5, because 2 + 3 = 5", "5", true, "5, because 2 + 3 = 5"},
		{"an equation", same, "the answer is x = 2 + 3 = 5.", "5", true, "x = 2 + 3 = 5"},
		{"a root in words", same, "the answer is the square root of 5", "5", false, "the square root of 5"},
		{"a bound", same, "the answer is more than 5", "5", false, "more than 5"},
		{"a function", same, "the answer is log(5)", "5", false, "log(5)"},
		{"an unknown", same, "the answer is 5i", "5", false, "5i"},
		{"a sign behind", same, "the answer is 5-", "5", false, "5-"},
		{"a scale in short", same, "the answer is $5 bn", "5", false, "5 bn"},
		{"a unit's power", same, "the answer is 5 m/s^2", "5", true, "5 m/s^2"},
		{"a unit's raised power", same, "the answer is 5 m s⁻²", "5", true, "5 m s⁻²"},
		{"two powers", same, "the answer is 5 m^2 and 6", "5", false, "5 m^2 and 6"},
		{"quotes", same, "the answer is '5'", "5", true, "'5'"},
		{"quotes in brackets", same, "the answer is [“**5**”].", "5", true, "[“**5**”]"},
		{"East Asian brackets", same, "【5】", "5", true, "【5】"},
		{"tags", same, "the answer is <b>5</b>.", "5", true, "5"},
		{"brackets of two", same, "the answer is [5] or [6]", "5", false, "[5] or [6]"},
		{"a heading", same, "2 + 3 = 5\n#### 5", "5", true, "#### 5"},
		{"a short sentence", same, "I think it's 5.", "5", true, "I think it's 5"},
		{"an option", letters, "The correct option is B.", "B", true, "B"},
		{"a range", same, "the answer is 5 to 6", "5", false, "5 to 6"},
		{"half of it", same, "the answer is half of 10", "10", false, "half of 10"},
		{"of a half-life", same, "the answer is a half-life of 10 days", "10", true, "a half-life of 10 days"},
		{"a power in words", same, "the answer is 5 squared", "5", false, "5 squared"},
		{"another number behind", same, "the answer is 5 hours 30", "5", false, "5 hours 30"},
		{"a box without words", same, "So\n$$\\boxed{7}$$\nI hope it helps.", "7", true, "7"},
		{"not a number", same, "the answer is NaN", "1", false, "NaN"},
		{"infinite", same, "the answer is 1e999", "1e999", false, "1e999"},
		{"nothing", same, "  \n ", "1", false, ""},
		{"thoughts that were cut", same, "<think>maybe the answer is 72, then", "72", false, ""},
		{"an answer in thoughts only", same, "<think>the answer is 72</think> I cannot tell.", "72", false, "I cannot tell"},
		{"a line after thoughts", same, "<think>maybe the answer is 70</think>\nThe result: 72", "72", true, "The result: 72"},
		{"an answer after thoughts", same, "<think>maybe 70</think>\nThe answer is 72", "72", true, "72"},
		{"two ends of thoughts", same, "</think> </think> the answer is 7", "7", true, "7"},
		{"thoughts without a beginning", same, "I think 3.</think>\nthe answer is 7", "7", true, "7"},
		{"a choice in cut thoughts", letters, "<think>the answer is B", "B", false, ""},
		{"a choice after thoughts", letters, "<think>the answer is A</think>\nB", "B", true, "B"},
		{"a text in cut thoughts", Exact(false), "<think>the answer is Paris", "Paris", false, ""},
		{"a literal in cut thoughts", PythonLiteral(), "<think>the answer is 5", "5", false, ""},
		{"Mistral's thoughts", same, "[THINK]the answer is 3[/THINK]the answer is 7", "7", true, "7"},
		{"a token that ends the turn", Exact(false), "the answer is Paris<|eot_id|>", "Paris", true, "Paris"},
		{"text", Exact(false), "The answer is  New\tYork.", "New York", true, "New\tYork"},
		{"case", Exact(false), "the answer is new york", "New York", false, "new york"},
		{"any case", Exact(true), "the answer is new york", "New York", true, "new york"},
		{"full stop of the item", Exact(false), "the answer is e.g.", "e.g.", true, "e.g"},
		{"full stop of the item, any case", Exact(true), "The answer is u.s.", "U.S.", true, "u.s"},
		{"full stop of the item, case", Exact(false), "The answer is u.s.", "U.S.", false, "u.s"},
		{"emphasis", Exact(false), "**the answer is `x`**", "x", true, "x"},
		{"letter", letters, "the answer is (b) because", "B", true, "(b) because"},
		{"other letter", letters, "the answer is A", "B", false, "A"},
		{"line with a letter", letters, "Hm.\nC) the third", "C", true, "C) the third"},
		{"line that begins like a letter", letters, "A body falls", "A", false, "A body falls"},
		{"word that begins like a letter", letters, "the answer is Apples", "A", false, "Apples"},
		{"longest", letters, "the answer is yes and no", "yes", false, "yes and no"},
		{"held", Contains(false), "The capital of France is Paris.", "Paris", true, "The capital of France is Paris"},
		{"held in another case", Contains(true), "the answer is PARIS, of course", "Paris", true, "PARIS, of course"},
		{"part of a word", Contains(true), "the answer is Parisian", "Paris", false, "Parisian"},
		{"part of a number", Contains(true), "the answer is 15 km", "5 km", false, "15 km"},
		{"denied", Contains(true), "It is not Paris.", "Paris", false, "It is not Paris"},
		{"denied, then another", Contains(true), "It isn't Lyon but Paris.", "Paris", true, "It isn't Lyon but Paris"},
		{"left open", Contains(true), "It is Paris or Lyon.", "Paris", false, "It is Paris or Lyon"},
		{"left open, behind", Contains(true), "It is Lyon or Paris.", "Paris", false, "It is Lyon or Paris"},
		{"a list of everything", Contains(true), strings.Repeat("Rome, ", 40) + "Paris", "Paris", false, strings.TrimSpace(strings.Repeat("Rome, ", 40)[:200])},
		{"list", PythonLiteral(), "the answer is [1, 2.0]", "[True, 2]", true, "[1, 2.0]"},
		{"tuple", PythonLiteral(), "the answer is (1, 2)", "[1, 2]", false, "(1, 2)"},
		{"call", PythonLiteral(), "the answer is open('x')", "1", false, "open('x')"},
		{"pattern", Regex(), "the answer is 12 apples", `\d+ apples?`, true, "12 apples"},
		{"part of a pattern", Regex(), "the answer is 12 apples pie", `\d+ apples?`, false, "12 apples pie"},
		{"alternatives", Regex(), "the answer is xa", `a|b`, false, "xa"},
		{"slow elsewhere", Regex(), "the answer is " + strings.Repeat("a", 900) + "b", `(a*)*c`, false, strings.Repeat("a", 200)},
		{"no expression", Regex(), "the answer is a", `(`, false, "a"},
	} {
		v := tt.rule.Judge(tt.response, tasks.Item{Answer: tt.want})
		if v.Correct != tt.correct || v.Extracted != tt.extracted || v.Reason == "" {
			t.Errorf("%s: %+v, want %v of %q", tt.name, v, tt.correct, tt.extracted)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		rule Rule
		want string
		ok   bool
	}{
		{numericRule(t, 0, 0), "1,000.5", true}, {numericRule(t, 0, 0), "nan", false}, {numericRule(t, 0, 0), "inf", false},
		{numericRule(t, 0, 0), "1e999", false}, {numericRule(t, 0, 0), "5 km", false}, {numericRule(t, 0, 0), "", false},
		{Exact(false), "a b", true}, {Exact(false), "a\nb", false}, {Exact(false), "", false}, {Exact(true), "*.", false},
		{choiceRule(t, "A", "B"), "b", true}, {choiceRule(t, "A", "B"), "C", false},
		{PythonLiteral(), "{'a': 1}", true}, {PythonLiteral(), "a", false},
		{Regex(), "a+", true}, {Regex(), "a{1001}", false}, {Regex(), `\Qa`, false}, {Regex(), "a)|(?:b", false}, {Regex(), strings.Repeat("a", 501), false},
	} {
		if err := tt.rule.Check(tasks.Item{Answer: tt.want}); (err == nil) != tt.ok {
			t.Errorf("%T of %q: %v", tt.rule.rule, tt.want, err)
		}
	}
}

// An item's expression is compiled once, however many responses are judged, and
// no more are kept than a task may have.
func TestRegexKeepsExpressions(t *testing.T) {
	rule := Regex()
	p := rule.rule.(*pattern)
	first, err := p.wholly("a+")
	if err != nil {
		t.Fatal(err)
	}
	var judges sync.WaitGroup
	for range 4 {
		judges.Go(func() {
			if v := rule.Judge("the answer is aaa", tasks.Item{Answer: "a+"}); !v.Correct {
				t.Errorf("verdict %+v", v)
			}
		})
	}
	judges.Wait()
	if again, _ := p.wholly("a+"); again != first || len(p.known) != 1 {
		t.Errorf("the expression was compiled again; %d are kept", len(p.known))
	}
	for i := range maxKnown + 10 {
		if _, err := p.wholly(fmt.Sprint("a", i)); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.known) > maxKnown {
		t.Errorf("%d expressions are kept", len(p.known))
	}
}

func TestParameters(t *testing.T) {
	for _, x := range []float64{-1, math.NaN(), math.Inf(1)} {
		if _, err := Numeric(0, x, false); err == nil {
			t.Errorf("tolerance %v is accepted", x)
		}
	}
	for _, choices := range [][]string{nil, {"A"}, {"A", "a"}, {"A", ""}, {"A", "*B*"}} {
		if _, err := Choice(choices); err == nil {
			t.Errorf("choices %q are accepted", choices)
		}
	}
}

// FuzzJudge holds that any text has a verdict, the same each time, that an item
// no response can be right for has none that is, and that an answer which may be
// checked is right for itself.
func FuzzJudge(f *testing.F) {
	rules := []Rule{numericRule(f, 0.1, 0.01), Exact(true), choiceRule(f, "A", "B"), PythonLiteral(), Regex()}
	for _, s := range []string{"the answer is 5.", "(A)", "[1, 'x']", "a{2}", "\xff", "the answer is \\boxed{1}", "−1,000.5e3", "1."} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, response, want string) {
		item := tasks.Item{Answer: want}
		for i, r := range rules {
			v := r.Judge(response, item)
			if v != r.Judge(response, item) || v.Reason == "" || len(v.Extracted) > maxShown {
				t.Fatalf("rule %d: %+v", i, v)
			}
			if r.Check(item) != nil && (v.Correct || r.JudgeExtracted(response, item).Correct) {
				t.Fatalf("rule %d: %q is right for %q, which no answer can be", i, response, want)
			}
		}
		// Only numbers and choices are read the same however they are put.
		for _, r := range []Rule{rules[0], rules[2]} {
			if item.Answer = strings.ToValidUTF8(want, "?"); r.Check(item) == nil && !r.Judge("the answer is "+strings.TrimSpace(item.Answer), item).Correct {
				t.Fatalf("%q is wrong for itself", item.Answer)
			}
		}
	})
}
