package dialect

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/results/remote"
)

// maxWait bounds a time that a server names.
const maxWait = 24 * time.Hour

// wait is the longest time for which a server asks to be left alone, in its headers
// or in its body.
func wait(header http.Header, body []byte) time.Duration {
	longest := remote.RetryAfter(header)
	for name, values := range header {
		if ms.MatchString(name) && len(values) > 0 {
			longest = max(longest, span(values[0], time.Millisecond))
		}
	}
	var v any
	if json.Unmarshal(body, &v) != nil {
		return min(maxWait, max(longest, inWords(string(body[:min(len(body), 4<<10)]))))
	}
	return min(maxWait, max(longest, waitIn(v, 0)))
}

var (
	ms      = regexp.MustCompile(`(?i)^(?:x-(?:ms-)?)?retry[-_]?after[-_]?ms$`)
	seconds = regexp.MustCompile(`(?i)^(?:retry[-_]?(?:after|delay|in)(?:[-_]?(?:s|secs?|seconds))?|cooldown[-_]?seconds)$`)
	named   = regexp.MustCompile(`(?i)(?:retry|try again|wait|available)(?: after| again| in| for| at least)*:? +((?:\d+(?:\.\d+)? *(?:milliseconds?|ms|minutes?|mins?|m|seconds?|secs?|s|hours?|h) *)+)`)
	part    = regexp.MustCompile(`(?i)(\d+(?:\.\d+)?) *([a-z]+)`)
)

// waitIn looks for times in an error.
func waitIn(v any, depth int) (longest time.Duration) {
	if depth > maxNested {
		return 0
	}
	switch v := v.(type) {
	case string:
		return inWords(v)
	case []any:
		for _, element := range v {
			longest = max(longest, waitIn(element, depth+1))
		}
	case map[string]any:
		for name, value := range v {
			unit := time.Second
			switch text, isText := value.(string); {
			case !ms.MatchString(name) && !seconds.MatchString(name):
				longest = max(longest, waitIn(value, depth+1))
				continue
			case ms.MatchString(name):
				unit = time.Millisecond
				fallthrough
			default:
				if n, ok := value.(float64); ok {
					text, isText = strconv.FormatFloat(n, 'f', -1, 64), true
				}
				if isText {
					longest = max(longest, span(text, unit))
				}
			}
		}
	}
	return longest
}

// inWords is the longest time that a sentence asks for, such as "try again in 1m30s".
func inWords(text string) (longest time.Duration) {
	for _, m := range named.FindAllStringSubmatch(text, 8) {
		var sum time.Duration
		for _, p := range part.FindAllStringSubmatch(m[1], 8) {
			unit := time.Second
			switch word := strings.ToLower(p[2]); {
			case strings.HasPrefix(word, "ms") || strings.HasPrefix(word, "milli"):
				unit = time.Millisecond
			case word[0] == 'm':
				unit = time.Minute
			case word[0] == 'h':
				unit = time.Hour
			}
			sum += span(p[1], unit)
		}
		longest = max(longest, min(sum, maxWait))
	}
	return longest
}

// span reads a number of units, or a duration such as 5s; 0 for what is none.
func span(text string, unit time.Duration) time.Duration {
	text = strings.TrimSpace(text)
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		if !(n > 0) { // also NaN
			return 0
		}
		return time.Duration(min(n, float64(maxWait/unit)) * float64(unit))
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0
	}
	return min(maxWait, max(0, d))
}
