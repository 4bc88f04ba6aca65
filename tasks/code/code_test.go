package code

import (
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
)

func TestExtraction(t *testing.T) {
	for _, c := range []struct{ response, extracted string }{
		{"assert f(1) == 2", "assert f(1) == 2"},
		{"assert f(1) == 2\ntext\nassert f(1) == 3\ntext", "assert f(1) == 3"},
		{"assert f(1) == 2\nassertions are fine", "assertions are fine"},
		{"assert f(1) == 2\r\nDone.", "assert f(1) == 2\r"},
		{"```python\n3\n```\nassert f(1) == 2", "assert f(1) == 2"},
		{"```\n3\n```\n```python\n    assert f(1) == 2\n```", "    assert f(1) == 2"},
		{"```Python\n2\n```", "2"},
		{"see ```python here\n2\n3\nand ``` there\n4\n```", "2\n3"},
		{"```\n2\n```\n```\n3\n```", "2"},
		{"```py\n2\n```", "2"},
		{"```json\n2\n```python\n3\n```", "3"},
		{"```python\n```", ""},
		{"```python\n2", ""},
		{"```\n2", ""},
		{"```2```", ""},
		{"  assert f(1) == 2", ""},
		{"`assert f(1) == 2`", ""},
		{"**assert f(1) == 2**", ""},
		{"Assert f(1) == 2", ""},
		{"2", ""},
		{"", ""},
		{"assert f(1) == '\xff'", "assert f(1) == '\uFFFD'"},
	} {
		got := Evaluator{}.Judge(c.response, tasks.Item{Answer: "2"})
		if got.Extracted != c.extracted {
			t.Errorf("%q: extracted %q, want %q", c.response, got.Extracted, c.extracted)
		}
	}
}

// judged is an extract and whether it is right for an expected output.
type judged struct {
	extracted, expected string
	correct             bool
}

func checkVerdicts(t *testing.T, cases []judged) {
	t.Helper()
	for _, c := range cases {
		got := Evaluator{}.JudgeExtracted(c.extracted, tasks.Item{Answer: c.expected})
		if got.Correct != c.correct {
			t.Errorf("%q for %s: correct %v (%s)", c.extracted, c.expected, got.Correct, got.Reason)
		}
		if got.Reason == "" || strings.Contains(got.Reason, "\n") {
			t.Errorf("%q: reason %q, want one line", c.extracted, got.Reason)
		}
	}
}

func TestAssertions(t *testing.T) {
	checkVerdicts(t, []judged{
		{"assert f(1) == 2", "2", true},
		{"assert f(1)==2", "2", true},
		{"assert(f(1) == 2)", "2", true},
		{"assert ((f(1) == 2))", "2", true},
		{"assert f(1) == (2)", "2", true},
		{"assert f(1) == 3", "2", false},
		{"assert f(1) == 2, 'message'", "2", true},
		{"assert f(1) == 2, f'{x} == 3'", "2", true},
		{"assert f(1) == 2, 'a', 'b'", "2", false},
		{"assert f(1) == 2,", "2", false},
		{"assert (f(1) == 2, 'message')", "2", false},
		{"assert f(1) == 2  # not 3", "2", true},
		{"assert f(1) == # TODO", "2", false},
		{"assert f(1) == 2 == 3", "2", true},
		{"assert f(1) == 2 != 3 < 4 is not None not in []", "2", true},
		{"assert f(1) == 3 == 2", "2", false},
		{"assert f(1) < 2 == 2", "2", false},
		{"assert f(1) is 2", "2", false},
		{"assert f(1) not in 2", "2", false},
		{"assert f(1) != 2", "2", false},
		{"assert f(1) = 2", "2", false},
		{"assert f(1) := 2", "2", false},
		{"assert f(1)", "2", false},
		{"assert", "2", false},
		{"assert not f(1) == 2", "2", false},
		{"assert f(1) == 2 and True", "2", false},
		{"assert f(1) == 2 if True else False", "2", false},
		{"assert lambda: f(1) == 2", "2", false},
		{"assert 2 == f(1)", "2", false},
		{"assert f(1) == 2; assert f(2) == 3", "2", true},
		{"assert f(1) == 2; print(x), y; pass;", "2", true},
		{"assert f(1) == 2;; pass", "2", false},
		{"assert f(1) == 2; x = 1", "2", false}, // right officially
		{"x = 1; assert f(1) == 2", "2", false},
		{"assertEqual(f(1), 2)", "2", false},
		{"assert f(1) == 2.", "2", true},
		{"assert f(1) == 2 is the answer", "2", false},
		{"assert f(1) == **2**", "2", false},
		{"assert f(1) == 2`", "2", false},
		{"assert the answer == 2", "2", false},
		{"assert f(1 2) == 2", "2", false},
		{"assert f('a == 3', \"it's\") == 2", "2", true},
		{"assert f([1, (2, {3: 4})], k={5}, *a, **b) == 2", "2", true},
		{"assert f(k=1, 2) == 2", "2", false},
		{"assert f(**k, *a) == 2", "2", false},
		{"assert f(x for x in y if x if z) == 2", "2", true},
		{"assert f(x for x in y, 1) == 2", "2", false},
		{"assert a.b[1:2, ::3, *c].d(lambda x, *y, z=1, **k: x) == 2", "2", true},
		{"assert f([i async for i, (j, k) in l], {a: b for c in d}, (e := 1), not g, ...) == 2", "2", true},
		{"assert await f(1 if x else y or z and not w) == 2", "2", true},
		{"assert f(1)] == 2", "2", false},
		{"assert f(1 == 2", "2", false},
		{"assert f('a) == 2", "2", false},
		{"assert f(1/0) == 2", "2", true},
		{"assert 1 == 2", "2", true},
		{"assert f(é) == 2", "2", true},
		{"assert f(1) == 2\u00a0", "2", true}, // strip
		{"assert f(1)\u00a0== 2", "2", false},
		{"\x1f assert f(1) == 2", "2", true},
		{"assert f(1) == '\u2028'", `"\u2028"`, false}, // splitlines
		{"assert f(1) == \\", "2", false},
		{"assert f(1) == 2\x00", "2", false},
	})
}

