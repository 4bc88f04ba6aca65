package finance

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
)

// judged is a text, the published answer, the answer taken out of the text and
// whether it is right.
type judged struct {
	text, published string
	extracted       string
	correct         bool
}

func checkVerdicts(t *testing.T, judge func(string, tasks.Item) results.Verdict, cases []judged) {
	t.Helper()
	for _, c := range cases {
		got := judge(c.text, tasks.Item{Fields: map[string]string{"ground_truth": c.published}})
		if got.Correct != c.correct || got.Extracted != c.extracted {
			t.Errorf("%q for %s: got %v with %q (%s), want %v with %q",
				c.text, c.published, got.Correct, got.Extracted, got.Reason, c.correct, c.extracted)
		}
		if got.Reason == "" || strings.Contains(got.Reason, "\n") {
			t.Errorf("%q: reason %q, want one line", c.text, got.Reason)
		}
	}
}

func TestJudge(t *testing.T) {
	checkVerdicts(t, Evaluator{}.Judge, []judged{
		{"120 / 4 = 30\nTherefore, the answer is 30.", "30", "30", true},
		{"THE ANSWER IS 30", "30", "30", true},
		{"the answer is 30. No, the answer is 40.", "40", "40", true},
		{"the answer is 30. No, the answer is 40.", "30", "40", false},
		{"the answer is 30. Then the answer is above.", "30", "", false},
		{"the answer is 30 or 40", "30", "30", true},
		{"the answer is $1,234.50.", "1234.5", "1234.50", true},
		{"the answer is **13,710.107.**", "13710.107", "13710.107", true},
		{`the answer is \$1{,}159.`, "1159", "1159", true},
		{`the answer is \boxed{-0.80}.`, "-0.8", "-0.80", true},
		{`the answer is \(-0.7105\).`, "-0.7105", "-0.7105", true},
		{"the answer is } 4,200.\n\\]", "4200", "4200", true},
		{"the answer is US$ 12", "12", "12", true},
		{"the answer is -USD 12", "-12", "-12", true},
		{"the answer is -$5", "-5", "-5", true},
		{"the answer is $-5", "-5", "-5", true},
		{"the answer is −5", "-5", "-5", true},
		{"the answer is +5", "5", "+5", true},
		{"the answer is:\n- 5 shares", "5", "5", true}, // a list, not a sign
		{"the answer is (5)", "5", "5", true},
		{"the answer is 12.5%, rounded", "12.5", "12.5", true},
		{"the answer is 0.125", "12.5", "0.125", false},
		{"the answer is 3 million", "3", "3", true},
		{"the answer is 3 million", "3000000", "3", false},
		{"the answer is 2.5x", "2.5", "2.5", true},
		{"the answer is 36, 40", "36", "36", true},
		{"the answer is 1E3", "1000", "1e3", true},
		{"the answer is .5", "0.5", ".5", true},
		{"the answer is approximately\n36", "36", "36", true},
		{"the answer is 0", "0", "0", true},
		{"the answer is True", "true", "true", true},
		{"the answer is **Yes**.", "true", "true", true},
		{"the answer is 1 (representing True)", "true", "1", true},
		{"the answer is FALSE, 5 is less than 6", "false", "false", true},
		{"the answer is no", "false", "false", true},
		{"the answer is 0", "false", "0", true},
		{"the answer is no", "true", "false", false},
		{"the answer is 5", "true", "5", false},
		{"the answer is unknown; 5 was expected", "5", "5", true}, // no within a word
		{"the answer is +-5", "-5", "+-5", false},
		{"the answer is -$-5", "-5", "-$-5", false},
		{"the answer is 12,5", "12.5", "12,5", false},
		{"the answer is 12,345,6", "123456", "12,345,6", false},
		{"the answer is 1.2.3", "1.2", "1.2", false},
		{"the answer is 0x10", "16", "0", false},
		{"the answer is 1_000", "1000", "1", false},
		{"the answer is 5/2", "2.5", "5", false},
		{"the answer is 5*10^6", "5000000", "5", false},
		{"the answer is 1e999", "30", "1e999", false},
		{"the answer is NaN", "30", "", false},
		{"the answer is infinity", "30", "", false},
		{"the answer is", "30", "", false},
		{"the result is 30", "30", "", false},
		{"", "30", "", false},
	})
}

