package reference

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
)

// brief is what an engineer takes from the prompt's text.
type brief struct {
	Domain, Setting, Description, Rule string

	Shots []string // worked solutions
	Areas []string // of the description

	Rows, MinRows, Calls int // dataset size, fewest rows, teacher calls of this attempt

	Failure, Problem string // debug; repair
	BadCases         []badCase
	Code             string // of the attempt before or of the best
}

type badCase struct{ Question, Expected, Response string }

// part is a line of prose, or a fenced block with its text.
type part struct {
	line  string
	block bool
	text  string
}

var (
	fenceLine  = regexp.MustCompile("^(`{3,})[a-z]*$")
	domainLine = regexp.MustCompile(`^- Domain: (\S+)$`)
	setLine    = regexp.MustCompile(`^## Data setting: (\S+)$`)
	rowsLine   = regexp.MustCompile(`^- Rows used for training: the first (\d+)\b`)
	minLine    = regexp.MustCompile(`^- Fewest kept rows of a valid submission: (\d+)\b`)
	callsLine  = regexp.MustCompile(`^- Teacher calls left for this \w+: (\d+)$`)
	failLine   = regexp.MustCompile(`^The attempt before this one failed: (.+?)\.(?: |$)`)
)

// read takes the brief out of the user's message. Facts are looked for in the
// prose only: what stands in fenced blocks is data.
func read(r agents.Request) (brief, error) {
	var text string
	for _, m := range r.Messages {
		if m.Role == results.User {
			text = m.Content
		}
	}
	parts := split(text)
	b := brief{}
	b.facts(parts)
	b.blocks(parts)
	for name, n := range map[string]int{"dataset size": b.Rows, "fewest rows": b.MinRows} {
		if n <= 0 {
			return b, fmt.Errorf("the prompt does not say the %s", name)
		}
	}
	b.Areas = areas(b.Description)
	return b, nil
}

func split(text string) []part {
	var parts []part
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		open := fenceLine.FindStringSubmatch(lines[i])
		if open == nil {
			parts = append(parts, part{line: lines[i]})
			continue
		}
		var inside []string
		for i++; i < len(lines) && lines[i] != open[1]; i++ {
			inside = append(inside, lines[i])
		}
		parts = append(parts, part{block: true, text: strings.Join(inside, "\n")})
	}
	return parts
}

func (b *brief) facts(parts []part) {
	for _, p := range parts {
		for pattern, field := range map[*regexp.Regexp]*string{domainLine: &b.Domain, setLine: &b.Setting, failLine: &b.Failure} {
			if m := pattern.FindStringSubmatch(p.line); m != nil && *field == "" {
				*field = m[1]
			}
		}
		for pattern, field := range map[*regexp.Regexp]*int{rowsLine: &b.Rows, minLine: &b.MinRows, callsLine: &b.Calls} {
			if m := pattern.FindStringSubmatch(p.line); m != nil && *field == 0 {
				*field, _ = strconv.Atoi(m[1]) // digits; too many of them stay 0
			}
		}
	}
}

// blocks takes fenced blocks by the last line of prose before them.
func (b *brief) blocks(parts []part) {
	label := ""
	for _, p := range parts {
		if !p.block {
			if p.line != "" {
				label = p.line
			}
			continue
		}
		last := len(b.BadCases) - 1
		switch {
		case label == "Description:":
			b.Description = p.text
		case strings.HasPrefix(label, "How an answer of the student is judged"):
			b.Rule = p.text
		case label == "Solution:":
			b.Shots = append(b.Shots, p.text)
		case label == "Its program:":
			b.Code = p.text
		case strings.HasSuffix(label, "its submission is not valid."):
			b.Problem = p.text
		case label == "Expected answer:" && last >= 0:
			b.BadCases[last].Expected = p.text
		case label == "Answer of the student:" && last >= 0:
			b.BadCases[last].Response = p.text
		case label == "Question:":
			b.BadCases = append(b.BadCases, badCase{Question: p.text})
		}
	}
	b.dropShots()
}

// dropShots removes the questions of worked examples, which are labelled like
// those of bad cases but are followed by no student's answer.
func (b *brief) dropShots() {
	kept := b.BadCases[:0]
	for _, c := range b.BadCases {
		if c.Expected != "" {
			kept = append(kept, c)
		}
	}
	b.BadCases = kept
}

var (
	areaHeading = regexp.MustCompile(`(?i)\b(?:areas?|topics?|subjects?)\b`)
	bullet      = regexp.MustCompile(`^\s*[-*+]\s+(?:\*\*|` + "`" + `)?([A-Za-z][A-Za-z0-9 ,'/&-]{1,60}?)(?:\*\*|` + "`" + `)?\s*(?:[:(.;–—].*|- .*)?$`)
	inSentence  = regexp.MustCompile(`(?i)\b(?:areas?|topics?|subjects?)\b[^:.\n]{0,60}:\s*([^\n]+?)(?:\.\s|\.?$|\n)`)
)

// areas finds the subject areas that a description lists: bullets after a line
// that speaks of areas, or else a list in such a sentence.
func areas(description string) []string {
	var found []string
	listing := false
	for _, line := range strings.Split(description, "\n") {
		if m := bullet.FindStringSubmatch(line); m != nil {
			if listing {
				found = append(found, strings.TrimSpace(m[1]))
			}
			continue
		}
		if strings.TrimSpace(line) != "" {
			listing = areaHeading.MatchString(line)
		}
	}
	if len(found) > 0 {
		return found
	}
	m := inSentence.FindStringSubmatch(description)
	if m == nil {
		return nil
	}
	for _, name := range regexp.MustCompile(`\s*[,;]\s*(?:and\s+)?|\s+and\s+`).Split(m[1], -1) {
		if name = strings.Trim(strings.TrimSpace(name), ".`*"); name != "" {
			found = append(found, name)
		}
	}
	return found
}
