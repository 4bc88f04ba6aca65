package site

import (
	"encoding/json"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/report/trial"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

// attemptData is the page of an attempt.
type attemptData struct {
	trial.Attempt
	Before, After string // pages of the attempts beside it
	Texts         trial.Texts
	Code          template.HTML
	Change        change
	Rows          rowsShown
	Wrong         wrongShown
	Calls         []callLink
	CallsTotal    int
	Faults        []trial.Fault
}

// callLink leads to a teacher call.
type callLink struct {
	Number  int // from 1, in the trial
	Address string
}

// rowsShown are the first rows of a submission.
type rowsShown struct {
	Total int
	Rows  []shownRow
}

type shownRow struct {
	N    int
	Row  results.Row
	Call *callLink // in whose answer the row's output stands; nil where there is none

	Origin record.Origin // as the audit says; empty where it says nothing
}

type wrongShown struct {
	Total int
	List  []trial.Wrong
}

func (p *trialPages) attempt(n int) ([]byte, error) {
	d := attemptData{Attempt: p.view.Attempts[n-1], Texts: p.texts[n-1], Change: p.changes[n-1], Code: highlight("python", p.texts[n-1].Code)}
	if n > 1 {
		d.Before = attemptPage(n - 1)
	}
	if n < len(p.view.Attempts) {
		d.After = attemptPage(n + 1)
	}
	for i, c := range p.calls {
		if c.Attempt == n {
			if d.CallsTotal++; len(d.Calls) < 10 {
				d.Calls = append(d.Calls, *p.callLink(i))
			}
		}
	}
	for _, f := range p.view.Faults {
		if f.Attempt == n {
			d.Faults = append(d.Faults, f)
		}
	}
	var err error
	if d.Rows, err = p.rows(n); err != nil {
		return nil, err
	}
	if d.Wrong, err = p.wrong(n); err != nil {
		return nil, err
	}
	return p.render("attempt", attemptPage(n), d)
}

// rows are the first rows of attempt n's submission, each with the call that it came
// from, as far as a call of the attempts so far has its output in its answer.
func (p *trialPages) rows(n int) (shown rowsShown, err error) {
	err = trial.EachRow(p.trial.Dir, n, func(at int, r results.Row) error {
		if shown.Total++; len(shown.Rows) < shownRows {
			row := shownRow{N: shown.Total, Row: r, Call: p.source(r, n)}
			if p.audit != nil && p.audit.Attempt == n {
				row.Origin, _ = p.audit.RowOrigins.At(at)
			}
			shown.Rows = append(shown.Rows, row)
		}
		return nil
	})
	return shown, err
}

// source finds the call of attempts up to n whose answer holds the row's output and its
// question; without one, the one that holds the output, if that is more than a word.
func (p *trialPages) source(r results.Row, n int) *callLink {
	output, question := spellings(r.Output), spellings(r.Instruction)
	var partly *callLink
	for i, c := range p.calls {
		if c.Attempt > n || !holdsAny(c.Answer, output) {
			continue
		}
		if holdsAny(c.Answer, question) || holdsAny(c.Prompt, question) {
			return p.callLink(i)
		}
		if partly == nil && len(r.Output) > shortOutput {
			partly = p.callLink(i)
		}
	}
	return partly
}

// spellings are the ways in which a text may stand in an answer: as it is, and within
// JSON; none for an empty one.
func spellings(s string) []string {
	s = strings.TrimSpace(s)
	quoted, err := json.Marshal(s)
	if s == "" || err != nil {
		return nil
	}
	return []string{s, string(quoted[1 : len(quoted)-1])}
}

func holdsAny(text string, spellings []string) bool {
	return slices.ContainsFunc(spellings, func(s string) bool { return strings.Contains(text, s) })
}

// shortOutput is the length in bytes up to which an output is in too many answers to
// tell where it came from.
const shortOutput = 24

func (p *trialPages) wrong(n int) (w wrongShown, err error) {
	var questions []trial.Question
	if p.site.Questions != nil {
		questions = p.site.Questions(p.trial)
	}
	w.List, w.Total, err = trial.ReadWrong(p.trial.Dir, n, questions, "", shownWrong)
	return w, err
}

// callsData is a page of teacher calls.
type callsData struct {
	First, Last, Total int
	Before, After      string
	Pages              []string
	Number             int
	Calls              []shownCall
}

type shownCall struct {
	trial.Call
	Number int
	ID     string
}

func (p *trialPages) callsOf(n int) ([]byte, error) {
	first, last := p.parts[n-1], len(p.calls)
	if n < len(p.parts) {
		last = p.parts[n]
	}
	d := callsData{First: first + 1, Last: last, Total: len(p.calls), Number: n}
	for i, c := range p.calls[first:last] {
		d.Calls = append(d.Calls, shownCall{c, first + i + 1, callID(c)})
	}
	if n > 1 {
		d.Before = callsPage(n - 1)
	}
	if n < p.callPages() {
		d.After = callsPage(n + 1)
	}
	return p.render("calls", callsPage(n), d)
}

// callLink leads to the trial's call i, from 0, from a page in the same folder.
func (p *trialPages) callLink(i int) *callLink {
	return &callLink{i + 1, callsPage(p.part(i)+1) + "#" + callID(p.calls[i])}
}

// callID is the place of a call in its page: the beginning of its line's digest.
func callID(c trial.Call) string { return "c-" + slug(c.Digest[:min(16, len(c.Digest))]) }

// shortTime is a time to the second, or less for a short one.
func shortTime(d time.Duration) string {
	if d < 10*time.Second {
		return d.Round(time.Second / 10).String()
	}
	return d.Round(time.Second).String()
}
