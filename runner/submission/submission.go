// Package submission decodes the submission.json that an agent's code left, and
// applies the format filter of protocol.md section 4. A row is kept if it matches
// the sample's schema and has text to train on; the first dataset_size kept rows are
// used.
//
// The file is hostile. It is read as a stream, never as a whole, and nothing in it
// is evaluated. A file that breaks a rule as a whole is an invalid submission and
// never an error of the program. The package is not for judging the rows' quality.
package submission

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
)

// maxRaw is the most bytes that a row may be written in: every byte of its texts as an
// escape of six, and as much again. What is longer is dropped without decoding it, which
// would take many times its size.
const maxRaw = 12 * results.MaxRowBytes

// Limits on what a check says of dropped rows.
const (
	maxDrops     = 5
	maxDropRunes = 300
)

// Decode reads the JSON array and returns the rows to train on with the
// verdict. The rows are nil unless the verdict is valid.
func Decode(r io.Reader, budget results.Budget) ([]results.Row, results.Check) {
	return decode(r, budget, results.MaxSubmission)
}

// Used returns the rows to train on, as Decode does, and their places in the array,
// from 0.
func Used(r io.Reader, budget results.Budget) ([]results.Row, []int) {
	d := newDecoder(r, budget, results.MaxSubmission)
	rows, _ := d.decode()
	return rows, d.places[:len(rows)]
}

// decode is Decode of at most most bytes.
func decode(r io.Reader, budget results.Budget, most int64) ([]results.Row, results.Check) {
	return newDecoder(r, budget, most).decode()
}

func newDecoder(r io.Reader, budget results.Budget, most int64) *decoder {
	d := &decoder{limited: limited{r: r, left: most}, most: most, budget: budget}
	d.dec = json.NewDecoder(bufio.NewReaderSize(&d.limited, 64<<10))
	return d
}

func (d *decoder) decode() ([]results.Row, results.Check) {
	if err := d.array(); err != nil {
		d.check.Problem = oneLine(err.Error())
		return nil, d.check
	}
	if d.check.Kept < d.budget.MinRows {
		d.check.Problem = d.tooFew()
		return nil, d.check
	}
	d.check.Valid, d.check.Used = true, len(d.used)
	return d.used, d.check
}

// During reads from r until ctx ends: a large file takes seconds to decode.
func During(ctx context.Context, r io.Reader) io.Reader { return during{ctx, r} }

type during struct {
	ctx context.Context
	r   io.Reader
}

// Read fails with the cause of the context's end.
func (d during) Read(p []byte) (int, error) {
	if d.ctx.Err() != nil {
		return 0, context.Cause(d.ctx)
	}
	return d.r.Read(p)
}

type decoder struct {
	limited limited
	most    int64 // bytes
	dec     *json.Decoder
	budget  results.Budget
	used    []results.Row
	places  []int // of the used rows
	check   results.Check
}

// array reads the file as a whole. Its error is the verdict's problem.
func (d *decoder) array() error {
	token, err := d.dec.Token()
	switch {
	case err == io.EOF:
		return errors.New("submission.json is empty")
	case err != nil:
		return d.syntax("submission.json", err)
	case token != json.Delim('['):
		return errors.New("submission.json is not a JSON array of rows")
	}
	for d.dec.More() {
		if d.check.Rows == results.MaxSubmittable {
			return fmt.Errorf("submission.json has more than %d rows", results.MaxSubmittable)
		}
		var raw json.RawMessage
		if err := d.dec.Decode(&raw); err != nil {
			return d.syntax(fmt.Sprintf("row %d", d.check.Rows), err)
		}
		if !utf8.Valid(raw) {
			return fmt.Errorf("row %d is not UTF-8 (the row ends at byte %d)", d.check.Rows, d.dec.InputOffset())
		}
		d.row(raw)
	}
	if _, err := d.dec.Token(); err != nil {
		return d.syntax(fmt.Sprintf("after row %d", d.check.Rows-1), err)
	}
	end := d.dec.InputOffset()
	switch _, err := d.dec.Token(); {
	case err == io.EOF:
		return nil
	case d.limited.over || d.limited.err != nil:
		return d.syntax("after the array", err)
	}
	return fmt.Errorf("submission.json goes on after the array, which ends at byte %d", end)
}

