package prompt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"text/template"
	"time"

	"github.com/autodatabench/autodatabench/results"
)

var functions = template.FuncMap{
	"fence": fence, "line": line, "clip": Clip, "json": indented,
	"duration": duration, "percent": percent, "inc": func(i int) int { return i + 1 },
}

const cutMark = " [...] "

// Clip cuts s to [results.MaxShownRunes] characters and marks the cut.
func Clip(s string) string {
	runes := []rune(s)
	if len(runes) <= results.MaxShownRunes {
		return s
	}
	return string(runes[:results.MaxShownRunes-len(cutMark)]) + cutMark
}

// The most characters that are shown of a plan and of a program. An agent is
// asked for 200 words of plan; a cut reply is all plan, half a program included.
const (
	maxPlan = 4_000
	maxCode = 40_000
)

// shorten cuts s to limit characters, from its middle, and says what it left out.
func shorten(s string, limit int) string {
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	head, tail := limit/2, limit-limit/2
	return fmt.Sprintf("%s\n[... %d characters left out ...]\n%s", string(runes[:head]), len(runes)-limit, string(runes[len(runes)-tail:]))
}

// maxLog is how many characters are shown of a program's output.
const maxLog = 2 * results.MaxShownRunes

// tail cuts s to the last limit characters, the mark included: where the error of
// a program stands.
func tail(s string, limit int) string {
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	return cutMark + string(runes[len(runes)-limit+len(cutMark):])
}

var fences = regexp.MustCompile("`{3,}")

// fence puts s into a fenced block that nothing inside of s can close.
func fence(language, s string) string {
	marks := "```"
	for _, run := range fences.FindAllString(s, -1) {
		if len(run) >= len(marks) {
			marks = strings.Repeat("`", len(run)+1)
		}
	}
	return marks + language + "\n" + strings.TrimRight(s, "\n") + "\n" + marks
}

// line makes s fit into one line of prose.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }

func indented(v any) (string, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return "", err
	}
	return b.String(), nil
}

// duration is d to the second, such as "1 h 2 min 5 s".
func duration(d time.Duration) string {
	seconds := int64(d.Round(time.Second) / time.Second)
	var parts []string
	for _, unit := range []struct {
		name string
		size int64
	}{{"h", 3600}, {"min", 60}, {"s", 1}} {
		if n := seconds / unit.size; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, unit.name))
		}
		seconds %= unit.size
	}
	if parts == nil {
		return "0 s"
	}
	return strings.Join(parts, " ")
}

func percent(s results.Score) string { return fmt.Sprintf("%.1f %%", 100*s.Accuracy()) }
