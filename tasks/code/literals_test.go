package code

import (
	"strings"
	"testing"
	"time"
)

func TestLiterals(t *testing.T) {
	checkVerdicts(t, []judged{
		{"True", "true", true}, {"true", "true", false}, {"False", "false", true}, {"None", "null", true}, {"null", "null", false},
		{"1", "true", true}, {"True", "1.0", true}, {"0", "false", true}, {"None", "false", false}, {"0", "null", false},
		{"2.0", "2", true}, {"2", "2.0", true}, {"2e0", "2", true}, {".5", "0.5", true}, {"5.", "5", true}, {"-0.0", "0", true},
		{"1_000", "1000", true}, {"0x_ff", "255", true}, {"0O17", "15", true}, {"0b101", "5", true}, {"0_0", "0", true}, {"1_0.0_1e1_0", "1.001e11", true},
		{"007", "7", false}, {"1__0", "10", false}, {"1_", "1", false}, {"0x", "0", false}, {"2a", "2", false}, {"1 000", "1000", false}, {"1j", "1", false},
		{"9007199254740993", "9007199254740993", true}, {"9007199254740993", "9007199254740992", false},
		{"9007199254740993", "9007199254740992.0", false}, {"9007199254740992.0", "9007199254740993", false}, {"0.1", "0.1", true},
		{"1e999", "1e999", true}, {"-1e999", "1e999", false}, {"1e999", "1", false}, {"0.5", "0", false},
		{`"ba"`, `"ba"`, true}, {`'ba'`, `"ba"`, true}, {`"ba"`, `"ab"`, false}, {`"1"`, "1", false}, {`'a' "b"`, `"ab"`, true}, {`'''a"'b'''`, `"a\"'b"`, true},
		{"'''a\nb'''", `"a\nb"`, true}, {"'''a\r\nb\rc'''", `"a\nb\nc"`, true}, {"'a\nb'", `"a\nb"`, false}, {"'a\\\nb'", `"ab"`, true}, {`''''a'`, `"'a"`, false},
		{`'\x41\u0042\U00000043\104'`, `"ABCD"`, true}, {`'\a\b\f\n\r\t\v\\\'\"'`, `"\u0007\b\f\n\r\t\u000b\\'\""`, true}, {`'\q\8\ '`, `"\\q\\8\\ "`, true},
		{`'\0\18\777'`, `"\u0000\u00018\u01ff"`, true}, {`'\x4'`, `"\u0004"`, false}, {`'\u123'`, `"\u0123"`, false}, {`'\U00110000'`, `"?"`, false}, {`'\N{DASH}'`, `"-"`, false},
		{`r'\n\''`, `"\\n\\'"`, true}, {`R"\x4"`, `"\\x4"`, true}, {`u'a'`, `"a"`, true}, {`b'a'`, `"a"`, false}, {`rB'a'`, `"a"`, false}, {`b'é'`, `"é"`, false}, {`b'a' 'b'`, `"ab"`, false},
		{`'a' f'b'`, `"ab"`, true}, {`f'{1}'`, `"1"`, false}, {`ur'a'`, `"a"`, false}, {`'é😀'`, `"\u00e9\ud83d\ude00"`, true}, {`'\ud83d\ude00'`, `"😀"`, false}, {`'\ud800'`, `"\ufffd"`, false},
		{"[1, 2,]", "[1, 2]", true}, {"[2, 1]", "[1, 2]", false}, {"(1, 2)", "[1, 2]", false}, {"[1]", "[1, 2]", false}, {"[]", "[]", true}, {"()", "[]", false}, {"[1], ", "[[1]]", false},
		{"[[True, 2.0], ['a', None]]", `[[1, 2], ["a", null]]`, true}, {"[,]", "[]", false}, {"[1,,2]", "[1, 2]", false}, {"[1 2]", "[1, 2]", false}, {"[1, 2", "[1, 2]", false}, {"[1, 2)", "[1, 2]", false},
		{"{1, 2}", "[1, 2]", false}, {"{}", "{}", true}, {"{'a': [1], 'b': 2}", `{"b": 2.0, "a": [true]}`, true}, {"{'a': 0, 'a': 1,}", `{"a": 1}`, true}, {"{1: 2}", `{"1": 2}`, false},
		{"{'a': 1, 'b'}", `{"a": 1}`, false}, {"{'b', 'a': 1}", `{"a": 1}`, false}, {"{'a' 'b': 1}", `{"ab": 1}`, true}, {"{[1]: 2}", "{}", false}, {"{**{}}", "{}", false}, {"{'a': 1 'b': 2}", `{"a": 1}`, false},
		{"[*[1]]", "[1]", false}, {"sorted([1])", "[1]", false}, {"[x for x in [1]]", "[1]", false}, {"[1][0]", "1", false}, {"''.real", `""`, false}, {"...", "null", false}, {"x", "null", false},
		{"(1)", "1", true}, {"(*[1])", "[1]", false}, {"(x := 1)", "1", false}, {"1 if True else 2", "1", false}, {"1 == 1", "true", false}, {"not 1", "false", false}, {"(1 == 1) + 1", "2", false}, {"lambda: 1", "1", false},
		{"[1] # one", "[1]", true}, {"yield", "null", false}, {"import", "null", false}, {"a b", "null", false}, {"2 ! 3", "2", false}, {"$2", "2", false}, {"{1 == 1}", "[]", false}, {"{x for x in y}", "[]", false},
	})
}

