package agents

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// MaxCode is the size limit of an extracted program in bytes.
const MaxCode = 256 << 10

// maxSearch bounds how many bytes of a reply are read for a later end of blocks
// than the first, in all: each block could have the whole rest read.
const maxSearch = 4 * MaxCode

// Extract takes plan and program out of a reply. truncated says that the
// model's output limit cut the reply. When there is no program, failure is
// [results.ExtractionFailed] or [results.OutputTruncated] and detail says why in
// words for the agent.
//
// The program is a fenced block (backticks or tildes, three or more):
//   - blocks marked as Python come first; without any, unmarked blocks that hold
//     an import statement count;
//   - of several, the last one that is at least half as long as the longest is
//     taken, so that neither a usage snippet nor an early sketch wins;
//   - a fence inside a triple-quoted Python string does not close a block;
//   - a block that is never closed runs to the end, unless the reply was cut.
//
// The plan is the text before the program, or after it when there is none
// before. A leading <think> section is no part of the reply, nor is what stands
// before a </think> whose start the server's template has written; a section
// that never ends leaves nothing of the reply.
func Extract(reply string, truncated bool) (plan, code string, failure results.Failure, detail string) {
	said, ended := spoken(normalise(reply), truncated)
	if !ended {
		return "", "", results.Classify(results.Signs{Cut: truncated, NoCode: true}), "the reply is thoughts that never end: there is no closing </think>"
	}
	lines := strings.Split(strings.TrimSuffix(said, "\n"), "\n")
	blocks := scan(lines, truncated)
	if truncated && cut(blocks) {
		return outside(lines, nil), "", results.Classify(results.Signs{Cut: true}), "the reply was cut at the output limit before the code block ended"
	}
	chosen := choose(blocks)
	if chosen == nil {
		return outside(lines, nil), "", results.Classify(results.Signs{NoCode: true}), missing(blocks)
	}
	if len(chosen.code) > MaxCode {
		return outside(lines, chosen), "", results.Classify(results.Signs{NoCode: true}),
			fmt.Sprintf("the code block has %d bytes; the limit is %d", len(chosen.code), MaxCode)
	}
	return outside(lines, chosen), chosen.code, "", ""
}

// block is a fenced block; from and to are the lines of its fences, lead is the
// text before the opening one in its line.
type block struct {
	from, to int
	lead     string
	language language
	code     string
	closed   bool
}

type language int

const (
	other language = iota
	bare
	python
)

var (
	opening  = regexp.MustCompile("^([ \t]*)(`{3,}|~{3,})[ \t]*([^`]*)$")
	trailing = regexp.MustCompile("(?i)^()\\S.*?(`{3,})((?:python|py)3?)[ \t]*$") // Code: ```python
	pythonic = regexp.MustCompile(`(?i)^\{?\.?(?:python|py)3?(?:[\s,:{}].*)?$`)
	imports  = regexp.MustCompile(`(?m)^[ \t]*(?:import[ \t]+[\w.]+(?:[ \t]*,[ \t]*[\w.]+)*(?:[ \t]+as[ \t]+\w+)?|from[ \t]+[\w.]+[ \t]+import[ \t].+)[ \t]*(?:#.*)?$`)
)

func normalise(reply string) string {
	reply = strings.ToValidUTF8(reply, "\uFFFD")
	return strings.NewReplacer("\r\n", "\n", "\r", "\n", "\uFEFF", "", "\x00", "").Replace(reply)
}

// scan finds the fenced blocks.
func scan(lines []string, truncated bool) []block {
	var blocks []block
	search := maxSearch
	for i := 0; i < len(lines); i++ {
		open := opening.FindStringSubmatch(lines[i])
		if open == nil {
			open = trailing.FindStringSubmatch(lines[i])
		}
		if open == nil {
			continue
		}
		lead, _, _ := strings.Cut(lines[i], open[2])
		b := block{from: i, lead: lead, language: languageOf(open[3])}
		b.to, b.closed = end(lines, i+1, open[2], b.language != other, truncated, &search)
		b.code = dedent(lines[i+1:b.to], len(open[1]))
		blocks = append(blocks, b)
		i = b.to
	}
	return blocks
}

func languageOf(info string) language {
	switch info = strings.TrimSpace(info); {
	case info == "":
		return bare
	case pythonic.MatchString(info):
		return python
	default:
		return other
	}
}

// end finds the line that closes a block opened by fence. In a program, closing
// fences inside of strings are passed over; when every one is inside (a quote is
// out of balance) or search is used up, the first closes, unless the reply was
// cut anyway.
func end(lines []string, from int, fence string, program, truncated bool, search *int) (line int, closed bool) {
	first := -1
	var quotes quoting
	for i := from; i < len(lines); i++ {
		if closes(lines[i], fence) {
			if !program || !quotes.open() {
				return i, true
			}
			if first < 0 {
				first = i
			}
		}
		if first >= 0 && !truncated {
			if *search -= len(lines[i]) + 1; *search < 0 {
				break
			}
		}
		quotes.line(lines[i])
	}
	if first >= 0 && !truncated {
		return first, true
	}
	return len(lines), false
}

func closes(line, fence string) bool {
	line = strings.TrimSpace(line)
	return len(line) >= len(fence) && strings.Trim(line, fence[:1]) == ""
}

// dedent removes up to n leading blanks of each line, the indentation of the
// fence itself.
func dedent(lines []string, n int) string {
	var b strings.Builder
	for _, line := range lines {
		for k := 0; k < n && line != "" && (line[0] == ' ' || line[0] == '\t'); k++ {
			line = line[1:]
		}
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return b.String()
}

// program reports whether the block may hold the program.
func (b block) program() bool {
	return b.language == python || b.language == bare && imports.MatchString(b.code)
}

// cut reports whether a cut reply lost its program: none had ended, or one had
// begun again.
func cut(blocks []block) bool {
	if n := len(blocks); n > 0 && !blocks[n-1].closed && blocks[n-1].language != other {
		return true
	}
	return choose(blocks) == nil
}

func choose(blocks []block) *block {
	for _, wanted := range []language{python, bare} {
		longest := 0
		for _, b := range blocks {
			if b.language == wanted && b.program() {
				longest = max(longest, len(strings.TrimSpace(b.code)))
			}
		}
		if longest == 0 {
			continue
		}
		for i := len(blocks) - 1; i >= 0; i-- {
			if b := &blocks[i]; b.language == wanted && b.program() && 2*len(strings.TrimSpace(b.code)) >= longest {
				return b
			}
		}
	}
	return nil
}

func missing(blocks []block) string {
	for _, b := range blocks {
		if b.language == python {
			return "the Python code block of the reply is empty"
		}
	}
	if len(blocks) > 0 {
		return "the reply has fenced blocks, but none is marked python or holds a Python program"
	}
	return "the reply has no fenced code block"
}

// outside is the text before the chosen block, or after it when that is blank,
// without the fences of other blocks; the whole text when nothing was chosen.
func outside(lines []string, chosen *block) string {
	if chosen == nil {
		return unfenced(lines)
	}
	if plan := strings.TrimSpace(unfenced(lines[:chosen.from]) + "\n" + chosen.lead); plan != "" {
		return plan
	}
	return unfenced(lines[min(chosen.to+1, len(lines)):])
}

func unfenced(lines []string) string {
	kept := make([]string, 0, len(lines))
	for _, line := range lines {
		if !opening.MatchString(line) {
			kept = append(kept, line)
		}
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}