// TestStatements holds how an extract of several lines is read.
func TestStatements(t *testing.T) {
	checkVerdicts(t, []judged{
		{"# assert f(1) == 3\nx = 1\n    assert f(1) == 2\nassert f(1) == 3", "2", true},
		{"def test():\n    assert f(1) == 2", "2", true},
		{"'assert'\nassert f(1) == 2", "2", false},
		{"assert f(1) == [\n1]", "[1]", false},
		{"assert f(1) == 2 \\\n", "2", false},
		{"# assert f(1) == 2", "2", false},
		{"# assert f(1) == 2\n2", "2", false},
		{"2", "2", true},
		{"2 == 2", "2", false},
		{"\n\n  2  \n\n", "2", true},
		{"# two\n\n2  # two\n# two", "2", true},
		{"# two\n  2", "2", false},
		{"2\n3", "2", false},
		{"2;", "2", false},
		{"[\n1,\n\n  2 # two\n]", "[1, 2]", true},
		{"1 + \\\n1", "2", true},
		{"1 + \n1", "2", false},
		{"f(1) == 2", "2", false},
		{"1, 2", "[1, 2]", false},
		{"", "2", false},
		{" \n", "2", false},
	})
}

func TestExpectation(t *testing.T) {
	test := `[{"input": "1", "output": "2", "testtype": "functional"}]`
	for _, c := range []struct {
		fields  map[string]string
		answer  string
		correct bool
		reason  string
	}{
		{map[string]string{"test": test}, "3", true, `the value equals the expected "2"`},
		{map[string]string{"test": test[1 : len(test)-1]}, "3", true, `the value equals the expected "2"`},
		{map[string]string{"test": test, "expected_output": "3"}, "", true, `the value equals the expected "2"`},
		{map[string]string{"expected_output": "2"}, "3", true, `the value equals the expected "2"`},
		{map[string]string{"expected_output": "3"}, "2", false, `the value is not the expected "3"`},
		{map[string]string{"other": "3"}, " 2.0\n", true, `the value equals the expected " 2.0\n"`},
		{nil, "", false, "the item has no expected output"},
		{nil, "True", false, `the expected output "True" is not a JSON literal`},
		{nil, "2 3", false, `the expected output "2 3" is not a JSON literal`},
		{map[string]string{"test": ""}, "2", false, "the item's test is not exactly one test with an output"},
		{map[string]string{"test": "[]"}, "2", false, "the item's test is not exactly one test with an output"},
		{map[string]string{"test": `[{"output": 2}]`}, "2", false, "the item's test is not exactly one test with an output"},
		{map[string]string{"test": "[" + test[1:len(test)-1] + "," + test[1:]}, "2", false, "the item's test is not exactly one test with an output"},
	} {
		got := Evaluator{}.Judge("assert f(1) == 2", tasks.Item{Answer: c.answer, Fields: c.fields})
		want := results.Verdict{Extracted: "assert f(1) == 2", Correct: c.correct, Reason: c.reason}
		if got != want {
			t.Errorf("%v, answer %q: got %+v, want %+v", c.fields, c.answer, got, want)
		}
	}
}

func TestPrompt(t *testing.T) {
	got := Prompt("Add.\n \n", "def f(self, a: int, b: str) -> int:\n    pass\n", "f", "[1, 2]\n\"x\"")
	for _, part := range []string{
		"Add.\n\n", "```python\ndef f(self, a: int, b: str) -> int:\n    pass\n```\n", "```python\nassert f([1, 2], \"x\") == # TODO\n```",
	} {
		if !strings.Contains(got, part) {
			t.Errorf("prompt without %q:\n%s", part, got)
		}
	}
}

// FuzzJudge holds that any text gets a short valid verdict, the same each time
// and soon.
func FuzzJudge(f *testing.F) {
	for i, seed := range []string{
		"assert f([3, 1, 2], k='a') == [1, (2,), 'x\\n', None, {1: {2}}], \"message\"", "```python\n2 ** 10 // -3\n```", "assert f(x for x in y) == \xff",
		"assert (f(lambda a, *b: a[1:2]) == 1.5e3 - .5); x = 1", "```\n# c\n[0] * 99999 * 99999 \\\n+ b'\\x41'\n```", "assert f('''", "assert f(1) == '\\ud800\\N{DASH}'",
	} {
		f.Add(seed, strconv.Itoa(i), `[{"output": "[2, 1e999]"}]`)
	}
	f.Fuzz(func(t *testing.T, response, expected, test string) {
		begin := time.Now()
		for _, item := range []tasks.Item{{Answer: expected}, {Fields: map[string]string{"test": test}}} {
			for _, judge := range []func(string, tasks.Item) results.Verdict{Evaluator{}.Judge, Evaluator{}.JudgeExtracted} {
				v := judge(response, item)
				if v.Reason == "" || len(v.Reason) > 400 || len(v.Extracted) > maxExtracted || !utf8.ValidString(v.Extracted+v.Reason) {
					t.Errorf("verdict %+v", v)
				}
				if v != judge(response, item) {
					t.Error("another verdict the second time")
				}
			}
		}
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("took %v", took)
		}
	})
}
