package science

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
)

// item is an item with the published fields.
func item(answer, unit string) tasks.Item {
	return tasks.Item{Fields: map[string]string{"answer_number": answer, "unit": unit}}
}

// judged is an answer, the published number, what the verdict shows of the
// answer and whether it is right.
type judged struct {
	answer, gold, extracted string
	correct                 bool
}

func checkVerdict(t *testing.T, what string, got results.Verdict, extracted string, correct bool) {
	t.Helper()
	if got.Correct != correct || got.Extracted != extracted {
		t.Errorf("%s: got %v with %q (%s), want %v with %q", what, got.Correct, got.Extracted, got.Reason, correct, extracted)
	}
	if got.Reason == "" || strings.Contains(got.Reason, "\n") {
		t.Errorf("%s: reason %q, want one line", what, got.Reason)
	}
}

func TestBox(t *testing.T) {
	for _, c := range []struct{ response, extracted string }{ // "" where there is none
		{"so \\boxed{30}.", "30"},
		{`\boxed{30} then \boxed{31}`, "31"},
		{`\boxed{v = 120 / 4 =  30 }`, "30 "},
		{"\\boxed{v =\t30}", "\t30"},
		{`\boxed{ 30 m}`, " 30 m"},
		{`\boxed{30 \mathrm{~J}}`, `30 \mathrm{~J}`},
		{`\boxed{\boxed{30}}`, "30"},
		{`boxed{30}`, "30"},
		{`\fboxed{30}`, "30"},
		{`\boxed{30\}`, `30\`},
		{`\boxed{}`, ""},
		{`\boxed{30 =}`, ""},
		{`\fbox{30}`, ""},
		{`\fbox{30} \boxed{31}`, "31"},
		{`\boxed 30`, ""},
		{`\boxed {30}`, ""},
		{`\boxed`, ""},
		{`\boxed{30`, ""},
		{`\boxed{\frac{1}{2}`, ""},
		{`\boxed{30}, as boxed above`, ""},
		{`\boxed{30} \boxed{`, ""},
		{"The answer is 30.", ""},
		{"", ""},
	} {
		e := Evaluator{}
		checkVerdict(t, c.response, e.Judge(c.response, item("999", "")), c.extracted, false)
		checkVerdict(t, c.response, e.JudgeExtracted(c.extracted, item("999", "")), c.extracted, false)
	}
}

func TestSize(t *testing.T) {
	e, filler := Evaluator{}, strings.Repeat("x ", maxResponse/2)
	for _, c := range []struct {
		what, response, extracted string
		correct                   bool
	}{
		{"box behind 64 KiB", filler + `\boxed{30}`, "30", true},
		{"box before 64 KiB", `\boxed{30}` + filler, "", false},
		{"box around 64 KiB", `\boxed{30 ` + filler + "}", "", false},
		{"long box", `\boxed{30 ` + filler[:1000] + "}", "30.0", true},
		{"long wrong box", `\boxed{31.6 ` + filler[:1000] + "}", "31.6 " + filler[:maxExtracted-5], false},
		{"box that begins with much space", `\boxed{` + strings.Repeat(" ", 300) + "30}", "30.0", true},
		{"long character cut", `\boxed{` + strings.Repeat("−", 100) + "}", strings.Repeat("−", maxExtracted/3), false},
		{"bytes that are no text", "\xff\\boxed{30 \xff\xff}", "30 ?", true},
	} {
		checkVerdict(t, c.what, e.Judge(c.response, item("30", "")), c.extracted, c.correct)
	}
	checkVerdict(t, "long extracted answer", e.JudgeExtracted("30 "+filler, item("30", "")), "30 "+filler[:maxExtracted-3], false)
}

// TestOrdinaryItem is about items without a power of ten, or with nothing behind it.
func TestOrdinaryItem(t *testing.T) {
	for _, unit := range []string{"", " ", `$\mathrm{atm}$ `, "$10^{42}$", `m^10`} {
		for _, c := range []judged{
			{"50.7", "50.7", "50.7", true},
			{"5.07e1", "50.7", "5.07e1", true},
			{"+.507E+2", "50.7", "+.507E+2", true},
			{"1,234.5", "1234.5", "1,234.5", true},
			{",1,2,3,4,", "1234", ",1,2,3,4,", true},
			{"50.7 atm", "50.7", "50.7 atm", true},
			{"50.7\t\n\u00a0atm", "50.7", "50.7\t\n\u00a0atm", true},
			{"50.7\x1fatm", "50.7", "50.7\x1fatm", true},
			{`50.7 \mathrm{~atm}`, "50.7", `50.7 \mathrm{~atm}`, true},
			{`50.7 \%`, "50.7", `50.7 \%`, true},
			{"50.7 or 60", "50.7", "50.7 or 60", true},
			{"60 or 50.7", "50.7", "60 or 50.7", false},
			{`5.07 \times 10^{1}`, "5.07", `5.07 \times 10^{1}`, true},
			{`5.07 \times 10^{1}`, "50.7", `5.07 \times 10^{1}`, false},
			{`5.07\times 10^{1}`, "5.07", `5.07\times 10^{1}`, false},
			{`1\,234.5`, "1234.5", `1\,234.5`, false},
			{`50.7\,\mathrm{atm}`, "50.7", `50.7\,\mathrm{atm}`, false},
			{`50.7\%`, "50.7", `50.7\%`, false},
			{"$50.7$", "50.7", "$50.7$", false},
			{"1/2", "0.5", "1/2", false},
			{`\frac{1}{2}`, "0.5", `\frac{1}{2}`, false},
			{`\text{50.7}`, "50.7", `\text{50.7}`, false},
			{"−4", "-4", "−4", false}, // Unicode minus
			{"- 4", "-4", "- 4", false},
			{"-4", "-4", "-4", true},
			{"-4", "4", "-4", false},
			{"95", "100", "95", true},          // 5 % of the larger
			{"94.99", "100", "94.99", false},   //
			{"105.26", "100", "105.26", true},  // 5.26 <= 5.263
			{"105.27", "100", "105.27", false}, //
			{"-95", "-100", "-95", true},       //
			{"0", "0", "0", true},              //
			{"-0.0", "0", "-0.0", true},        //
			{"0.0001", "0", "0.0001", false},   // no absolute tolerance
			{"0", "0.0001", "0", false},        //
			{"1_234.5", "1234.5", "1_234.5", true},
			{"1__234", "1234", "1__234", false},
			{"0x1e", "30", "0x1e", false},
			{"５０.７", "50.7", "５０.７", true},
			{"𝟓𝟎.𝟕", "50.7", "𝟓𝟎.𝟕", true},
			{"²", "2", "²", false},
			{"1e999", "1", "1e999", false},
			{"inf", "1", "inf", false},
			{"nan", "1", "nan", false},
			{"50.", "50", "50.", true},
			{".", "50", ".", false},
			{"", "50", "", false},
			{" , ", "50", " , ", false},
		} {
			got := Evaluator{}.JudgeExtracted(c.answer, item(c.gold, unit))
			checkVerdict(t, c.answer+" for "+c.gold+" "+unit, got, c.extracted, c.correct)
		}
	}
}

// TestScaledItem is about items with something behind the power of ten.
func TestScaledItem(t *testing.T) {
	for _, unit := range []string{`$10^{-19} \mathrm{~J}$`, ` $ 10^-19$ `, `\mathrm{10^{ -19 }} J`, `10^{-19} 10^{3} m`} {
		for _, c := range []judged{
			{`3.52 \times 10^{-19}`, "3.52", "3.52e-19", true},
			{`35.2\times10^{-20}`, "3.52", "3.52e-19", true},
			{`3.52 \times 10^-19 J`, "3.52", "3.52e-19", true},
			{`3.52 \times $10^{ -19 }$`, " 3.52\n", "3.52e-19", true},
			{"3.52 \times 10^{-19}", "3.52", "3.52e-19", true}, // a tab
			{"3.52*10^-19", "3.52", "3.52e-19", true},
			{"3.52e-19", "3.52", "3.52e-19", true},
			{"3.52e-19 J", "3.52", "3.52e-19 J", true},
			{`\times 10^{-19}`, "1", `\times 10^{-19}`, false},
			{`-3.52 \times 10^{-19}`, "-3.52", "-3.52e-19", true},
			{`0 \times 10^{-19}`, "0", "0.0", true},
			{`3.5 \times 10^{-18}`, "3.52", "3.5e-18", false},
			{`1 \times 10^{-99999}`, "3.52", "0.0", false},
			{"3.52", "3.52", "3.52", false},
			{`3.52 \cdot 10^{-19}`, "3.52", `3.52 \cdot 10^{-19}`, false},
			{`3.52 \times 10^{−19}`, "3.52", `3.52 \times 10^{−19}`, false}, // Unicode minus
			{`3.52 \times 10^{+19}`, "3.52", `3.52 \times 10^{+19}`, false},
			{`3.52 \times 1e-19`, "3.52", `3.52 \times 1e-19`, false},
			{`3.52 J \times 10^{-19}`, "3.52", `3.52 J \times 10^{-19}`, false},
			{`1.76 \times 2 \times 10^{-19}`, "3.52", `1.76 \times 2 \times 10^{-19}`, false},
			{`1,000 \times 10^{-19}`, "1000", `1,000 \times 10^{-19}`, false},
			{`1 \times 10^{999}`, "3.52", `1 \times 10^{999}`, false},
			{`1e300 \times 10^{300}`, "3.52", `1e300 \times 10^{300}`, false},
			{"3.52 *", "3.52", "3.52 *", false},
			{"**", "3.52", "**", false},
			{"", "3.52", "", false},
		} {
			got := Evaluator{}.JudgeExtracted(c.answer, item(c.gold, unit))
			checkVerdict(t, c.answer+" for "+c.gold+" "+unit, got, c.extracted, c.correct)
		}
	}
}

func TestPublishedFields(t *testing.T) {
	for _, c := range []struct {
		what    string
		item    tasks.Item
		correct bool
	}{
		{"answer alone", tasks.Item{Answer: "30"}, true},
		{"answer and unit", tasks.Item{Answer: "3", Fields: map[string]string{"unit": "$10^1$ m"}}, true},
		{"field before answer", tasks.Item{Answer: "31.6", Fields: map[string]string{"answer_number": " 30 "}}, true},
		{"empty field", tasks.Item{Answer: "30", Fields: map[string]string{"answer_number": " "}}, false},
		{"nothing", tasks.Item{}, false},
		{"comma", item("30,0", ""), false},
		{"Unicode minus", item("−30", ""), false},
		{"infinite", item("inf", ""), false},
		{"word", item("thirty", "$10^3$ m"), false},
	} {
		checkVerdict(t, c.what, Evaluator{}.Judge(`\boxed{30}`, c.item), "30", c.correct)
	}
}

// FuzzJudge holds that any text is judged, alike each time and in short valid
// terms, and that a correct verdict shows a finite number that is correct again.
func FuzzJudge(f *testing.F) {
	for _, seed := range []string{
		`\boxed{30}`, `\boxed{E = 3 \times 10^{1} \mathrm{~J}}`, `\boxed{3*10^1}`, `\boxed{\boxed{1`, "\\boxed{=\xff 1_0,e5}", `\boxed{３e１ x}`,
	} {
		f.Add(seed, "30", "")
		f.Add(seed, "3", `$10^{1} \mathrm{~J}$`)
	}
	f.Fuzz(func(t *testing.T, response, answer, unit string) {
		e, published := Evaluator{}, item(answer, unit)
		for _, text := range []string{response, `\boxed{` + response + "}"} {
			v := e.Judge(text, published)
			if v != e.Judge(text, published) {
				t.Error("another verdict the second time")
			}
			if v.Reason == "" || len(v.Reason) > 100 || len(v.Extracted) > maxExtracted || !utf8.ValidString(v.Extracted+v.Reason) {
				t.Errorf("verdict %+v", v)
			}
			if !v.Correct {
				continue
			}
			x, _, reason := predicted(v.Extracted, false)
			if reason != "" || math.IsInf(x, 0) || math.IsNaN(x) {
				t.Errorf("correct without a finite number: %+v", v)
			}
			if again := e.JudgeExtracted(v.Extracted, published); !again.Correct {
				t.Errorf("%+v, but its extracted answer is %+v", v, again)
			}
		}
	})
}
