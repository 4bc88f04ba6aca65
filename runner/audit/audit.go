// Package audit says where the rows of a trial come from and whether the trial kept the
// rules, from its folder alone: no judge, no model, no chance.
//
// [Run] compares every row of the chosen submission with all answers of the trial's
// teacher, with the programs of its attempts, with the seed pool and with the evaluation
// sets. It derives budgets and the edges of the workflow again from ledger and log. The figures
// become findings by [Rules], whose thresholds were measured on trials of honest engineers (bench/doc/audit.md).
//
// # How rows are traced
//
// A text is compared as its words and numbers ([tokens]): case, white space, punctuation
// and escapes do not count. The rows are indexed, and the answers are read once, so that
// memory does not grow with them. A row is the teacher's if one call's answer holds the
// row's answer, and the same call's request or answer holds its question. A call whose
// request held the answer already repeats it and made nothing. Exact containment is
// teacher-made. A row of which half of the words and all numbers are in the call is
// post-processed.
//
// The package is not for hiding, deleting or ranking: an audit is a file beside the
// trial. It is not for the quality of rows. Invariants: equal folders and sets give equal
// audits; nothing of a private item leaves the package but counts; the folder is hostile,
// and nothing in it is run.
package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/submission"
	"github.com/autodatabench/autodatabench/tasks"
)

// Inputs are what an audit reads.
type Inputs struct {
	Trial   record.Trial
	Task    tasks.Task
	Private []tasks.Item // nil where the private set is not at hand

	// Scores on the private set, for over-fitting; zero and nil where there are none.
	Base   results.Score
	Finals []results.Score       // of the chosen submission
	Rounds map[int]results.Score // by attempt
}

// Report is an audit with its rows.
type Report struct {
	record.Audit
	Traced []Row `json:"traced,omitempty"` // the rows that are trained on, in their order
}

// Run audits a trial, which may have ended or not. Errors: what cannot be read at all.
func Run(in Inputs) (Report, error) {
	state, protocol, err := follow(in)
	if err != nil {
		return Report{}, fmt.Errorf("audit %s: %w", in.Trial, err)
	}
	r := Report{Audit: record.Audit{
		Rules: Version, Trial: state.Spec.TrialID, Attempt: state.Best,
		Origins: map[record.Origin]int{}, Operations: map[string]int{}, Sets: map[string]record.Overlap{},
	}}
	if r.Head, err = disk.Head(in.Trial.Events()); err != nil {
		return r, err
	}
	m := measured{protocol: protocol}
	if state.Best > 0 {
		if err := r.trace(in, state, &m); err != nil {
			return r, fmt.Errorf("audit %s: %w", in.Trial, err)
		}
	}
	r.Rounds = rounds(in, state)
	r.Findings = judge(&r.Audit, m)
	r.Level = results.Sum(Version, r.Findings).Level
	return r, nil
}

// measured is what rules need beside the figures of the audit.
type measured struct {
	protocol []breach
	encoded  int // characters of programs that are no plain text
	decoded  int // rows in them
}

// trace compares the rows of the chosen submission with all that they may come from.
func (r *Report) trace(in Inputs, state *results.Trial, m *measured) error {
	data, err := in.Trial.Attempt(state.Best).Submission().Read()
	if errors.Is(err, fs.ErrNotExist) {
		m.protocol = append(m.protocol, breach{RuleFiles, results.Warning, "the chosen submission is not in the folder, so that its rows are not traced"})
		return nil
	}
	if err != nil {
		return err
	}
	r.Submission = disk.Digest(data)
	rows, places := submission.Used(bytes.NewReader(data), state.Spec.Protocol.Budget)
	t := newTracer(rows)
	if err := r.calls(in.Trial, state, t); err != nil {
		return err
	}
	for n := 1; n <= state.Best; n++ {
		code, err := in.Trial.Attempt(n).Code().ReadString()
		if err != nil {
			return err
		}
		t.program(code, false)
		characters, texts := encoded(code)
		m.encoded = max(m.encoded, characters)
		for _, text := range texts {
			t.program(text, true)
		}
	}
	public := publicSet(in.Task.Public)
	r.Rows, r.Repeats = len(rows), t.repeats()
	r.Topics = results.Num(topics(t.entries), len(rows) > 0)
	r.Traced = t.rows(rows, public, newSet(in.Task.Seed, nil))
	origins := make([]record.Origin, 0, len(rows))
	for _, row := range r.Traced {
		r.Origins[row.Origin]++
		origins = append(origins, row.Origin)
		if row.Operation != "" {
			r.Operations[row.Operation]++
		}
		if row.Operation == opEncoded {
			m.decoded++
		}
	}
	r.RowOrigins = record.NewRowOrigins(places, origins)
	r.Sets["public"] = public.overlap(t.entries)
	if in.Private != nil {
		r.Sets["private"] = publicSet(in.Private).overlap(t.entries)
	}
	return nil
}

// calls compares the rows with the answered calls of the attempts up to the chosen one.
func (r *Report) calls(dir record.Trial, state *results.Trial, t *tracer) error {
	there := map[string]bool{}
	err := dir.Teacher().Read(func(digest string, e record.Exchange) error {
		if e.Attempt <= state.Best {
			there[digest] = true
			t.call(e)
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.Answers = t.answers
	named, err := answeredCalls(dir)
	if errors.Is(err, fs.ErrNotExist) { // nobody knows which answers there were
		r.Missing = max(0, state.Usage.TeacherCalls-t.answers)
		return nil
	}
	for digest, attempt := range named {
		if attempt <= state.Best && !there[digest] {
			r.Missing++
		}
	}
	return err
}
