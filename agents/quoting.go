package agents

import "strings"

// quoting follows triple-quoted strings over the lines of a Python program. Its
// zero value is outside of any.
type quoting struct {
	triple string // the quotes that close the open string
}

func (q *quoting) open() bool { return q.triple != "" }

// line moves over one line, without its line break.
func (q *quoting) line(s string) {
	for s != "" {
		if q.triple != "" {
			s = q.inside(s)
			continue
		}
		at := strings.IndexAny(s, "#\"'")
		if at < 0 || s[at] == '#' {
			return
		}
		s = s[at:]
		if strings.HasPrefix(s, `"""`) || strings.HasPrefix(s, `'''`) {
			q.triple, s = s[:3], s[3:]
			continue
		}
		s = single(s)
	}
}

// inside skips to behind the closing quotes, or to the end of the line.
func (q *quoting) inside(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			i++
		} else if strings.HasPrefix(s[i:], q.triple) {
			q.triple = ""
			return s[i+3:]
		}
	}
	return ""
}

// single skips a string in single quotes; one that is not closed ends with the
// line.
func single(s string) string {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[0]:
			return s[i+1:]
		}
	}
	return ""
}
