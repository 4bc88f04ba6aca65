package mini

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// maxCodeText bounds the result of repeating a string.
const maxCodeText = 60

// codeStrings are the families about a quoted string.
func codeStrings() []*Family {
	return []*Family{
		{
			Name: "reverse-string", Topic: "reversing a string", Area: "string handling", Weight: 6, Popular: 18,
			Params: paramsString,
			Wording: asserting(callString,
				"f reverses a string.",
				"Given a string s, f returns its letters in reverse order.",
				"The letters of the string come back from f backwards, in reversed order.",
				"Return the string s backwards, from its last letter to its first letter.",
				"def f(s): return s[::-1]  # reverse the letters of the string"),
			Draw: func(r *rand.Rand) Vars {
				return Vars{"s": quote(strings.Join(drawLetters(r, between(r, 3, 6)), ""))}
			},
			Solve: reverseString,
		},
		{
			Name: "repeat-string", Topic: "repeating a string", Area: "string handling", Weight: 3, Popular: 0,
			Params: paramsStringNumber,
			Wording: asserting(callStringNumber,
				"f(s, k) repeats the string s k times.",
				"Given a string s and a number k, f joins k copies of s into one string.",
				"The string s is repeated by f, k times in a row, without spaces.",
				"Return one string made of k copies of s: the string repeated k times.",
				"def f(s, k): return s * k  # repeat the string, k copies"),
			Draw: func(r *rand.Rand) Vars {
				n, k := 2, between(r, 2, 4)
				if r.IntN(3) > 0 {
					n, k = 3, between(r, 2, 3)
				}
				return Vars{"s": quote(strings.Join(drawLetters(r, n), "")), "k": strconv.Itoa(k)}
			},
			Solve: repeatString,
		},
		{
			Name: "count-letter", Topic: "counting a letter", Area: "string handling", Weight: 6, Popular: 3,
			Params: paramsStringLetter,
			Wording: asserting(callStringLetter,
				"f(s, c) counts how often the letter c occurs in s.",
				"Given a string s and a letter c, f returns how many times c occurs in s.",
				"The result of f is the count of the letter c in the string s.",
				"Return how often c occurs among the letters of the string s, as a count.",
				"def f(s, c): return s.count(c)  # count how often the letter occurs in the string"),
			Draw:  drawRepeats,
			Solve: countLetter,
		},
	}
}

// drawRepeats draws a string out of three letters, and one of its letters.
func drawRepeats(r *rand.Rand) Vars {
	letters := drawLetters(r, 3)
	text := make([]string, between(r, 3, 6))
	for i := range text {
		text[i] = letters[r.IntN(len(letters))]
	}
	return Vars{"s": quote(strings.Join(text, "")), "c": quote(text[r.IntN(len(text))])}
}

// letterwise is the step that takes a string apart.
func letterwise(letters []string) string {
	return quote(strings.Join(letters, "")) + " -> " + strings.Join(letters, " ")
}

func reverseString(v Vars) (Solution, bool) {
	letters, ok := codeText(v["s"], minCodeItems)
	if !ok {
		return Solution{}, false
	}
	back := slices.Clone(letters)
	slices.Reverse(back)
	t := trace{steps: []string{letterwise(letters), strings.Join(back, " ")}, answer: quote(strings.Join(back, ""))}
	return t.solution(callString, v)
}

func repeatString(v Vars) (Solution, bool) {
	letters, ok := codeText(v["s"], 1)
	k, whole := codeNumber(v["k"])
	if !ok || !whole || k < 1 || k*len(letters) > maxCodeText {
		return Solution{}, false
	}
	t := trace{steps: []string{letterwise(letters)}}
	for i := range k {
		t.steps = append(t.steps, fmt.Sprintf("%d: %s", i+1, strings.Join(letters, " ")))
	}
	t.answer = quote(strings.Repeat(strings.Join(letters, ""), k))
	return t.solution(callStringNumber, v)
}

func countLetter(v Vars) (Solution, bool) {
	letters, ok := codeText(v["s"], minCodeItems)
	c, single := codeText(v["c"], 1)
	if !ok || !single || len(c) != 1 {
		return Solution{}, false
	}
	t := trace{steps: []string{letterwise(letters)}}
	count := 0
	for _, letter := range letters {
		if letter == c[0] {
			count++
		}
		t.steps = append(t.steps, fmt.Sprintf("%s == %s %s %d", letter, c[0], yesNo(letter == c[0]), count))
	}
	t.answer = strconv.Itoa(count)
	return t.solution(callStringLetter, v)
}
