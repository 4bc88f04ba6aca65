package mini

import (
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// Stated is a response that states an answer to the question, and nothing else.
func Stated(d results.Domain, question, answer string) string {
	call, ok := askedCall(question)
	if !ok {
		call = "f()"
	}
	return Response(d, Solution{Answer: answer, Call: call})
}

// Response is the solution in the form that the domain's evaluation rule asks
// for: the steps, a line each, and the closing line.
func Response(d results.Domain, s Solution) string {
	lines := append([]string{}, s.Steps...)
	switch d {
	case results.Science:
		lines = append(lines, `The answer is \boxed{`+s.Answer+`}.`)
	case results.Code:
		lines = append(lines, "assert "+s.Call+" == "+s.Answer)
	case results.Finance:
		lines = append(lines, "Therefore, the answer is "+s.Answer+".")
	default:
		panic("mini: no response format for domain " + string(d))
	}
	return strings.Join(lines, "\n")
}
