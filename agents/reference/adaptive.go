package reference

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
)

// adaptive begins with a decent generator by area that filters nothing. Then it
// reads the wrong answers: it insists on the last line when they lack it,
// verifies solutions when they are wrong otherwise, and has the teacher make
// problems of the failing kinds, which replace rows of crowded ones.
func adaptive(b brief, r agents.Request) (results.Reply, error) {
	s := b.settings(r)
	before := readState(b.Code)
	after := state{Focus: []string{}}
	plan := adaptiveDraft
	switch r.Op {
	case results.Improve:
		after = before
		after.learn(b)
		plan = after.plan(b, before)
	case results.Debug, results.Repair:
		after = before
		plan = "The program failed. I write it anew in the same form, with fresh problems for what is missing."
	}
	s["Insist"], s["Verify"], s["Focus"] = after.Insist, after.Verify, after.Focus
	s["Clean"] = after.Insist != before.Insist || after.Verify != before.Verify || r.Op == results.Repair
	s["PerFocus"] = max(1, focusShare(b.Rows)/max(1, len(after.Focus)))
	return reply(plan, "adaptive.py.tmpl", s)
}

const adaptiveDraft = `A first version, to learn from its wrong answers: problems with worked solutions, one step a line, each subject area in turn so that none is left out. Nothing is verified yet; that costs as many calls again, and the wrong answers will say whether it pays.`

// focusShare is how many problems of failing kinds an improvement asks for.
func focusShare(rows int) int { return rows * 2 / 5 }

// state is what adaptive carries from version to version, in its programs.
type state struct {
	Insist, Verify bool
	Focus          []string
}

var (
	insistLine = regexp.MustCompile(`(?m)^INSIST = (True|False)\b`)
	verifyLine = regexp.MustCompile(`(?m)^VERIFY = (True|False)\b`)
)

// readState reads the switches of an earlier program, as the prompt shows it.
// The questions in it are not taken over: their rows are in its submission.
func readState(code string) state {
	on := func(pattern *regexp.Regexp) bool {
		m := pattern.FindStringSubmatch(code)
		return m != nil && m[1] == "True"
	}
	return state{Insist: on(insistLine), Verify: on(verifyLine), Focus: []string{}}
}

// learn draws conclusions from the wrong answers.
func (s *state) learn(b brief) {
	unformed := 0
	for _, c := range b.BadCases {
		if !b.formed(c.Response) {
			unformed++
		}
		s.Focus = append(s.Focus, c.Question)
	}
	s.Insist = s.Insist || unformed > 0
	s.Verify = s.Verify || unformed < len(b.BadCases)
}

// formed reports whether a response of the student ends as it has to.
func (b brief) formed(response string) bool {
	lines := strings.Split(strings.TrimSpace(response), "\n")
	last := lines[len(lines)-1]
	switch line := b.ending().Line; {
	case strings.Contains(line, `\boxed`):
		return strings.Contains(last, `\boxed{`)
	case strings.HasPrefix(line, "assert"):
		return asserted.MatchString(last) && strings.Contains(last, "==")
	default:
		return strings.Contains(strings.ToLower(last), "the answer is")
	}
}

func (s state) plan(b brief, before state) string {
	var p strings.Builder
	fmt.Fprintf(&p, "The prompt shows %d wrong answers.", len(b.BadCases))
	if s.Insist && !before.Insist {
		p.WriteString(" Some do not end with the line that is looked for: the rows so far lack it too. I insist on it and drop rows without it.")
	}
	if s.Verify && !before.Verify {
		p.WriteString(" Some have the right form and a wrong result: the teacher now verifies each solution, old ones too.")
	}
	p.WriteString("\n\nFor each of the questions the teacher makes new problems of the same kind. They replace rows of the most frequent wordings of the best submission so far, so that earlier coverage stays; areas fill what is missing.")
	return p.String()
}
