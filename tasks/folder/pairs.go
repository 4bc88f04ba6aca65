package folder

import (
	"fmt"
	"strings"

	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/evaluators"
	"github.com/autodatabench/autodatabench/tasks/rules"
)

// Pair is a question with its answer, from a line of a table. Its group, if it has
// one, is in its fields.
type Pair = Placed[tasks.Item]

const leastPairs = 8

// Columns name the columns of a table of pairs, in any case. Left out are question,
// answer, context and group; the last two may be missing then.
type Columns struct {
	Question, Answer string
	Context          string // what the question is about; it is put before the question
	Group            string // questions of one group stay in one set
	Separator        rune   // of a CSV; found out if left out
}

func (c Columns) question() string { return named(c.Question, "question") }
func (c Columns) answer() string   { return named(c.Answer, "answer") }

// Wanted lists the columns that are read.
func (c Columns) Wanted() []string {
	return []string{c.question(), c.answer(), named(c.Context, "context"), named(c.Group, GroupField), rules.AliasesField}
}

// named is the name of a column, as it is compared.
func named(name, usual string) string {
	if name == "" {
		return usual
	}
	return folded(strings.TrimSpace(name))
}

// PairsOf makes pairs of a table's rows, whose columns are named in lower case.
func PairsOf(path string, columns Columns, rows []Placed[map[string]string]) ([]Pair, []Finding) {
	reader := newPairReader(path, columns)
	for _, row := range rows {
		if !reader.add(row.Line, row.Value) {
			break
		}
	}
	return reader.done()
}

// pairReader makes pairs of rows, one by one.
type pairReader struct {
	path     string
	columns  Columns
	rows     int
	seen     map[string]int // question to line
	pairs    []Pair
	findings []Finding
}

func newPairReader(path string, columns Columns) *pairReader {
	return &pairReader{path: path, columns: columns, seen: map[string]int{}}
}

func (r *pairReader) fault(line int, reason string) {
	r.findings = append(r.findings, Finding{r.path, line, reason})
}

// add takes a row; false says that no more are taken.
func (r *pairReader) add(line int, values map[string]string) bool {
	if len(r.findings) == maxFindings || len(r.pairs) == maxItems {
		r.fault(line, fmt.Sprintf("too many faults or more than %d pairs: not read any further", maxItems))
		return false
	}
	r.rows++
	value := func(column string) string { return strings.TrimSpace(values[column]) }
	question, answer := value(r.columns.question()), value(r.columns.answer())
	err := present(field{r.columns.question(), &question}, field{r.columns.answer(), &answer})
	context := value(named(r.columns.Context, "context"))
	if context != "" {
		question = context + "\n\n" + question
	}
	if before := r.seen[Normal(question)]; err == nil && before != 0 {
		err = fmt.Errorf("the question is also in line %d", before)
	}
	if err == nil && len(question) > maxQuestion {
		err = fmt.Errorf("question and context have %d bytes, more than %d", len(question), maxQuestion)
	}
	if err != nil {
		r.fault(line, err.Error())
		return true
	}
	r.seen[Normal(question)] = line
	item := tasks.Item{ID: fmt.Sprintf("q-%04d", r.rows), Question: question, Answer: answer, Fields: map[string]string{}}
	for name, text := range map[string]string{
		GroupField: value(named(r.columns.Group, GroupField)), contextField: context, rules.AliasesField: value(rules.AliasesField),
	} {
		if text != "" {
			item.Fields[name] = text
		}
	}
	r.pairs = append(r.pairs, Pair{item, line})
	return true
}

// contextField holds a pair's context until the task is made; no item has it.
const contextField = "context"

func (r *pairReader) done() ([]Pair, []Finding) {
	if len(r.pairs) < leastPairs && len(r.findings) == 0 {
		r.fault(0, fmt.Sprintf("it holds %d pairs; a task needs %d", len(r.pairs), leastPairs))
	}
	return r.pairs, r.findings
}

// CheckPairs reports the pairs whose answers the evaluator cannot use.
func CheckPairs(path string, pairs []Pair, e evaluators.Named) (findings []Finding) {
	for _, p := range pairs {
		if err := e.Check(p.Value); err != nil {
			findings = append(findings, Finding{path, p.Line, err.Error()})
		}
	}
	return findings
}
