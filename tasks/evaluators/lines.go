package evaluators

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
)

// maxLine bounds a line of input in bytes; what is longer is not read.
const maxLine = 1 << 20

// Judgement is a line of output. Extracted is null where there was no answer.
type Judgement struct {
	Extracted *string `json:"extracted"`
	Correct   bool    `json:"correct"`
	Reason    string  `json:"reason"`
}

// request is a line of input: a response, or an answer taken out of one (null
// if there was none), and the item with its fields as published.
type request struct {
	Response  *string                    `json:"response"`
	Extracted json.RawMessage            `json:"extracted"`
	Item      map[string]json.RawMessage `json:"item"`
}

// Lines judges the lines of r and writes a [Judgement] a line to w: of a line
// that cannot be read, why. It stops only when reading or writing fails.
func Lines(e Evaluator, r io.Reader, w io.Writer) error {
	in, out := bufio.NewReaderSize(r, 64<<10), json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for {
		line, tooLong, err := readLine(in)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read: %w", err)
		}
		if err != nil && len(line) == 0 {
			return nil
		}
		j := Judgement{Reason: fmt.Sprintf("the line cannot be read: it is longer than %d bytes", maxLine)}
		if !tooLong {
			j = judge(e, line)
		}
		if err := out.Encode(j); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		if err != nil {
			return nil
		}
	}
}

// readLine reads to the end of a line and keeps at most maxLine bytes of it.
func readLine(in *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) <= maxLine+1 {
			line = append(line, part...)
		} else {
			tooLong = true
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, tooLong, err
		}
	}
}

func judge(e Evaluator, line []byte) Judgement {
	unreadable := func(why string) Judgement { return Judgement{Reason: "the line cannot be read: " + why} }
	if !utf8.Valid(line) {
		return unreadable("it is not UTF-8")
	}
	var q request
	if err := json.Unmarshal(line, &q); err != nil {
		return unreadable(err.Error())
	}
	item := Published(q.Item)
	switch {
	case q.Item == nil:
		return unreadable(`it has no "item"`)
	case q.Response != nil && q.Extracted != nil:
		return unreadable(`it has both "response" and "extracted"`)
	case q.Response != nil:
		return judgement(e.Judge(*q.Response, item))
	case q.Extracted == nil:
		return unreadable(`it has neither "response" nor "extracted"`)
	case string(q.Extracted) == "null":
		return Judgement{Reason: "there is no answer"}
	}
	return judgement(e.JudgeExtracted(text(q.Extracted), item))
}

func judgement(v results.Verdict) Judgement {
	j := Judgement{Correct: v.Correct, Reason: v.Reason}
	if v.Extracted != "" {
		j.Extracted = &v.Extracted
	}
	return j
}

// Published is an item with its fields as a data set publishes them: strings as
// they are, all else as its JSON text; null is left out.
func Published(fields map[string]json.RawMessage) tasks.Item {
	item := tasks.Item{Fields: map[string]string{}}
	for name, raw := range fields {
		if string(raw) != "null" {
			item.Fields[name] = text(raw)
		}
	}
	item.ID, item.Question, item.Answer = item.Fields["id"], item.Fields["question"], item.Fields["answer"]
	return item
}

func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(bytes.TrimSpace(raw))
}
