package mini

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/code"
)

// judged is a response, the answer taken out of it and whether it is right.
type judged struct {
	response, expected string
	extracted          string
	correct            bool
}

func checkVerdicts(t *testing.T, e tasks.Evaluator, question string, cases []judged) {
	t.Helper()
	for _, c := range cases {
		got := e.Judge(c.response, tasks.Item{Question: question, Answer: c.expected})
		if got.Correct != c.correct || got.Extracted != c.extracted {
			t.Errorf("%q for %s: got %v with %q (%s), want %v with %q",
				c.response, c.expected, got.Correct, got.Extracted, got.Reason, c.correct, c.extracted)
		}
		if got.Reason == "" || strings.Contains(got.Reason, "\n") {
			t.Errorf("%q: reason %q, want one line", c.response, got.Reason)
		}
	}
}

func TestScienceEvaluator(t *testing.T) {
	checkVerdicts(t, Evaluator(results.Science), "", []judged{
		{"v = s / t = 120 / 4 = 30\nThe answer is \\boxed{30}.", "30", "30", true},
		{`\boxed{30} then \boxed{31}`, "31", "31", true},
		{`\boxed{30} then \boxed{40}`, "30", "40", false},
		{`\boxed{v = 120 / 4 = 30}`, "30", "30", true},
		{`\boxed{1,234.5 m}`, "1234.5", "1234.5", true},
		{`\boxed{5.07e1}`, "50.7", "5.07e1", true},
		{`\boxed{ -4 }`, "-4", "-4", true},
		{`\boxed{+4}`, "4", "+4", true},
		{`\boxed{.5}`, "0.5", ".5", true},
		{`\boxed{36.}`, "36", "36.", true},
		{`\boxed{95}`, "100", "95", true},          // 5 % of the larger
		{`\boxed{94.9}`, "100", "94.9", false},     //
		{`\boxed{105.26}`, "100", "105.26", true},  // 5.26 <= 5.263
		{`\boxed{105.27}`, "100", "105.27", false}, //
		{`\boxed{0}`, "0", "0", true},              //
		{`\boxed{0.0001}`, "0", "0.0001", false},   // zero needs zero
		{`\boxed{0}`, "0.0001", "0", false},        //
		{`\boxed{-30}`, "30", "-30", false},        //
		{`\boxed{\frac{1}{2}}`, "0.5", `\frac{1}{2}`, false},
		{`\boxed{1/2}`, "0.5", "1/2", false},
		{`\boxed{$30$}`, "30", "$30$", false},
		{`\boxed{−4}`, "-4", "−4", false},
		{`\boxed{30m}`, "30", "30m", false},
		{`\boxed{}`, "30", "", false},
		{`\boxed{x =}`, "30", "", false},
		{`\boxed 30`, "30", "", false},
		{`\boxed`, "30", "", false},
		{`\boxed{30`, "30", "", false},
		{`\boxed{30} \boxed{`, "30", "", false},
		{`boxed{30}`, "30", "", false},
		{`The answer is 30.`, "30", "", false},
		{"", "30", "", false},
		{`\boxed{NaN}`, "30", "NaN", false},
		{`\boxed{inf}`, "30", "inf", false},
		{`\boxed{1e999}`, "30", "1e999", false},
		{`\boxed{0x1e}`, "30", "0x1e", false},
		{`\boxed{3_0}`, "30", "3_0", false},
		{`\boxed{30}`, "thirty", "30", false},
		{strings.Repeat("x", maxResponse) + `\boxed{30}`, "30", "", false},
		{`\boxed{` + strings.Repeat("9", 300) + `}`, "30", strings.Repeat("9", maxExtracted), false},
	})
}

