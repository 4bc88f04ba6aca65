// Package published holds the figures that the paper prints (arXiv 2605.30407v2,
// tables 1 to 5). They are CSV files in the binary, read into typed rows.
//
// The files are kept as printed, mistakes included: recomputing one table from
// another finds the cells that disagree. A figure keeps the digits it was printed
// with, see [Decimal]. No table prints the sizes of the private sets; they are
// inferred from the accuracies ([Tables.Sizes]).
//
// The package is not for judging agreement (package report).
package published

import (
	"embed"
	"io/fs"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

//go:embed csv/*.csv
var files embed.FS

// What the published runs share (protocol.md sections 6 and 7).
const (
	Suite   = "paper"
	Teacher = "Qwen3-30B-A3B"
	Student = "meta-llama/Llama-3.1-8B-Instruct"
)

// Row names a row of the main tables.
type Row struct {
	Workflow results.Workflow
	Agent    string // as printed, such as GPT-5.2
	Setting  results.Setting
}

// MainCell is one cell of Table 1.
type MainCell struct {
	Row
	Domain results.Domain // empty in an average over domains
	MATS   Decimal
	Gain   Decimal // %
}

// RawRun is one run of Table 4.
type RawRun struct {
	Row
	Domain   results.Domain
	Run      int
	MATS     Decimal
	Accuracy Decimal // %
}

// HumanRow is one row of Table 2.
type HumanRow struct {
	Method, Source, Pipeline, Teacher string
	Gain                              Decimal // %
}

// BaseRow is one row of Table 3: the student before training.
type BaseRow struct {
	Domain    results.Domain
	Benchmark string
	Accuracy  Decimal // %
}

// PairRow is one row of Table 5: other teachers and students.
type PairRow struct {
	Workflow         results.Workflow
	Teacher, Student string
	Domain           results.Domain
	Agent            string
	Gain             Decimal // %
}

// Tables holds all published figures, each table in its file's order.
type Tables struct {
	Main     []MainCell // Table 1 by domain
	Averages []MainCell // Table 1, averages over domains
	Human    []HumanRow // Table 2
	Base     []BaseRow  // Table 3
	Raw      []RawRun   // Table 4
	Pairs    []PairRow  // Table 5
}

// Load reads the embedded tables.
func Load() (Tables, error) {
	dir, err := fs.Sub(files, "csv")
	if err != nil {
		return Tables{}, err
	}
	return Read(dir)
}

// AgentID is the name under which an agent of the tables is defined.
func AgentID(printed string) string { return strings.ToLower(printed) }

// Names maps the agents' ids to the names as printed.
func (t Tables) Names() map[string]string {
	names := map[string]string{}
	for _, r := range t.Raw {
		names[AgentID(r.Agent)] = r.Agent
	}
	return names
}

// Outcomes are the runs of Table 4 against the base of Table 3, in the form in
// which measured trials are scored. A run whose domain has no base is left out.
func (t Tables) Outcomes() []results.Outcome {
	sizes := t.Sizes()
	base := map[results.Domain]Decimal{}
	for _, b := range t.Base {
		base[b.Domain] = b.Accuracy
	}
	var out []results.Outcome
	for _, r := range t.Raw {
		b, ok := base[r.Domain]
		if !ok {
			continue
		}
		out = append(out, results.Outcome{
			TrialID: results.TrialID{
				Domain: r.Domain, Workflow: r.Workflow, Setting: r.Setting, Agent: AgentID(r.Agent), Run: r.Run,
			},
			Kind: results.OfPaper, Experiment: "published", Suite: Suite, Protocol: results.Paper().Name,
			Teacher: Teacher, Student: Student, Valid: true,
			BasePrivate: counts(sizes, r.Domain, b), Finals: []results.Score{counts(sizes, r.Domain, r.Accuracy)},
			Printed: &results.Printed{Accuracy: r.Accuracy.Value, Base: b.Value, MATS: r.MATS.Value},
		})
	}
	return out
}
