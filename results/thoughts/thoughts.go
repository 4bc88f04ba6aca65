// Package thoughts separates what a model thinks from what it says, by the marks
// that models put around their thoughts. The extraction of code and the scoring of
// a user's own tasks share it.
//
// The package is not for the official rules of the published data sets, which read
// whole responses, and it judges no text by its meaning. Invariants: what is said
// is made of parts of the text, in their order; beside the calls of a Fence, one a
// line, the time grows with the length of the text only.
package thoughts

import (
	"regexp"
	"strings"
)

// Fence finds a fenced block: whether one begins in line i, at which byte of the
// line its fence begins, and its last line. Marks inside of a block are text.
type Fence func(lines []string, i int) (column, last int, ok bool)

// Said is the text without its thoughts and without the tokens that end a turn.
// ended is false when the text ends within thoughts: the text before them is left.
//
//   - An opening mark counts outside of fenced blocks and quotes, at the beginning
//     of a line, or anywhere in a line if its closing mark follows.
//   - Thoughts end at the first closing mark of their kind, whatever they hold.
//   - A closing mark without an opening one counts outside of fenced blocks at the
//     edge of a line. All before it was thoughts, whose opening mark the server's
//     template has written.
func Said(text string, fence Fence) (said string, ended bool) {
	text = TrimStops(text)
	if strings.Contains(text, "assistantfinal") {
		if at := channels.FindStringIndex(text); at != nil {
			return text[at[1]:], true
		}
	}
	if !maybeMarked(text) {
		return text, true
	}
	ended = true
	r := reader{text: text, opens: opening.FindAllStringIndex(text, -1), ends: closing.FindAllStringIndex(text, -1)}
	if len(r.opens)+len(r.ends) > 0 {
		r.lines, r.next = strings.Split(text, "\n"), make([][]int, len(marks))
		ended = r.read(fence)
		text = strings.Join(r.said, "\n")
	}
	return frame.ReplaceAllString(text, ""), ended
}

// TrimStops drops the tokens that end a turn from the end of a text.
func TrimStops(text string) string {
	if !strings.HasSuffix(strings.TrimRight(text, "\t\n\f\r "), ">") { // as every such token ends
		return text
	}
	if at := stops.FindStringIndex(text); at != nil {
		return text[:at[0]]
	}
	return text
}

// maybeMarked reports whether a mark or a frame can be in the text: all have one of these
// signs, or the words that begin a section of Granite's. Most answers of a teacher have
// none, and looking for all marks takes longer than anything else that is done to them.
func maybeMarked(text string) bool {
	return strings.ContainsAny(text, "<[◁") || strings.Contains(strings.ToLower(text), " my ")
}

// channels are thoughts of gpt-oss where a server drops the control tokens and
// keeps the channels' names.
var channels = regexp.MustCompile(`(?s)^\s*analysis[A-Z].*?assistantfinal`)

// reader goes over the text once.
type reader struct {
	text   string
	lines  []string
	offset int // of the line that is read
	said   []string
	opens  [][]int // the marks that are ahead
	ends   [][]int
	next   [][]int // by mark: its next closing mark, empty for none, nil when not known
}

// read collects what is said and reports whether the last thoughts end.
func (r *reader) read(fence Fence) (ended bool) {
	for i := 0; i < len(r.lines); i++ {
		column, last, block := fence(r.lines, i)
		if !block {
			column, last = len(r.lines[i]), i
		}
		at, ended := r.mark(r.lines[i], column)
		if !ended {
			return false
		}
		if at < 0 {
			r.said = append(r.said, r.lines[i:last+1]...)
			at = r.offset
			for _, line := range r.lines[i : last+1] {
				at += len(line) + 1
			}
			r.offset, i = at, last
			continue
		}
		for r.offset+len(r.lines[i]) < at {
			r.offset += len(r.lines[i]) + 1
			i++
		}
		r.lines[i], r.offset = r.lines[i][at-r.offset:], at // what follows the mark is a line
		i--
	}
	return true
}

// mark finds the first mark that counts in the line's first bytes. at is where
// reading goes on in the text, -1 when there is none. ended is false for thoughts
// without an end.
func (r *reader) mark(line string, limit int) (at int, ended bool) {
	for {
		opens, found := r.ahead(r.offset + limit)
		if found == nil {
			return -1, true
		}
		begin, behind := found[0]-r.offset, found[1]-r.offset
		before := strings.TrimSpace(line[:begin])
		switch {
		case quoted(line, begin, behind):
		case !opens && (before == "" || strings.TrimSpace(line[behind:limit]) == ""):
			r.said = nil
			return found[1], true
		case opens:
			to := r.end(found[0], found[1])
			if to < 0 && before != "" {
				continue
			}
			if before != "" {
				r.said = append(r.said, line[:begin])
			}
			return to, to >= 0
		}
	}
}

// ahead takes the next mark that ends by the limit and is not passed yet.
func (r *reader) ahead(limit int) (opens bool, found []int) {
	for _, marks := range []*[][]int{&r.opens, &r.ends} {
		for len(*marks) > 0 && (*marks)[0][0] < r.offset {
			*marks = (*marks)[1:]
		}
		if len(*marks) > 0 && (*marks)[0][1] <= limit && (found == nil || (*marks)[0][0] < found[0]) {
			opens, found = marks == &r.opens, (*marks)[0]
		}
	}
	if opens {
		r.opens = r.opens[1:]
	} else if found != nil {
		r.ends = r.ends[1:]
	}
	return opens, found
}

// quoted reports whether a mark is spoken of: it stands between quotes.
func quoted(line string, begin, behind int) bool {
	const quotes = "`'\""
	return begin > 0 && behind < len(line) && strings.IndexByte(quotes, line[begin-1]) >= 0 && strings.IndexByte(quotes, line[behind]) >= 0
}

// end is where the thoughts end whose opening mark is text[from:to], -1 for nowhere.
func (r *reader) end(from, to int) int {
	for k, m := range marks {
		if !m.open.MatchString(r.text[from:to]) {
			continue
		}
		if r.next[k] == nil || len(r.next[k]) > 0 && r.next[k][0] < to {
			r.next[k] = []int{}
			if found := m.close.FindStringIndex(r.text[to:]); found != nil {
				r.next[k] = []int{to + found[0], to + found[1]}
			}
		}
		if len(r.next[k]) == 0 {
			return -1
		}
		return r.next[k][1]
	}
	return -1
}

// Markdown finds blocks as Markdown has them: from a line that begins with three
// or more back-ticks or tildes to one that has as many of them and nothing else.
// One that never closes is no block.
func Markdown(lines []string, i int) (column, last int, ok bool) {
	fence := fences.FindStringSubmatchIndex(lines[i])
	if fence == nil {
		return 0, 0, false
	}
	mark := lines[i][fence[2]:fence[3]]
	for n := i + 1; n < len(lines); n++ {
		if s := strings.TrimSpace(lines[n]); len(s) >= len(mark) && strings.Trim(s, mark[:1]) == "" {
			return fence[2], n, true
		}
	}
	return 0, 0, false
}

var fences = regexp.MustCompile("^[ \t]*(`{3,}|~{3,})[^`]*$")