// syntax words an error of the decoder.
func (d *decoder) syntax(where string, err error) error {
	if d.limited.over {
		return fmt.Errorf("submission.json is larger than %d bytes", d.most)
	}
	if d.limited.err != nil {
		return fmt.Errorf("submission.json cannot be read: %w", d.limited.err)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF {
		return fmt.Errorf("%s: not valid JSON: the file ends early", where)
	}
	return fmt.Errorf("%s: not valid JSON near byte %d: %w", where, d.dec.InputOffset(), err)
}

func (d *decoder) row(raw json.RawMessage) {
	index := d.check.Rows
	d.check.Rows++
	row, reason := results.Row{}, tooLong
	if len(raw) <= maxRaw { // else its texts are too long, or there is something else in it
		row, reason = filter(raw)
	} else if raw[0] != '{' {
		reason = notObject
	}
	if reason == "" {
		d.check.Kept++
		if len(d.used) < d.budget.DatasetSize {
			d.used, d.places = append(d.used, row), append(d.places, index)
		}
		return
	}
	if d.check.Reasons == nil {
		d.check.Reasons = map[string]int{}
	}
	d.check.Reasons[reason]++
	drop := results.Drop{Row: index, Reason: reason, Text: shown(raw)}
	if len(d.check.Dropped) < maxDrops {
		d.check.Dropped = append(d.check.Dropped, drop)
	} else if d.check.Reasons[reason] == 1 {
		d.makeRoom(drop)
	}
}

// makeRoom puts the first row of a new reason in the place of the last one whose
// reason has an example before it, so that as many reasons as possible have one.
func (d *decoder) makeRoom(drop results.Drop) {
	list := d.check.Dropped
	for i := len(list) - 1; i > 0; i-- {
		if slices.ContainsFunc(list[:i], func(other results.Drop) bool { return other.Reason == list[i].Reason }) {
			d.check.Dropped = append(slices.Delete(list, i, i+1), drop)
			return
		}
	}
}

func (d *decoder) tooFew() string {
	c := d.check
	text := fmt.Sprintf("%d valid rows of %d, at least %d are needed", c.Kept, c.Rows, d.budget.MinRows)
	if len(c.Reasons) == 0 {
		return text
	}
	var parts []string
	for reason := range c.Reasons {
		parts = append(parts, reason)
	}
	slices.SortFunc(parts, func(a, b string) int {
		if c.Reasons[a] != c.Reasons[b] {
			return c.Reasons[b] - c.Reasons[a]
		}
		return strings.Compare(a, b)
	})
	for i, reason := range parts {
		parts[i] = fmt.Sprintf("%d %s", c.Reasons[reason], reason)
	}
	return text + " (dropped: " + strings.Join(parts, ", ") + ")"
}

// shown is the row as written, on one line and bounded.
func shown(raw []byte) string {
	const slack = 4 * maxDropRunes
	if len(raw) > slack {
		raw = raw[:slack]
	}
	return cut.Runes(strings.ToValidUTF8(string(bytes.TrimSpace(raw)), ""), maxDropRunes, "...")
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// limited reads at most left bytes and remembers why it stopped.
type limited struct {
	r    io.Reader
	left int64
	over bool
	err  error
}

var errOver = errors.New("too large")

// Read fails with errOver when there is more than the limit.
func (l *limited) Read(p []byte) (int, error) {
	if l.left == 0 {
		var one [1]byte
		n, err := io.ReadFull(l.r, one[:])
		if n > 0 {
			l.over = true
			return 0, errOver
		}
		return 0, l.note(err)
	}
	if int64(len(p)) > l.left {
		p = p[:l.left]
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	return n, l.note(err)
}

func (l *limited) note(err error) error {
	if err != nil && err != io.EOF {
		l.err = err
	}
	return err
}