func TestArithmetic(t *testing.T) {
	checkVerdicts(t, []judged{
		{"10**9+7", "1000000007", true}, {"1 + 2 * 3 - 4", "3", true}, {"(1 + 2) * 3", "9", true}, {"2 - 3 - 4", "-5", true}, {"-2 ** 2", "-4", true}, {"2 ** 3 ** 2", "512", true}, {"2 ** -1", "0.5", true},
		{"7 // 2", "3", true}, {"-7 // 2", "-4", true}, {"7 // -2", "-4", true}, {"-7 % 3", "2", true}, {"7 % -3", "-2", true}, {"6 % 3", "0", true}, {"1 / 2", "0.5", true}, {"6 / 3", "2", true}, {"10**400 / 10**399", "10", true},
		{"-7.5 // 2", "-4", true}, {"-7.5 % 2", "0.5", true}, {"7.5 % -2", "-0.5", true}, {"0.1 + 0.2", "0.30000000000000004", true}, {"1 // 0.1", "9", true}, {"10 ** -5", "1e-05", true}, {"4 ** 0.5", "2", true},
		{"1 / 0", "0", false}, {"1 % 0", "0", false}, {"1.0 // 0", "0", false}, {"0 ** -1", "0", false}, {"0 ** 0", "1", true}, {"(-1) ** 0.5", "0", false}, {"10.0 ** 400", "1e999", false}, {"1e999 - 1e999", "0", false}, {"1e308 * 10", "1e999", true},
		{"~5", "-6", true}, {"+-+5", "-5", true}, {"-True", "-1", true}, {"~1.0", "-2", false}, {"-'a'", "0", false}, {"- -2", "2", true}, {"--2", "2", true}, {"True + True", "2", true},
		{"1 << 10", "1024", true}, {"-5 >> 1", "-3", true}, {"-5 >> 10**30", "-1", true}, {"0 << 10**30", "0", true}, {"1 << -1", "0", false}, {"6 & 3 | 8 ^ 1", "11", true}, {"1 @ 1", "1", false}, {"1.0 & 1", "1", false},
		{"(-1) ** 10**30", "1", true}, {"(-1) ** (10**30 + 1)", "-1", true}, {"0 ** 10**30", "0", true}, {"1 ** -1", "1", true},
		{"'a' * 3", `"aaa"`, true}, {"2 * [0] + [1]", "[0, 0, 1]", true}, {"[0] * -1", "[]", true}, {"[0] * -10**30", "[]", false}, {"[] * 10**30", "[]", false}, {"'a' + 'b' * True", `"ab"`, true}, {"'a' 'b' * 2", `"abab"`, true}, {"[[0] * 2] * 2", "[[0, 0], [0, 0]]", true},
		{"'a' + 1", `"a1"`, false}, {"[1] + (2,)", "[1, 2]", false}, {"[1] * 2.0", "[1, 1]", false}, {"'%d' % 5", `"5"`, false}, {"b'a' * 2", `"aa"`, false}, {"(1,) + (2,)", "[1, 2]", false}, {"[1] - [1]", "[]", false}, {"None + None", "null", false}, {"{1} | {2}", "[]", false},
		{"1 +", "1", false}, {"* 2", "2", false}, {"1 + + 1", "2", true}, {"2 ** ", "2", false}, {"1 -> 2", "1", false},
	})
}