func TestFinanceEvaluator(t *testing.T) {
	checkVerdicts(t, Evaluator(results.Finance), "", []judged{
		{"120 / 4 = 30\nTherefore, the answer is 30.", "30", "30", true},
		{"THE ANSWER IS 30", "30", "30", true},
		{"the answer is 30. No, the answer is 40.", "40", "40", true},
		{"the answer is 30. No, the answer is 40.", "30", "40", false},
		{"the answer is $1,234.50.", "1234.5", "1234.50", true},
		{"the answer is US$ 12", "12", "12", true},
		{"the answer is -$5", "-5", "-5", true},
		{"the answer is $-5", "-5", "-5", true},
		{"the answer is −5", "-5", "-5", true},
		{"the answer is €7", "7", "7", true},
		{"the answer is 12.5%.", "12.5", "12.5", true},
		{"the answer is approximately 12.5 percent", "12.5", "12.5", true},
		{"the answer is: **36**", "36", "36", true},
		{"the answer is 3 million", "3", "3", false},
		{"the answer is 3 Billion dollars", "3", "3", false},
		{"the answer is 190/2", "190", "190", false},
		{"the answer is 190 / 2", "190", "190", false},
		{"the answer is 190*2", "190", "190", false},
		{"the answer is 190**2", "190", "190", false},
		{"the answer is 190^2", "190", "190", false},
		{"the answer is 190 + 2", "190", "190", false},
		{"the answer is 190 - 2", "190", "190", false},
		{"the answer is 190 million", "190", "190", false},
		{"the answer is **190** million-dollar plants", "190", "190", true},
		{"the answer is 190 - a good year", "190", "190", true},
		{"the answer is\n36", "36", "36", true},
		{"the answer is 36, as shown", "36", "36", true},
		{"the answer is 1e3", "1000", "1e3", true},
		{"the answer is .5", "0.5", ".5", true},
		{"the answer is 100.2", "100", "100.2", true},    // 0.2 % of the expected
		{"the answer is 100.21", "100", "100.21", false}, //
		{"the answer is 99.79", "100", "99.79", false},   //
		{"the answer is -99.8", "-100", "-99.8", true},   //
		{"the answer is 0", "0", "0", true},              //
		{"the answer is 0.001", "0", "0.001", false},     //
		{"the answer is 10 - 5", "5", "10", false},
		{"the answer is --5", "-5", "--5", false},
		{"the answer is -$-5", "-5", "-$-5", false},
		{"the answer is 12,5", "12.5", "12,5", false},
		{"the answer is 12,345,6", "123456", "12,345,6", false},
		{"the answer is 1.2.3", "1.2", "1.2", false},
		{"the answer is 0x10", "16", "0", false},
		{"the answer is 1_000", "1000", "1", false},
		{"the answer is 36k", "36", "36", false},
		{"the answer is 1e999", "30", "1e999", false},
		{"the answer is NaN", "30", "", false},
		{"the answer is inf", "30", "", false},
		{"the answer is thirty", "30", "", false},
		{"the answer is", "30", "", false},
		{"the result is 30", "30", "", false},
		{"", "30", "", false},
		{"the answer is 30", "thirty", "30", false},
		{"the answer is " + strings.Repeat("9", 300), "30", strings.Repeat("9", maxExtracted), false},
		{strings.Repeat("x", maxResponse) + "the answer is 30", "30", "", false},
	})
}

