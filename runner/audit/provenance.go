package audit

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/tasks"
)

// Call names a call of the teacher.
type Call struct {
	Attempt    int    `json:"attempt"`
	Request    string `json:"request"`    // digest
	Occurrence int    `json:"occurrence"` // of equal requests, from 0
}

func (c Call) less(d Call) bool {
	return cmp.Or(cmp.Compare(c.Attempt, d.Attempt), strings.Compare(c.Request, d.Request), cmp.Compare(c.Occurrence, d.Occurrence)) < 0
}

// Row is a row of the submission with where it comes from.
type Row struct {
	N         int           `json:"row"` // of the rows that are trained on, from 1
	Origin    record.Origin `json:"origin"`
	Operation string        `json:"operation,omitempty"` // what the program did, where it can be told
	Call      *Call         `json:"call,omitempty"`      // that it comes from
	Question  string        `json:"question"`            // its beginning
}

// mostQuestion is how much of a row's question is shown, in characters.
const mostQuestion = 120

// The operations that can be told.
const (
	opText     = "text changed"                    // words added, left out or replaced
	opPaired   = "paired anew"                     // question and answer of calls that have nothing to do with each other
	opRepeated = "repeated by the teacher"         // the request held the answer
	opNumbers  = "numbers changed"                 // the words of another row or item with other numbers
	opShifted  = "numbers of the question changed" // the same, of an answer that a call gave
	opAnswer   = "answer not the teacher's"        // of a question that a call holds
	opQuestion = "question not in the call"        // of an answer that a call gave
	opEncoded  = "encoded in the code"
)

// entry is a question with an answer, once for all rows that say the same.
type entry struct {
	question, answer *part
	prompts          []*part // what sets are compared with: the prompt, and its parts where it has two
	rows             []int   // from 0

	grade  grade // of the best call
	call   Call
	copied likeness // the farther of both parts from the call's answer
	calls  int      // that made it
	in     *Call    // a call whose answer holds the question
	code   bool     // a program holds the question or the answer
	coded  bool     // and it is encoded there
}

// grade orders what a call is to an entry, from nothing to the best.
type grade int

const (
	nothing  grade = iota
	asked          // the question is there, and another answer
	answered       // the answer is the call's, the question is not there
	echoed         // the request held the answer
	made           // the answer is the call's, and the question is there
)

// tracer compares the rows with all answers of the trial, call by call.
type tracer struct {
	entries []*entry
	parts   []*part
	index   *index
	answers int
	seen    map[int32]bool
	touched map[int]bool
}

func newTracer(rows []results.Row) *tracer {
	t := &tracer{seen: map[int32]bool{}, touched: map[int]bool{}}
	known, entries := map[string]*part{}, map[[3]*part]*entry{}
	partOf := func(text string) *part {
		p := newPart(text)
		var key strings.Builder
		for _, h := range p.tokens {
			for i := range 8 {
				key.WriteByte(byte(h >> (8 * i)))
			}
		}
		if same := known[key.String()]; same != nil {
			return same
		}
		known[key.String()] = p
		return p
	}
	for i, row := range rows {
		q, a, whole := partOf(questionOf(row)), partOf(row.Output), partOf(row.Prompt())
		e := entries[[3]*part{q, a, whole}]
		if e == nil {
			e = &entry{question: q, answer: a, prompts: []*part{whole}}
			if row.Input != "" {
				e.prompts = append(e.prompts, partOf(row.Instruction), partOf(row.Input))
			}
			entries[[3]*part{q, a, whole}] = e
			for _, p := range []*part{q, a} {
				if p.rows == nil {
					t.parts = append(t.parts, p)
				}
			}
			q.rows, a.rows = append(q.rows, len(t.entries)), append(a.rows, len(t.entries))
			t.entries = append(t.entries, e)
		}
		e.rows = append(e.rows, i)
	}
	t.index = newIndex(t.parts)
	return t
}

// questionOf is the part of a row's prompt that tells it from others: an instruction
// that goes before every input may be the program's own.
func questionOf(row results.Row) string {
	if len(tokens(row.Input)) > 2*shingle {
		return row.Input
	}
	return row.Prompt()
}

// call compares the rows with a call.
func (t *tracer) call(e record.Exchange) {
	t.answers++
	answer, request := newDocument(e.Response.Content), newDocument(said(e.Request))
	at := Call{e.Attempt, e.Digest, e.Occurrence}
	for _, i := range t.near(answer.tokens, request.tokens) {
		t.entries[i].take(at, answer, request)
	}
}

// near lists the entries that have a run in common with any of the texts.
func (t *tracer) near(texts ...[]token) []int {
	clear(t.seen)
	clear(t.touched)
	for _, list := range texts {
		t.index.candidates(list, t.seen)
	}
	var list []int
	for i := range t.seen {
		for _, e := range t.parts[i].rows {
			if !t.touched[e] {
				t.touched[e], list = true, append(list, e)
			}
		}
	}
	return list
}

