package trial

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

func decode(e results.Event, into any) bool { return json.Unmarshal(e.Data, into) == nil }

// Texts are the texts of an attempt; one that is not there is empty.
type Texts struct {
	Plan   string            `json:"plan"`
	Code   string            `json:"code"`
	Log    string            `json:"log"`
	Prompt []results.Message `json:"prompt"`
	Reply  string            `json:"reply"`
}

// ReadTexts reads the texts of attempt n.
func ReadTexts(dir record.Trial, n int) (t Texts, err error) {
	a := dir.Attempt(n)
	for file, into := range map[record.Text]*string{a.Plan(): &t.Plan, a.Code(): &t.Code, a.RunLog(): &t.Log} {
		if *into, err = file.ReadString(); err != nil {
			return t, err
		}
	}
	prompt, err := a.Prompt().Read()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return t, err
	}
	reply, err := a.Reply().Read()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return t, err
	}
	t.Prompt, t.Reply = prompt.Messages, reply.Text
	return t, nil
}

// Call is a stored teacher call. Prompt is the request's messages, one after the
// other, each under its role.
type Call struct {
	Attempt    int    `json:"attempt"`
	Digest     string `json:"digest"` // of the stored line
	Occurrence int    `json:"occurrence"`
	Prompt     string `json:"prompt"`
	Answer     string `json:"answer"`
	Finish     string `json:"finish_reason"`
	Input      int64  `json:"input_tokens"`
	Output     int64  `json:"output_tokens"`

	// As the program asked; nil for the teacher's default.
	Temperature *float64 `json:"-"`
	MaxTokens   *int64   `json:"-"`
}

// EachCall hands every answered teacher call of the trial to visit. Their order has
// no meaning.
func EachCall(dir record.Trial, visit func(Call) error) error {
	return dir.Teacher().Read(func(digest string, e record.Exchange) error {
		c := Call{
			Attempt: e.Attempt, Digest: digest, Occurrence: e.Occurrence, Answer: e.Response.Content,
			Finish: e.Response.FinishReason, Input: e.Response.InputTokens, Output: e.Response.OutputTokens,
		}
		c.ask(e.Request)
		return visit(c)
	})
}

// ReadCalls reads the answered teacher calls of an attempt, or of all for 0, whose
// prompt or answer holds the text, by attempt and digest. At most so many are
// returned; total is how many there are.
func ReadCalls(dir record.Trial, attempt int, text string, most int) (calls []Call, total int, err error) {
	calls = []Call{}
	err = EachCall(dir, func(c Call) error {
		if attempt != 0 && c.Attempt != attempt {
			return nil
		}
		if !holds(text, c.Prompt, c.Answer) {
			return nil
		}
		total++
		calls = append(calls, c)
		if len(calls) >= 2*most+1_000 {
			calls = first(calls, most)
		}
		return nil
	})
	return first(calls, most), total, err
}

// first keeps the first calls in their order.
func first(calls []Call, most int) []Call {
	slices.SortFunc(calls, func(a, b Call) int {
		if a.Attempt != b.Attempt {
			return a.Attempt - b.Attempt
		}
		return strings.Compare(a.Digest, b.Digest)
	})
	return calls[:min(most, len(calls))]
}

// ask fills in what a request asks, as the gateway stores it.
func (c *Call) ask(request json.RawMessage) {
	var r struct {
		Messages    []results.Message `json:"messages"`
		Temperature *float64          `json:"temperature"`
		MaxTokens   *int64            `json:"max_tokens"`
	}
	if json.Unmarshal(request, &r) != nil {
		c.Prompt = string(request)
		return
	}
	var b strings.Builder
	for _, m := range r.Messages {
		b.WriteString(m.Role + ": " + m.Content + "\n")
	}
	c.Prompt, c.Temperature, c.MaxTokens = strings.TrimSuffix(b.String(), "\n"), r.Temperature, r.MaxTokens
}

func holds(text string, in ...string) bool {
	return text == "" || slices.ContainsFunc(in, func(s string) bool {
		return strings.Contains(strings.ToLower(s), strings.ToLower(text))
	})
}

// EachRow hands the rows of attempt n's submission to visit, with their places in its
// array, from 0. What is no row is skipped; the check says how many those are.
func EachRow(dir record.Trial, n int, visit func(at int, row results.Row) error) error {
	f, err := os.Open(string(dir.Attempt(n).Submission()))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	in := json.NewDecoder(io.LimitReader(f, results.MaxSubmission))
	if _, err := in.Token(); err != nil { // the bracket; a submission that is no array has no rows
		return nil
	}
	for at := 0; in.More(); at++ {
		var raw json.RawMessage
		if in.Decode(&raw) != nil {
			break
		}
		var row results.Row
		if json.Unmarshal(raw, &row) != nil {
			continue
		}
		if err := visit(at, row); err != nil {
			return err
		}
	}
	return nil
}

// ReadRows reads rows of attempt n's submission that hold the text, at most so
// many; total is how many hold it. See [EachRow].
func ReadRows(dir record.Trial, n int, text string, most int) (rows []results.Row, total int, err error) {
	rows = []results.Row{}
	err = EachRow(dir, n, func(_ int, row results.Row) error {
		if !holds(text, row.Instruction, row.Input, row.Output) {
			return nil
		}
		if total++; len(rows) < most {
			rows = append(rows, row)
		}
		return nil
	})
	return rows, total, err
}

// Question is a public item as a reader may see it.
type Question struct {
	ID, Text, Answer string
}

// Wrong is a public question that the student answered wrongly.
type Wrong struct {
	Item     string `json:"item"`
	Question string `json:"question"`
	Expected string `json:"expected"`
	Response string `json:"response"`
	Reason   string `json:"reason"`
}

// ReadWrong reads the wrong public answers after attempt n that hold the text, at
// most so many, with their questions as far as they are known.
func ReadWrong(dir record.Trial, n int, questions []Question, text string, most int) (list []Wrong, total int, err error) {
	list = []Wrong{}
	public, err := dir.Attempt(n).Public().Read()
	if errors.Is(err, fs.ErrNotExist) {
		return list, 0, nil
	}
	if err != nil {
		return list, 0, err
	}
	known := map[string]Question{}
	for _, q := range questions {
		known[q.ID] = q
	}
	for _, j := range public.Judged {
		w := Wrong{Item: j.Item, Question: known[j.Item].Text, Expected: known[j.Item].Answer, Response: j.Response, Reason: j.Reason}
		if j.Correct || !holds(text, w.Question, w.Expected, w.Response, w.Reason) {
			continue
		}
		if total++; len(list) < most {
			list = append(list, w)
		}
	}
	return list, total, nil
}

// Clean is a text of several lines without anything that could move a terminal's
// cursor, change its state or turn the direction of writing. Line ends and tabs
// stay.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.In(r, unicode.Cc, unicode.Cf):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