func TestJudgeExtracted(t *testing.T) {
	checkVerdicts(t, Evaluator{}.JudgeExtracted, []judged{
		{" 30. ", "30", "30", true},
		{"£1,234.50", "1234.5", "1234.50", true},
		{"€5", "5", "5", true},
		{"¥5", "5", "5", true},
		{"12.5%", "12.5", "12.5", true},
		{"30°", "30", "30", true},
		{"`30`.", "30", "30", true},
		{"US$30", "30", "30", true},
		{"30 USD", "30", "30", true},
		{"30rmb", "30", "30", true},
		{"-$ 30", "-30", "-30", true},
		{"5 million", "5", "5", true},
		{"$5 billion dollars", "5", "5", true},
		{"5 thousand", "5000", "5", false},
		{"a = b = 30", "30", "30", true},
		{"10 / 3 ≈ 3.33", "3.33", "3.33", true},
		{"10 / 3 ≈ 3.3 = x", "3.3", "x", false},
		{"Yes", "true", "true", true},
		{"no.", "false", "false", true},
		{"It is true that", "true", "true", true},
		{"false or true", "false", "false", true},
		{"no way", "false", "no way", false},
		{"untrue", "true", "untrue", false},
		{"1", "true", "1", true},
		{"True", "1", "true", true},
		{"True", "1.001", "true", false},
		{"1.001", "true", "1.001", false},
		{"30 or 40", "30", "30", true},
		{"(30)", "30", "30", true},
		{"30 days", "30", "30", true},
		{"30kg", "30", "30", true},
		{"30 (days)", "30", "30", true},
		{"about 30", "30", "30", true},
		{"~30", "30", "30", true},
		{"30 days a year", "30", "30 days a year", false},
		{"30days", "30", "30days", false},
		{"**30**", "30", "**30**", false},
		{"around -30", "-30", "-30", true},
		{"1,234,567", "1234567", "1234567", true}, // a tuple to Python
		{"1,234 shares", "1234", "1234", true},
		{"12,34", "1234", "12,34", false},
		{"1,2345", "12345", "1,2345", false},
		{"5, 6", "5", "5, 6", false},
		{"5/2", "2.5", "5/2", false},
		{"5*10^6", "5000000", "5*10^6", false},
		{"5E6", "5000000", "5e6", true},
		{"-.5", "-0.5", "-.5", true},
		{"5.%", "5", "5.", true},
		{"--5", "5", "--5", false},
		{"−5", "-5", "−5", false}, // no minus to Python
		{"−5", "5", "−5", false},
		{"0x10", "16", "0x10", false},
		{"1_000", "1000", "1_000", false},
		{"1e999", "5", "1e999", false},
		{"nan", "5", "nan", false},
		{"-inf", "5", "-inf", false},
		{"infinity", "5", "infinity", false},
		{"None", "5", "none", false},
		{"$%", "5", "", false},
		{"", "5", "", false},
		{strings.Repeat("é", 150), "5", strings.Repeat("é", 100), false},
		{"\xff5", "5", "5", true},
	})
}

func TestTolerance(t *testing.T) {
	for _, c := range []struct {
		answer, published string
		correct           bool
	}{
		{"100.2", "100", true}, {"100.21", "100", false}, {"99.8", "100", true}, {"99.79", "100", false},
		{"-100.2", "-100", true}, {"-100.21", "-100", false}, {"-99.8", "-100", true}, {"100", "-100", false},
		{"0", "0.0", true}, {"-0", "0", true}, {"0.0001", "0", false}, {"0", "0.0001", false},
		{"0.0109", "0.01", false}, {"22.5", "22.54", true}, {"1e3", "1E+3", true},
	} {
		if got := (Evaluator{}).JudgeExtracted(c.answer, tasks.Item{Answer: c.published}); got.Correct != c.correct {
			t.Errorf("%s for %s: %+v, want %v", c.answer, c.published, got, c.correct)
		}
	}
}