func TestCodeEvaluator(t *testing.T) {
	question := "f sorts.\nassert f([3, 1, 2]) == # TODO"
	sorted := "[1, 2, 3]"
	checkVerdicts(t, Evaluator(results.Code), question, []judged{
		{"1 2 3\nassert f([3, 1, 2]) == [1, 2, 3]", sorted, sorted, true},
		{"assert f([3,1,2])==[1,2,3]", sorted, "[1,2,3]", true},
		{"assert f([3, 1, 2]) == [1, 2, 3]  # done", sorted, "[1, 2, 3]  # done", true},
		{"assert f([3, 1, 2]) == [1, 2, 3,]\r\nend", sorted, "[1, 2, 3,]", true},
		{"assert(f([3, 1, 2]) == [1, 2, 3])", sorted, sorted, true},
		{"assert (f([3, 1, 2]) == [1, 2, 3]), 'it sorts, too'", sorted, sorted, true},
		{"assert ((f([3, 1, 2]) == ([1, 2, 3])));", sorted, "([1, 2, 3])", true},
		{"assert f([3, 1, 2]) == [1, 2, 3], f'message'", sorted, sorted, true},
		{"assert f([3, 1, 2]) == [1, 2, 3];", sorted, sorted, true},
		{"assert f([3, 1, 2]) == [1, 2, 3];  # done", sorted, sorted, true},
		{"assert f([3, 1, 2]) == [1, 2, 3]; x = 1", sorted, "[1, 2, 3]; x = 1", false},
		{"assert (f([3, 1, 2]) == [1, 2, 3], 'always true')", sorted, "[1, 2, 3], 'always true'", false},
		{"assert f([3, 1, 2]) == [1, 2, 3],", sorted, "[1, 2, 3],", false},
		{"assert f([3, 1, 2]) == [1, 2, 3], 4, 5 6", sorted, "[1, 2, 3], 4, 5 6", false},
		{"assert f([3, 1, 2]) == [1, 2, 3], 'm'; # done", sorted, sorted, true},
		{"assert(f([3, 2, 1]) == [1, 2, 3])", sorted, sorted, false},
		{"assert(f([3, 1, 2]) == [1, 2, 3]", sorted, sorted, false},
		{"assert f([3, 1, 2]) == [True, 2.0, 3]", sorted, "[True, 2.0, 3]", true},
		{"assert f([3, 1, 2]) == [0]\nassert f([3, 1, 2]) == [1, 2, 3]\nDone.", sorted, sorted, true},
		{"assert f([3, 1, 2]) == [1, 2, 3]\nassert f([3, 1, 2]) == [0]", sorted, "[0]", false},
		{"assert f([3, 1, 2]) == [1, 3, 2]", sorted, "[1, 3, 2]", false},
		{"assert f([3, 1, 2]) == (1, 2, 3)", sorted, "(1, 2, 3)", false},
		{"assert f([3, 1, 2]) == [1, 2]", sorted, "[1, 2]", false},
		{"assert f([3, 2, 1]) == [1, 2, 3]", sorted, sorted, false},
		{"assert g([3, 1, 2]) == [1, 2, 3]", sorted, sorted, false},
		{"assert f([3, 1, 2]) == sorted([3, 1, 2])", sorted, "sorted([3, 1, 2])", false},
		{"assert f([3, 1, 2]) == [1, 2, 1+2]", sorted, "[1, 2, 1+2]", false},
		{"assert f([3, 1, 2]) == [1, 2, 3] == [1, 2, 3]", sorted, "[1, 2, 3] == [1, 2, 3]", false},
		{"assert f([3, 1, 2]) == # TODO", sorted, "# TODO", false},
		{"assert f([3, 1, 2]) ==", sorted, " f([3, 1, 2]) ==", false},
		{"assert f([3, 1, 2]) = [1, 2, 3]", sorted, " f([3, 1, 2]) = [1, 2, 3]", false},
		{"assert f([3, 1, 2])", sorted, " f([3, 1, 2])", false},
		{"assertion f([3, 1, 2]) == [1, 2, 3]", sorted, "ion f([3, 1, 2]) == [1, 2, 3]", false},
		{"  assert f([3, 1, 2]) == [1, 2, 3]", sorted, "", false},
		{"`assert f([3, 1, 2]) == [1, 2, 3]`", sorted, "", false},
		{"[1, 2, 3]", sorted, "", false},
		{"", sorted, "", false},
		{"assert f([3, 1, 2]) == [1, 2, 3]", "sorted(xs)", sorted, false},
		{strings.Repeat("x\n", maxResponse) + "assert f([3, 1, 2]) == [1, 2, 3]", sorted, "", false},
	})
	checkVerdicts(t, Evaluator(results.Code), "f reverses.\nassert f('a == b') == # TODO", []judged{
		{"assert f('a == b') == 'b == a'", "'b == a'", "'b == a'", true},
		{`assert f('a == b') == "b == a"`, "'b == a'", `"b == a"`, true},
		{"assert f('a==b') == 'b == a'", "'b == a'", "'b == a'", false},
		{"assert f('a == b) == 'b == a'", "'b == a'", "a'", false},
		{"assert f('a == b)", "'b == a'", " f('a == b)", false},
	})
	checkVerdicts(t, Evaluator(results.Code), "no assertion to complete", []judged{
		{"assert f(2) == 4", "4", "4", true},
	})
}

