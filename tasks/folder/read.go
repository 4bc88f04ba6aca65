package folder

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
)

// Limits on what is read.
const (
	maxFile     = 256 << 20 // bytes of a data file
	maxQuestion = 64 << 10  // bytes
	maxItems    = 100_000
	maxFindings = 100 // of one file
)

// readText reads a file that must be UTF-8 text of at most limit bytes.
func readText(path string, limit int64) (string, []Finding) {
	fault := func(line int, format string, args ...any) (string, []Finding) {
		return "", []Finding{{path, line, fmt.Sprintf(format, args...)}}
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fault(0, "the file is missing")
	case err != nil:
		return fault(0, "%v", err)
	case !info.Mode().IsRegular():
		return fault(0, "it is no regular file")
	case info.Size() > limit:
		return fault(0, "it has %d bytes, more than %d", info.Size(), limit)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return fault(0, "%v", err)
	}
	if bytes.HasPrefix(data, byteOrderMark) {
		return fault(1, "it begins with a byte order mark; save it as UTF-8 without one")
	}
	return utf8Text(path, data)
}

var byteOrderMark = []byte("\uFEFF")

// utf8Text refuses what is no UTF-8 text.
func utf8Text(path string, data []byte) (string, []Finding) {
	fault := func(line int, reason string) (string, []Finding) { return "", []Finding{{path, line, reason}} }
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return fault(1, "it is UTF-16; save it as UTF-8")
	}
	for i, line := range bytes.Split(data, []byte("\n")) {
		if !utf8.Valid(line) {
			return fault(i+1, "it is not UTF-8; save it as UTF-8")
		}
		if bytes.IndexByte(line, 0) >= 0 {
			return fault(i+1, "it holds a zero byte; save it as UTF-8")
		}
	}
	return string(data), nil
}

// checker refuses items that no response could be correct for.
type checker interface{ Check(tasks.Item) error }

// ReadItems reads a file of items, one JSON object a line. A nil evaluator checks
// no answers.
func ReadItems(path string, evaluator checker) ([]Placed[tasks.Item], []Finding) {
	text, findings := readText(path, maxFile)
	if findings != nil {
		return nil, findings
	}
	var items []Placed[tasks.Item]
	number := 0
	for line := range strings.Lines(text) {
		number++
		item, err := readItem([]byte(line))
		if err == nil && evaluator != nil {
			err = evaluator.Check(item)
		}
		if err != nil {
			findings = append(findings, Finding{path, number, err.Error()})
		} else {
			items = append(items, Placed[tasks.Item]{item, number})
		}
		if len(findings) == maxFindings || len(items) > maxItems {
			return items, append(findings, Finding{path, number, fmt.Sprintf("too many faults or more than %d items: not read any further", maxItems)})
		}
	}
	return items, findings
}

func readItem(line []byte) (tasks.Item, error) {
	var read struct {
		ID       *string           `json:"id"`
		Question *string           `json:"question"`
		Answer   *string           `json:"answer"`
		Fields   map[string]string `json:"fields"`
	}
	if len(bytes.TrimSpace(line)) == 0 {
		return tasks.Item{}, errors.New("the line is empty")
	}
	if err := decode(line, &read); err != nil {
		return tasks.Item{}, err
	}
	if err := present(field{"id", read.ID}, field{"question", read.Question}, field{"answer", read.Answer}); err != nil {
		return tasks.Item{}, err
	}
	if len(*read.ID) > 200 || strings.ContainsAny(*read.ID, "\r\n\t") {
		return tasks.Item{}, errors.New(`field "id" has line breaks or more than 200 bytes`)
	}
	return tasks.Item{ID: *read.ID, Question: *read.Question, Answer: *read.Answer, Fields: read.Fields}, nil
}

func readShot(raw []byte) (results.Shot, error) {
	var read struct {
		Question *string `json:"question"`
		Solution *string `json:"solution"`
	}
	if err := decode(raw, &read); err != nil {
		return results.Shot{}, err
	}
	if err := present(field{"question", read.Question}, field{"solution", read.Solution}); err != nil {
		return results.Shot{}, err
	}
	return results.Shot{Question: *read.Question, Solution: *read.Solution}, nil
}

func readRow(raw []byte) (results.Row, error) {
	var read struct {
		Instruction *string `json:"instruction"`
		Input       *string `json:"input"`
		Output      *string `json:"output"`
	}
	if err := decode(raw, &read); err != nil {
		return results.Row{}, err
	}
	if read.Input == nil {
		return results.Row{}, errors.New(`field "input" is missing (it may be "")`)
	}
	if err := present(field{"instruction", read.Instruction}, field{"output", read.Output}); err != nil {
		return results.Row{}, err
	}
	return results.Row{Instruction: *read.Instruction, Input: *read.Input, Output: *read.Output}, nil
}

// answered is what gives away that a text holds more than a question.
var answered = regexp.MustCompile(`(?im)^\s*(?:final\s+|correct\s+)?(?:answer|solution)\s*:|\\boxed\s*\{|\bthe answer is\s*:?\s*[-$\\(\d]|^####\s*\S|^assert .*==\s*[^#\s]`)

// Answered returns the part of a seed question that gives an answer, if any.
func Answered(question string) string { return strings.TrimSpace(answered.FindString(question)) }

func readSeed(raw []byte) (string, error) {
	if bytes.HasPrefix(raw, []byte("{")) || bytes.HasPrefix(raw, []byte("[")) {
		return "", errors.New("a seed is a question alone, a JSON string; with fields it could hold an answer")
	}
	var question *string
	if err := decode(raw, &question); err != nil {
		return "", err
	}
	if err := present(field{"question", question}); err != nil {
		return "", err
	}
	if found := Answered(*question); found != "" {
		return "", fmt.Errorf("the seed question holds an answer: %q", found)
	}
	return *question, nil
}

type field struct {
	name  string
	value *string
}

func present(fields ...field) error {
	for _, f := range fields {
		switch {
		case f.value == nil:
			return fmt.Errorf("field %q is missing", f.name)
		case strings.TrimSpace(*f.value) == "":
			return fmt.Errorf("field %q is empty", f.name)
		case len(*f.value) > maxQuestion:
			return fmt.Errorf("field %q has %d bytes, more than %d", f.name, len(*f.value), maxQuestion)
		}
	}
	return nil
}

// decode reads one JSON value with known fields only.
func decode(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, err := d.Token(); err != io.EOF {
			return errors.New("something follows the JSON value")
		}
		return ownNames(raw)
	}
	return worded(raw, err)
}

var notFinite = regexp.MustCompile(`[:\[,]\s*-?(?:NaN|Infinity|inf)\b`)

// worded is a JSON error in this package's words.
func worded(raw []byte, err error) error {
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Errorf("field %q: want a string, got a %s", kind.Field, kind.Value)
	case errors.As(err, &kind):
		return fmt.Errorf("it is a %s", kind.Value)
	case notFinite.Match(raw):
		return errors.New("NaN and Infinity are no JSON numbers")
	}
	return errors.New(strings.TrimPrefix(err.Error(), "json: "))
}
