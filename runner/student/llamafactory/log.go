package llamafactory

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/runner/student"
)

// logLine is a line of trainer_log.jsonl. The last line sums up and has no loss.
type logLine struct {
	Step   int      `json:"current_steps"`
	Total  int      `json:"total_steps"`
	Loss   *float64 `json:"loss"`
	Rate   float64  `json:"lr"`
	Tokens int      `json:"total_tokens"`
	Speed  float64  `json:"throughput"`     // tokens a second
	Memory float64  `json:"vram_allocated"` // peak, in GiB
}

// noNumber is what Python writes of a number that JSON has no word for.
var noNumber = regexp.MustCompile(`:\s*(NaN|-?Infinity)\s*([,}])`)

// decode reads one line of the log. A number in it that is none has diverged.
func decode(line []byte) (logLine, error) {
	var l logLine
	if word := noNumber.FindSubmatch(line); word != nil {
		return l, fmt.Errorf("%w: its log has the number %s", student.ErrDiverged, word[1])
	}
	if err := json.Unmarshal(line, &l); err != nil {
		return l, fmt.Errorf("%s: %w: %.60q", trainerLog, err, line)
	}
	return l, nil
}

// console takes the output of the training, line by line: what it says of the
// rows, and the last line that says something.
type console struct {
	partial  string
	last     string
	examples int // rows that it trains on, by its own count; -1: it has not said
	batch    int // rows of an update; -1: it has not said
}

var (
	saysExamples = regexp.MustCompile(`Num examples = ([\d,]+)`)
	saysBatch    = regexp.MustCompile(`Total train batch size .* = ([\d,]+)`)
)

// Write implements io.Writer.
func (c *console) Write(p []byte) (int, error) {
	const longest = 64 << 10 // progress bars end no line
	text := c.partial + string(p)
	for {
		line, rest, whole := strings.Cut(text, "\n")
		if !whole {
			break
		}
		c.take(line)
		text = rest
	}
	c.partial = text[max(0, len(text)-longest):]
	return len(p), nil
}

func (c *console) take(line string) {
	if said := strings.TrimSpace(line[strings.LastIndex(line, "\r")+1:]); said != "" {
		c.last = cut.Bytes(said, 300)
	}
	for pattern, field := range map[*regexp.Regexp]*int{saysExamples: &c.examples, saysBatch: &c.batch} {
		if m := pattern.FindStringSubmatch(line); m != nil {
			if n, err := strconv.Atoi(strings.ReplaceAll(m[1], ",", "")); err == nil {
				*field = n
			}
		}
	}
}