func TestPublishedAnswer(t *testing.T) {
	for _, c := range []struct {
		item    tasks.Item
		correct bool
		reason  string
	}{
		{tasks.Item{Fields: map[string]string{"ground_truth": "5"}, Answer: "6"}, true, "5 is within 0.2 % of 5"},
		{tasks.Item{Fields: map[string]string{"context": "5"}, Answer: "5"}, true, "5 is within 0.2 % of 5"},
		{tasks.Item{Answer: " 5 "}, true, "5 is within 0.2 % of 5"},
		{tasks.Item{Answer: "6"}, false, "5 is not within 0.2 % of 6"},
		{tasks.Item{Answer: "False"}, false, "5 does not equal false"},
		{tasks.Item{Fields: map[string]string{"ground_truth": ""}, Answer: "5"}, false, "the item has no published answer"},
		{tasks.Item{}, false, "the item has no published answer"},
		{tasks.Item{Answer: "five"}, false, "the published answer is not a plain number, true or false"},
		{tasks.Item{Answer: "5 USD"}, false, "the published answer is not a plain number, true or false"},
		{tasks.Item{Answer: "null"}, false, "the published answer is not a plain number, true or false"},
		{tasks.Item{Answer: "NaN"}, false, "the published answer is not a plain number, true or false"},
		{tasks.Item{Answer: "1e999"}, false, "the published answer is not a plain number, true or false"},
	} {
		want := results.Verdict{Extracted: "5", Correct: c.correct, Reason: c.reason}
		if got := (Evaluator{}).Judge("The answer is 5", c.item); got != want {
			t.Errorf("Judge with %+v: %+v, want %+v", c.item, got, want)
		}
		if got := (Evaluator{}).JudgeExtracted("5", c.item); got != want {
			t.Errorf("JudgeExtracted with %+v: %+v, want %+v", c.item, got, want)
		}
	}
}

func TestPrompt(t *testing.T) {
	const end = "\n\nEnd with the sentence: Therefore, the answer is {final answer}"
	for _, c := range []struct{ question, context, want string }{
		{"What is it?", "| a | b |\n", "| a | b |\n\nWhat is it?" + end},
		{" What is it? ", " \n", "What is it?" + end},
	} {
		if got := Prompt(c.question, c.context); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// FuzzJudge holds that any text gets a verdict that may stand in a record, and
// the same one each time.
func FuzzJudge(f *testing.F) {
	for _, seed := range []string{
		"the answer is $1,234.50 %", "The answer is **True**.", "The answer is -\\$1{,}5\xff", "x ≈ 5.2 usd or (6)", "- $ 5 days", "1e999",
	} {
		f.Add(seed, "30")
	}
	f.Fuzz(func(t *testing.T, text, published string) {
		item := tasks.Item{Answer: published}
		for _, judge := range []func(string, tasks.Item) results.Verdict{Evaluator{}.Judge, Evaluator{}.JudgeExtracted} {
			v := judge(text, item)
			if v.Reason == "" || len(v.Reason) > 200 || len(v.Extracted) > maxExtracted || !utf8.ValidString(v.Extracted+v.Reason) {
				t.Errorf("verdict %+v", v)
			}
			if v != judge(text, item) {
				t.Error("another verdict the second time")
			}
		}
	})
}

// Only the end of a response is read, and no answer of such a length.
func TestLongText(t *testing.T) {
	item := tasks.Item{Fields: map[string]string{"ground_truth": "5"}}
	long := strings.Repeat("x ", maxResponse)
	if v := (Evaluator{}).Judge(long+"Therefore, the answer is 5.", item); !v.Correct {
		t.Errorf("closing words behind a long text: %+v", v)
	}
	if v := (Evaluator{}).Judge("The answer is 5. "+long, item); v.Correct {
		t.Errorf("closing words before a long text: %+v", v)
	}
	if v := (Evaluator{}).JudgeExtracted(long+"5", item); v.Correct || len(v.Extracted) > maxExtracted || !strings.Contains(v.Reason, "64 KiB") {
		t.Errorf("a long answer: %.80q, %s", v.Extracted, v.Reason)
	}
}
