package agents

import (
	"regexp"
	"strings"
)

var (
	thinking = regexp.MustCompile(`(?s)^\s*<think(?:ing)?>.*?</think(?:ing)?>`)
	thought  = regexp.MustCompile(`<think(?:ing)?>`)
	endless  = regexp.MustCompile(`^\s*<think(?:ing)?>`)
	answers  = regexp.MustCompile(`^\s*</think(?:ing)?>|</think(?:ing)?>\s*$`)
)

// spoken is the reply without the thoughts that lead it. Thoughts that never end
// leave nothing. An end without a start, where the server's template has written
// the start, counts outside of fenced blocks and at the edge of a line.
func spoken(reply string, truncated bool) (rest string, ended bool) {
	if at := thinking.FindStringIndex(reply); at != nil {
		return reply[at[1]:], true
	}
	if endless.MatchString(reply) {
		return "", false
	}
	if !strings.Contains(reply, "</think") {
		return reply, true
	}
	lines := strings.Split(reply, "\n")
	from := 0
	for _, b := range append(scan(lines, truncated), block{from: len(lines), to: len(lines)}) {
		for i := from; i < b.from; i++ {
			if at := answers.FindStringIndex(lines[i]); thought.MatchString(lines[i]) {
				return reply, true
			} else if at != nil {
				return strings.Join(append([]string{lines[i][at[1]:]}, lines[i+1:]...), "\n"), true
			}
		}
		if at := answers.FindStringIndex(b.lead); at != nil { // before a fence in its line
			return strings.Join(append([]string{lines[b.from][at[1]:]}, lines[b.from+1:]...), "\n"), true
		}
		from = b.to + 1
	}
	return reply, true
}
