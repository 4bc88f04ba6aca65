package agents

import (
	"regexp"
	"strings"

	"github.com/autodatabench/autodatabench/results/thoughts"
)

// maxSearch bounds how many bytes of a reply are read for a later end of blocks
// than the first, in all: each block could have the whole rest read.
const maxSearch = 4 * MaxCode

// unclosedCost is what a line is counted for, in bytes, in a search for an end that
// there is none of.
const unclosedCost = 16

// block is a fenced block; from and to are the lines of its fences, lead is the
// text before the opening one in its line. next is the line to go on with: to
// itself where the next block's fence ended this one.
type block struct {
	from, to, next int
	lead           string
	language       language
	code           string
	closed         bool
	like           bool // of language other: it holds an import and looks like Python
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
	around   = regexp.MustCompile(`(?i)^(?:markdown|md|text|txt|plaintext)$`) // of a whole reply
	tagged   = regexp.MustCompile(`^\{?\.?[\w+#.-]+\}?(?:[ \t]+\w+=.*)?$`)    // a block's mark, not words behind its end
	imports  = regexp.MustCompile(`(?m)^[ \t]*(?:import[ \t]+[\w.]+(?:[ \t]*,[ \t]*[\w.]+)*(?:[ \t]+as[ \t]+\w+)?|from[ \t]+[\w.]+[ \t]+import[ \t].+)[ \t]*(?:#.*)?$`)
)

// scanner finds fenced blocks. search is how many bytes it may still read beyond
// first ends.
type scanner struct {
	lines     []string
	truncated bool
	search    int
	inside    bool // of a block that holds blocks; they go no deeper
}

// scan finds the blocks of the lines, and those within blocks of Markdown or text.
func (s *scanner) scan(from, to int) []block {
	var blocks []block
	for i := from; i < to; i++ {
		b, ok := s.block(i, to)
		if !ok {
			continue
		}
		blocks = append(blocks, b)
		if s.around(i) {
			s.inside = true
			blocks = append(blocks, s.scan(i+1, b.to)...)
			s.inside = false
		}
		i = b.next - 1
	}
	return blocks
}

// block reads the block that begins in line i, if one does.
func (s *scanner) block(i, to int) (b block, ok bool) {
	open := opening.FindStringSubmatch(s.lines[i])
	if open == nil {
		open = trailing.FindStringSubmatch(s.lines[i])
	}
	if open == nil {
		return b, false
	}
	lead, _, _ := strings.Cut(s.lines[i], open[2])
	b = block{from: i, lead: lead, language: languageOf(open[3])}
	if s.around(i) {
		b.to, b.closed = s.endAround(i+1, to, open[2])
		b.next = b.to + 1
	} else {
		b.to, b.next, b.closed = s.end(i+1, to, open[2], b.language != other)
	}
	b.code = dedent(s.lines[i+1:b.to], len(open[1]))
	b.mend(open[2][:3])
	b.like = b.language == other && imports.MatchString(b.code) && compiles(b.code)
	return b, true
}

// around reports whether line i begins a block that may hold a whole reply.
func (s *scanner) around(i int) bool {
	open := opening.FindStringSubmatch(s.lines[i])
	return !s.inside && open != nil && around.MatchString(strings.TrimSpace(open[3]))
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
// cut anyway. Outside of strings no line of a program begins with its fence:
// whatever stands behind one, it ends the block, and if it is a mark, it begins
// the next.
func (s *scanner) end(from, to int, fence string, program bool) (line, next int, closed bool) {
	first := -1
	var quotes quoting
	for i := from; i < to; i++ {
		switch whole, rest := closes(s.lines[i], fence); {
		case whole && (!program || !quotes.open()):
			return i, i + 1, true
		case whole && first < 0:
			first = i
		case rest != "" && program && !quotes.open():
			if tagged.MatchString(rest) {
				return i, i, true
			}
			return i, i + 1, true
		}
		if first >= 0 && !s.truncated {
			if s.search -= len(s.lines[i]) + 1; s.search < 0 {
				break
			}
		}
		quotes.line(s.lines[i])
	}
	if first >= 0 && !s.truncated {
		return first, first + 1, true
	}
	return to, to, false
}

// endAround finds the end of a block that holds blocks.
func (s *scanner) endAround(from, to int, fence string) (line int, closed bool) {
	s.inside = true
	defer func() { s.inside = false }()
	for i := from; i < to && s.search >= 0; i++ {
		if whole, _ := closes(s.lines[i], fence); whole {
			return i, true
		}
		b, ok := s.block(i, to)
		switch {
		case ok && b.closed:
			i = b.next - 1
		case ok:
			s.search -= unclosedCost * (to - i)
		}
	}
	return to, false
}

// closes reports whether the line is a closing fence, which tokens that end a turn
// may follow. rest is what else stands behind a fence at the line's beginning.
func closes(line, fence string) (whole bool, rest string) {
	line = strings.TrimSpace(line)
	if !strings.HasPrefix(line, fence) {
		return false, ""
	}
	rest = strings.TrimSpace(strings.TrimLeft(line, fence[:1]))
	return thoughts.TrimStops(rest) == "", rest
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

// mend ends a program at the last fence in it, if that makes Python of it.
func (b *block) mend(fence string) {
	at := strings.LastIndex(b.code, fence)
	if at < 0 || !b.program() || compiles(b.code) {
		return
	}
	if head := strings.TrimRight(b.code[:at], fence[:1]+" \t"); compiles(head) {
		b.code, b.closed = strings.TrimSuffix(head, "\n")+"\n", true
	}
}

// program reports whether the block may hold the program.
func (b block) program() bool {
	return b.language == python || b.language == bare && imports.MatchString(b.code) || b.like
}