// TestLimits holds what is still read, what is not any more, and that texts made
// to grow are judged soon.
func TestLimits(t *testing.T) {
	digits := strings.Repeat("9", maxDigits)
	checkVerdicts(t, []judged{
		{digits, digits, true}, {digits + "9", digits, false}, {digits, digits + "9", false}, {"0x" + strings.Repeat("f", maxBits/4), "1", false}, {"0x" + strings.Repeat("f", maxBits/4+1), "1", false},
		{"10 ** 4000 // 10 ** 3999", "10", true}, {"10 ** 9999 // 10 ** 9998", "10", false}, {"1 << 10**30", "1", false}, {"2 ** 10**30", "1", false},
		{strings.Repeat("[", maxDepth-1) + strings.Repeat("]", maxDepth-1), strings.Repeat("[", maxDepth-1) + strings.Repeat("]", maxDepth-1), true},
		{strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1), strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1), false},
		{"'a' * 1000", `"` + strings.Repeat("a", 1000) + `"`, true}, {"'a' * 10**12", `"a"`, false}, {"[0] * 10**30", "[0]", false}, {"1" + strings.Repeat(" ", maxSource) + "+ 1", "2", false},
		{"2" + strings.Repeat(" ", maxSource), "2", true}, {strings.Repeat("-", 150) + "2", "2", true},
	})
	begin := time.Now()
	for _, bomb := range []string{
		strings.Repeat("(", maxSource), strings.Repeat("[{(", maxSource/3), strings.Repeat("not ", maxSource/4), strings.Repeat("lambda:", maxSource/7), strings.Repeat("-", maxSource), strings.Repeat("1**", maxSource/3) + "1",
		strings.Repeat("9**", maxSource/3) + "9", strings.Repeat("3**9999+", maxSource/8) + "1", strings.Repeat("(1<<16000)/3+", maxSource/13) + "1", strings.Repeat("(1<<16000)//3+", maxSource/14) + "1", strings.Repeat("7.1**65535+", maxSource/11) + "1",
		strings.Repeat("[0]*99999+", maxSource/10) + "[]", strings.Repeat("'a'*99999+", maxSource/10) + "''", "{" + strings.Repeat("(", 150) + "0,)" + strings.Repeat("*9,)", 149) + "}", "((((0,)*999,)*999,)*999,)*999",
		"[" + strings.Repeat("f(a for b in c),", maxSource/16), "{" + strings.Repeat("0:", maxSource/2), strings.Repeat("'a' ", maxSource/4), strings.Repeat("\n", maxSource-1) + "a", "f(" + strings.Repeat("x=", maxSource/3), strings.Repeat("a==", maxSource/3) + "1",
	} {
		for _, text := range []string{bomb, "assert f(1) == " + bomb, "assert " + bomb} {
			if answer(text); len(text) < 10 {
				t.Errorf("%q is no bomb", text)
			}
		}
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("took %v", took)
	}
}
