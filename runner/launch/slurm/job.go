package slurm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/student"
)

// Student is what works in a job.
type Student interface {
	student.Trainer
	student.Generator
}

// request is job.json: one of Train and Generate, by the student that Student
// describes, which has to be the one of Identity.
type request struct {
	Student  json.RawMessage  `json:"student"`
	Identity results.Identity `json:"identity"`
	Train    *training        `json:"train,omitempty"`
	Generate *answering       `json:"generate,omitempty"`
}

type training struct {
	Recipe results.Recipe `json:"recipe"`
	Rows   []results.Row  `json:"rows"`
	Seed   int64          `json:"seed"`
}

type answering struct {
	Adapter  map[string]string `json:"adapter"` // digests of its files; empty for the base student
	Prompts  []string          `json:"prompts"`
	Sampling results.Sampling  `json:"sampling"`
}

// result is result.json.
type result struct {
	Report  results.TrainReport `json:"report"`
	Answers [][]byte            `json:"answers,omitempty"` // base64: an answer need not be UTF-8
	Seconds float64             `json:"seconds"`           // that the step took, without opening the student and loading its model
	Fault   *fault              `json:"fault,omitempty"`
}

// fault is an error on its way to the coordinator.
type fault struct {
	Diverged bool         `json:"diverged,omitempty"` // of the rows, which an agent made
	Kind     results.Kind `json:"kind,omitempty"`
	Hint     string       `json:"hint,omitempty"`
	Text     string       `json:"text"`
}

func faultOf(err error) *fault {
	f := &fault{Text: err.Error(), Diverged: errors.Is(err, student.ErrDiverged), Kind: results.Infrastructure}
	var known *results.Error
	if errors.As(err, &known) {
		f.Kind, f.Hint = known.Kind, known.Hint
	}
	return f
}

// remoteError keeps what an error of the job says and what it is.
type remoteError struct {
	text string
	is   error
}

func (e remoteError) Error() string { return e.text }
func (e remoteError) Unwrap() error { return e.is }

func (f *fault) err() error {
	text := oneLine([]byte(f.Text))
	switch {
	case f.Diverged:
		return remoteError{text, student.ErrDiverged}
	case f.Kind == results.BadInput:
		return results.Bad(errors.New(text), oneLine([]byte(f.Hint)))
	}
	return results.Infra(errors.New(text), oneLine([]byte(f.Hint)))
}

// Open opens the student that a description stands for.
type Open func(description json.RawMessage) (s Student, id results.Identity, closeIt func() error, err error)

// Execute does the job of the submission in dir: it is what runs on a node. What
// the step comes to, faults included, is in the result that it leaves; an error
// means that there is none.
func Execute(ctx context.Context, dir string, open Open, now func() time.Time) error {
	r, err := work(ctx, dir, open, now)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		r = result{Fault: faultOf(err), Seconds: r.Seconds}
	}
	if err := disk.WriteJSON(filepath.Join(dir, resultFile), r); err != nil {
		return results.Infra(fmt.Errorf("leave the result: %w", err))
	}
	return nil
}

// errUnlimited ends no step: what bounds a job is the cluster's time limit.
var errUnlimited = errors.New("the step took longer than clocks count")

func work(ctx context.Context, dir string, open Open, now func() time.Time) (r result, err error) {
	var q request
	if err := disk.ReadJSON(filepath.Join(filepath.Dir(dir), jobFile), &q); err != nil {
		return r, results.Infra(err)
	}
	s, id, closeIt, err := open(q.Student)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, closeIt()) }()
	if id != q.Identity {
		return r, results.Infra(fmt.Errorf("the student here is %s %s (%s), the coordinator's is %s %s (%s)",
			id.Name, results.ShortDigest(id.Digest), id.Arithmetic, q.Identity.Name, results.ShortDigest(q.Identity.Digest), q.Identity.Arithmetic),
			"give all nodes the same program, libraries and models")
	}
	ctx, meter := student.Metered(ctx, math.MaxInt64, errUnlimited, now)
	defer func() { r.Seconds = meter.Stop().Seconds() }()
	told, err := newTeller(filepath.Join(dir, progressFile))
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, told.close()) }()
	switch {
	case q.Train != nil:
		out := filepath.Join(dir, adapterDir)
		if err := os.RemoveAll(out); err != nil { // of a job that Slurm began again
			return r, results.Infra(err)
		}
		r.Report, err = s.Train(ctx, q.Train.Recipe, q.Train.Rows, q.Train.Seed, out, func(p student.Progress) { told.tell(note{Training: &p}) })
	case q.Generate != nil:
		adapter := ""
		if len(q.Generate.Adapter) > 0 {
			adapter = filepath.Join(filepath.Dir(dir), adapterDir)
		}
		var answers []string
		answers, err = s.Generate(ctx, adapter, q.Generate.Prompts, q.Generate.Sampling, func(done, total int) { told.tell(note{Done: done, Total: total}) })
		for _, a := range answers {
			r.Answers = append(r.Answers, []byte(a))
		}
	default:
		err = results.Infra(errors.New("the job asks for nothing"))
	}
	return r, err
}

// note is a line of progress.jsonl.
type note struct {
	Training *student.Progress `json:"training,omitempty"`
	Done     int               `json:"done,omitempty"`
	Total    int               `json:"total,omitempty"`
}

// teller writes notes. Progress is a courtesy: a note that cannot be written is
// left out.
type teller struct {
	mu   sync.Mutex
	file *os.File
}

func newTeller(path string) (*teller, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, results.Infra(fmt.Errorf("begin the job: %w", err))
	}
	return &teller{file: f}, nil
}

func (t *teller) tell(n note) {
	line, err := json.Marshal(n)
	if err != nil { // a loss that is no number
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.file.Write(append(line, '\n'))
}

func (t *teller) close() error { return t.file.Close() }

// parseNotes reads the whole lines of a progress file, up to one that is no note.
func parseNotes(data []byte) []note {
	var notes []note
	for line := range bytes.Lines(data) {
		var n note
		if !bytes.HasSuffix(line, []byte("\n")) || json.Unmarshal(line, &n) != nil {
			break
		}
		notes = append(notes, n)
	}
	return notes
}