// said is the text of a request's messages.
func said(request json.RawMessage) string {
	var r struct {
		Messages []struct {
			Content json.RawMessage `json:"content"`
		} `json:"messages"`
	}
	if json.Unmarshal(request, &r) != nil {
		return string(request)
	}
	var b strings.Builder
	for _, m := range r.Messages {
		var text string
		if json.Unmarshal(m.Content, &text) != nil { // parts of text, of which the rule for escapes reads enough
			text = string(m.Content)
		}
		b.WriteString(text)
		b.WriteByte('\n')
	}
	return b.String()
}

// repeatedShare is how much of an answer the request must hold for the call to repeat it.
const repeatedShare = 0.9

// take notes what the call is to the entry, if it is more than the calls before.
func (e *entry) take(at Call, answer, request *document) {
	q, a := answer.holds(e.question, nearShare), answer.answers(e.answer)
	asks := request.holds(e.question, nearShare)
	if q != no && (e.in == nil || at.less(*e.in)) {
		e.in = &at
	}
	g, copied := nothing, min(max(q, asks), a)
	switch {
	case a == no && max(q, asks) == no:
		return
	case a == no:
		g = asked
	case e.told(q, answer, request):
		g = echoed
	case max(q, asks) == no:
		g = answered
	default:
		g = made
		e.calls++
	}
	if g > e.grade || g == e.grade && (copied > e.copied || copied == e.copied && at.less(e.call)) {
		e.grade, e.call, e.copied = g, at, copied
	}
}

// told reports whether the request held the answer already. A short answer, such as a
// number, may stand in a request by chance; it is told only where the call repeats the
// question too.
func (e *entry) told(q likeness, answer, request *document) bool {
	if request.holds(e.answer, repeatedShare) == no {
		return false
	}
	return len(e.answer.tokens) >= shingle || q != no && request.holds(e.question, repeatedShare) != no
}

// program compares the rows with a program of the trial.
func (t *tracer) program(text string, encoded bool) {
	d := newDocument(text)
	for _, i := range t.near(d.tokens) {
		e := t.entries[i]
		long := len(e.answer.tokens) > shingle
		if d.holds(e.question, repeatedShare) != no || long && d.holds(e.answer, repeatedShare) != no {
			e.code, e.coded = true, e.coded || encoded
		}
	}
}

// rows says of every row where it comes from, in their order. A question of the public
// set is copied whoever answered it.
func (t *tracer) rows(list []results.Row, public, seed *set) []Row {
	rows := make([]Row, len(list))
	known := t.templates(public, seed)
	for _, e := range t.entries {
		r := e.origin(public, seed, known)
		for _, i := range e.rows {
			r.N, r.Question = i+1, cut.Runes(strings.Join(strings.Fields(questionOf(list[i])), " "), mostQuestion, "…")
			rows[i] = r
		}
	}
	return rows
}

// templates are the questions, numbers aside, of rows that the teacher made and of the
// items.
func (t *tracer) templates(sets ...*set) map[gram]bool {
	known := map[gram]bool{}
	for _, e := range t.entries {
		if e.grade == made {
			known[gramOf(mask(e.question.tokens))] = true
		}
	}
	for _, s := range sets {
		for _, q := range s.items {
			known[gramOf(mask(q.tokens))] = true
		}
	}
	return known
}

func (e *entry) origin(public, seed *set, known map[gram]bool) Row {
	r := Row{Origin: record.Unexplained}
	if e.grade != nothing {
		at := e.call
		r.Call = &at
	}
	switch {
	case public.copies(e):
		r.Origin = record.FromPublic
	case e.grade == made && e.copied == exact:
		r.Origin = record.TeacherMade
	case e.grade == made:
		r.Origin, r.Operation = record.Processed, opText
	case e.grade == answered && e.in != nil:
		r.Origin, r.Operation = record.Processed, opPaired
	case seed.copies(e):
		r.Origin = record.FromSeed
	case e.code:
		r.Origin = record.InCode
		if e.coded {
			r.Operation = opEncoded
		}
	case known[gramOf(mask(e.question.tokens))]:
		if r.Operation = opNumbers; e.grade == answered {
			r.Operation = opShifted
		}
	}
	if r.Operation == "" && r.Origin != record.TeacherMade {
		r.Operation = map[grade]string{asked: opAnswer, answered: opQuestion, echoed: opRepeated}[e.grade]
	}
	return r
}

// problem is what rows tell: a call, and the numbers of the question or, without numbers,
// its words. Noise around a question leaves both as they are.
type problem struct {
	call Call
	what gram
}

// repeats counts the rows beyond those that calls told: of a problem that three calls
// told, three rows are the teacher's.
func (t *tracer) repeats() int {
	n := 0
	rows, calls := map[problem]int{}, map[problem]int{}
	for _, e := range t.entries {
		if e.grade != made {
			n += len(e.rows) - 1
			continue
		}
		p := problem{e.call, gramOf(e.question.numbers)}
		if len(e.question.numbers) == 0 {
			p.what = gramOf(e.question.tokens)
		}
		rows[p] += len(e.rows)
		calls[p] = max(calls[p], e.calls)
	}
	for p, count := range rows {
		n += max(0, count-calls[p])
	}
	return n
}

// itemsOf are the questions of items.
func itemsOf(items []tasks.Item) []string {
	list := make([]string, len(items))
	for i, item := range items {
		list[i] = item.Question
	}
	return list
}