func TestLiterals(t *testing.T) {
	for _, c := range []struct {
		left, right string
		want        string // equal, different, or no literal (the left one)
	}{
		{"1", "True", "equal"}, {"0", "False", "equal"}, {"2.0", "2", "equal"}, {"-0", "0", "equal"}, {"1e3", "1000", "equal"},
		{"+5", "5", "equal"}, {"(5)", "5", "equal"}, {"(1,)", "(1,)", "equal"}, {"()", "()", "equal"}, {"None", "None", "equal"},
		{`'a"b'`, `"a\"b"`, "equal"}, {`'a\'b'`, `"a'b"`, "equal"}, {`'\n\t\\'`, `"\n\t\\"`, "equal"}, {"[[1], ('a', None)]", "[[1],('a',None,)]", "equal"},
		{"9007199254740993", "9007199254740993", "equal"}, {".5", "0.5", "equal"}, {"5.", "5", "equal"}, {"00", "0", "equal"},
		{"9007199254740993", "9007199254740992.0", "different"}, {"1", "'1'", "different"}, {"None", "False", "different"},
		{"[1, 2]", "(1, 2)", "different"}, {"(1)", "(1,)", "different"}, {"'a'", "'A'", "different"}, {"[]", "[[]]", "different"}, {"''", "' '", "different"},
		{"007", "7", "no literal"}, {"true", "True", "no literal"}, {"1_000", "1000", "no literal"}, {"0x10", "16", "no literal"},
		{"nan", "0", "no literal"}, {"1e999", "0", "no literal"}, {"{1: 2}", "0", "no literal"}, {"[1, 2", "0", "no literal"}, {"[1,,2]", "0", "no literal"},
		{"[1 2]", "0", "no literal"}, {"(,)", "0", "no literal"}, {"'abc", "0", "no literal"}, {"'''abc'''", "0", "no literal"}, {"'a' 'b'", "0", "no literal"},
		{`'\x41'`, "'A'", "no literal"}, {"b'a'", "'a'", "no literal"}, {"1 + 1", "2", "no literal"}, {"--1", "1", "no literal"}, {"", "0", "no literal"},
		{strings.Repeat("[", 1000) + strings.Repeat("]", 1000), "0", "no literal"}, {strings.Repeat("9", 100), "0", "no literal"},
	} {
		left, ok := readLiteral(c.left)
		right, okRight := readLiteral(c.right)
		got := "no literal"
		if ok && okRight {
			same, _ := code.SameValue(left, right)
			got = map[bool]string{true: "equal", false: "different"}[same]
			if again, _ := code.SameValue(right, left); again != same {
				t.Errorf("%s and %s: equality is not symmetric", c.left, c.right)
			}
		}
		if got != c.want || !okRight {
			t.Errorf("%s and %s: %s, want %s", c.left, c.right, got, c.want)
		}
	}
}

// FuzzJudge holds that every evaluator judges any text, in short valid terms,
// and alike each time.
func FuzzJudge(f *testing.F) {
	for _, seed := range []string{
		`\boxed{30}`, `\boxed{\boxed{1}`, "the answer is $1,234.50 %", "assert f([3, 1, 2]) == [1, (2,), 'x\\n', None]", "assert '", "\\boxed{=\xff}",
	} {
		f.Add(seed, "30", "assert f(1) == # TODO")
	}
	f.Fuzz(func(t *testing.T, response, expected, question string) {
		item := tasks.Item{Question: question, Answer: expected}
		for _, d := range results.Domains() {
			v := Evaluator(d).Judge(response, item)
			if v.Reason == "" || len(v.Reason) > 300 || len(v.Extracted) > maxExtracted || !utf8.ValidString(v.Extracted+v.Reason) {
				t.Errorf("%s: verdict %+v", d, v)
			}
			if v != Evaluator(d).Judge(response, item) {
				t.Errorf("%s: another verdict the second time", d)
			}
		}
	})
}

// FuzzLiteral holds that a literal equals itself and is found again in a list.
func FuzzLiteral(f *testing.F) {
	f.Add("[1, (2.5,), 'a\\'b', None, True]")
	f.Add("(((1)))")
	f.Fuzz(func(t *testing.T, text string) {
		l, ok := readLiteral(text)
		if !ok || strings.Contains(text, "#") {
			return
		}
		itself, _ := code.SameValue(l, l)
		listed, ok := readLiteral("[" + text + "]")
		if found, _ := code.SameValue(listed, "["+l+"]"); !itself || ok && !found {
			t.Errorf("%q: not equal to itself", text)
		}
	})
}
