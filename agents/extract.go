package agents

import (
	"fmt"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/thoughts"
)

// MaxCode is the size limit of an extracted program in bytes.
const MaxCode = 256 << 10

// Extract takes plan and program out of a reply. truncated says that the
// model's output limit cut the reply. When there is no program, failure is
// [results.ExtractionFailed] or [results.OutputTruncated] and detail says why in
// words for the agent.
//
// The program is a fenced block (back-ticks or tildes, three or more):
//   - blocks marked as Python come first; without any, unmarked blocks that hold
//     an import statement count, and then blocks of any mark that hold one and
//     whose text looks like Python (see compiles);
//   - of several, the last one that is at least half as long as the longest is
//     taken, so that neither a usage snippet nor an early sketch wins;
//   - a fence inside a triple-quoted Python string does not close a block;
//   - a block that is never closed runs to the end, unless the reply was cut;
//   - a block that does not look like Python, but does so up to its last fence,
//     ends there;
//   - blocks inside of a block of Markdown or text count.
//
// The plan is the text before the program, or after it when there is none
// before. Thoughts, as package thoughts finds them, are no part of the reply.
func Extract(reply string, truncated bool) (plan, code string, failure results.Failure, detail string) {
	said, ended := thoughts.Said(normalise(reply), fences(truncated))
	lines := strings.Split(strings.TrimSuffix(said, "\n"), "\n")
	blocks := (&scanner{lines: lines, truncated: truncated, search: maxSearch}).scan(0, len(lines))
	chosen := choose(blocks)
	if !ended && chosen == nil {
		return "", "", results.Classify(results.Signs{Cut: truncated, NoCode: true}), "the reply is thoughts that never end: no mark closes them"
	}
	if truncated && cut(blocks) {
		return outside(lines, nil), "", results.Classify(results.Signs{Cut: true}), "the reply was cut at the output limit before the code block ended"
	}
	if chosen == nil {
		return outside(lines, nil), "", results.Classify(results.Signs{NoCode: true}), missing(blocks)
	}
	if len(chosen.code) > MaxCode {
		return outside(lines, chosen), "", results.Classify(results.Signs{NoCode: true}),
			fmt.Sprintf("the code block has %d bytes; the limit is %d", len(chosen.code), MaxCode)
	}
	return outside(lines, chosen), chosen.code, "", ""
}

func normalise(reply string) string {
	reply = strings.ToValidUTF8(reply, "\uFFFD")
	return strings.NewReplacer("\r\n", "\n", "\r", "\n", "\uFEFF", "", "\x00", "").Replace(reply)
}

// fences finds the blocks in which marks of thoughts are text: those that close.
func fences(truncated bool) thoughts.Fence {
	s := &scanner{truncated: truncated, search: maxSearch}
	return func(lines []string, i int) (column, last int, ok bool) {
		if s.lines = lines; s.search < 0 {
			return 0, 0, false
		}
		b, ok := s.block(i, len(lines))
		if ok && !b.closed {
			s.search -= unclosedCost * (len(lines) - i)
		}
		return len(b.lead), b.to, ok && b.closed && b.next > b.to
	}
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
	for _, wanted := range []language{python, bare, other} {
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
