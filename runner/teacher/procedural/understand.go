package procedural

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// task is what a prompt asks for.
type task string

const (
	generate task = "generate"
	solve    task = "solve"
	verify   task = "verify"
	unclear  task = "unclear"
)

// intent is a prompt as the teacher understands it.
type intent struct {
	task     task
	domain   results.Domain
	families []*mini.Family // to generate from; empty for whatever comes to mind
	question mini.Instance  // to solve or verify
	claim    string         // the text that follows the question
	steps    bool           // worked steps are asked for
	format   bool           // the closing line is insisted on
	json     bool           // the answer is to be JSON
	strict   bool           // the request is in JSON mode
	keys     [2]string      // of the JSON object: the question's and the solution's
	count    int            // problems to generate
}

var (
	another    = regexp.MustCompile(`(?i)\b(same (kind|type|sort|family)|similar|like (this|the following|these)|another|variation|variant)\b`)
	making     = regexp.MustCompile(`(?i)\b(write|create|generate|invent|compose|produce|make up|come up with) (me )?(an?|one|some|new|another|more|several|\d{1,2}|two|three|four|five)( [\w'-]+){0,5} (problem|question|exercise|example|pair)s?\b`)
	checking   = regexp.MustCompile(`(?i)\b(verify|check|is .{0,40}\bcorrect|right or wrong|yes or no)\b|\bcorrect\?`)
	stepping   = regexp.MustCompile(`(?i)\b(step[ -]by[ -]step|steps|worked|show (your|the) work)\b`)
	insisting  = regexp.MustCompile(`(?i)\b(must|exactly|always|end(s|ing)? with|last line|final line|finish with)\b`)
	howMany    = regexp.MustCompile(`(?i)\b(\d{1,2}|two|three|four|five) (?:[a-z]+ ){0,3}(?:problems|questions|examples|exercises)\b`)
	jsonWanted = regexp.MustCompile(`(?i)\bjson\b`)
	numerals   = map[string]int{"two": 2, "three": 3, "four": 4, "five": 5}
)

const mostProblems = 5

// understand reads a prompt. strict says that the request asks for JSON itself.
// The words of a question in the prompt are no instructions.
func understand(text string, strict bool) intent {
	in := intent{}
	said := text
	in.domain, in.question = domainOf(text)
	asked := in.question.Family != nil
	if asked {
		var before string
		before, in.claim, _ = strings.Cut(text, in.question.Question())
		said = before + "\n" + in.claim
	}
	in.steps, in.count, in.keys = stepping.MatchString(said), countOf(said), keysOf(said)
	in.json, in.strict = strict || jsonWanted.MatchString(said), strict
	if in.domain == "" {
		in.task = unclear
		return in
	}
	in.format = insisting.MatchString(said) && strings.Contains(strings.ToLower(said), closing[in.domain])
	switch {
	case asked && another.MatchString(said):
		in.task, in.families = generate, []*mini.Family{in.question.Family}
	case !asked, making.MatchString(said):
		in.task, in.families = generate, mini.FindTopic(in.domain, said)
	case checking.MatchString(said):
		in.task = verify
	default:
		in.task = solve
	}
	return in
}

// closing is the part of a domain's closing line by which the teacher knows that
// a prompt describes it, in lower case.
var closing = map[results.Domain]string{
	results.Science: `\boxed{`, results.Code: "assert f(", results.Finance: "the answer is",
}

var domainWords = map[results.Domain]*regexp.Regexp{
	results.Science: regexp.MustCompile(`(?i)\b(science|scientific|physics|chemistry)\b|\\boxed`),
	results.Code:    regexp.MustCompile(`(?i)\b(python|code|coding|function|assert|assertion|program)\b`),
	results.Finance: regexp.MustCompile(`(?i)\b(finance|financial|business|accounting|money)\b`),
}

// domainOf finds the domain: that of a question in the text, else the one whose
// words occur most. A problem of no domain that it knows is written as one of the
// domain whose closing line is asked for.
func domainOf(text string) (results.Domain, mini.Instance) {
	for _, d := range results.Domains() {
		if q, ok := mini.Recognise(d, text); ok {
			return d, q
		}
	}
	var best results.Domain
	most := 0
	for _, d := range results.Domains() {
		if n := len(domainWords[d].FindAllStringIndex(text, -1)); n > most {
			best, most = d, n
		}
	}
	if best == "" && making.MatchString(text) { // of a domain it does not know it makes up what the closing line reminds it of
		for _, d := range results.Domains() {
			if strings.Contains(strings.ToLower(text), closing[d]) {
				return d, mini.Instance{}
			}
		}
	}
	return best, mini.Instance{}
}

// keysOf finds the names of the JSON fields that the prompt asks for.
func keysOf(text string) [2]string {
	keys := [2]string{"question", "solution"}
	for i, names := range [2][]string{{"instruction", "problem", "question"}, {"output", "answer", "response", "solution"}} {
		for _, name := range names {
			if strings.Contains(text, `"`+name+`"`) {
				keys[i] = name
			}
		}
	}
	return keys
}

func countOf(text string) int {
	m := howMany.FindStringSubmatch(text)
	if m == nil {
		return 1
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		n = numerals[strings.ToLower(m[1])]
	}
	return min(max(n, 1), mostProblems)
}
