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
				"The letters come back from f in the opposite order.",
				"f spells a word backwards.",
				"def f(s): return s[::-1]",
				"Given a string s, f returns its characters from the last to the first.",
				"The string is turned around by f, so that its last letter comes first.",
				"Return the text s written from back to front.",
				"def f(s): return ''.join(reversed(s))"),
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
				"The word is written k times in a row by f, without spaces.",
				"def f(s, k): return s * k",
				"Given a string s and a number k, f joins k copies of s into one string.",
				"The result of f is a text in which s stands k times, with nothing in between.",
				"Return k copies of the word s, one right after the other, as a single string.",
				"def f(s, k): return ''.join([s] * k)"),
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
				"How many letters of the word are equal to c? f returns the number.",
				"def f(s, c): return s.count(c)",
				"Given a string s and a letter c, f says how many times c appears in s.",
				"The result of f is the number of characters in the text s that are the same as c.",
				"def f(s, c): return sum(1 for x in s if x == c)",
				"def f(s, c): return len([x for x in s if x == c])"),
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

// split is the step that takes a string apart.
func split(letters []string) string {
	return quote(strings.Join(letters, "")) + " -> " + strings.Join(letters, " ")
}

func reverseString(v Vars) (Solution, bool) {
	letters, ok := codeText(v["s"], minCodeItems)
	if !ok {
		return Solution{}, false
	}
	back := slices.Clone(letters)
	slices.Reverse(back)
	t := trace{steps: []string{split(letters), strings.Join(back, " ")}, answer: quote(strings.Join(back, ""))}
	return t.solution(callString, v)
}

func repeatString(v Vars) (Solution, bool) {
	letters, ok := codeText(v["s"], 1)
	k, whole := codeNumber(v["k"])
	if !ok || !whole || k < 1 || k*len(letters) > maxCodeText {
		return Solution{}, false
	}
	t := trace{steps: []string{split(letters)}}
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
	t := trace{steps: []string{split(letters)}}
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
