package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/report/stats"
	"github.com/autodatabench/autodatabench/results"
)

// Row is the result of one agent, workflow and setting in an experiment.
type Row struct {
	Rank       int                 `json:"rank"` // from 1; 0 is not ranked
	Agent      string              `json:"agent"`
	Name       string              `json:"name"` // shown
	Kind       results.OutcomeKind `json:"kind"`
	Standing   Standing            `json:"standing"` // of made, source and assurance in one word
	Made       results.Maker       `json:"made_by"`
	Source     results.Source      `json:"source"`
	Assurance  results.Assurance   `json:"assurance"`
	AssuredBy  string              `json:"assured_by,omitempty"` // signers of receipts
	Experiment string              `json:"experiment"`
	Workflow   results.Workflow    `json:"workflow"`
	Setting    results.Setting     `json:"setting"`
	Marks      []Mark              `json:"marks"`
	Domains    []DomainResult      `json:"domains"` // in the group's order

	Gain      stats.Value    `json:"gain"`       // %, average over domains; failed runs count as 0
	GainValid results.Number `json:"gain_valid"` // %, over the runs with a valid submission only
	Points    stats.Value    `json:"points"`     // percentage points of accuracy
	MATS      results.Number `json:"mats"`       // mean over domains of the runs' MATS
	Pooled    stats.Estimate `json:"mats_pooled"`

	Uncertainty *Uncertainty `json:"uncertainty,omitempty"`
	Reliability Reliability  `json:"reliability"`

	Runs          int                     `json:"runs"`
	ValidRuns     int                     `json:"valid_runs"`
	Attempts      int                     `json:"attempts"`
	ValidAttempts int                     `json:"valid_attempts"`
	Failures      map[results.Failure]int `json:"failures"`
	Usage         results.Usage           `json:"usage"`
	Cost          results.Number          `json:"cost_usd"`   // of all runs
	Elapsed       time.Duration           `json:"elapsed_ns"` // of all runs
	Warnings      []string                `json:"warnings,omitempty"`

	Audit *RowAudit `json:"audit,omitempty"` // nil where no run was audited
}

// DomainResult is a row's result in one domain.
type DomainResult struct {
	Domain results.Domain `json:"domain"`
	results.Cell
	GainSD    results.Number `json:"gain_sd"`
	GainValid results.Number `json:"gain_valid"`
	ValidRuns int            `json:"valid_runs"`

	Attempts int                     `json:"attempts"`
	Failures map[results.Failure]int `json:"failures"`
}

// rowKey is what the outcomes of a row share.
type rowKey struct {
	kind              results.OutcomeKind
	agent, experiment string
	workflow          results.Workflow
	setting           results.Setting
}

func keyOfRow(o results.Outcome) rowKey {
	return rowKey{kind: o.Kind, agent: o.Agent, experiment: o.Experiment, workflow: o.Workflow, setting: o.Setting}
}

func (r Row) rowKey() rowKey {
	return rowKey{kind: r.Kind, agent: r.Agent, experiment: r.Experiment, workflow: r.Workflow, setting: r.Setting}
}

func (k rowKey) compare(other rowKey) int {
	return cmp.Or(cmp.Compare(k.agent, other.agent), cmp.Compare(k.workflow, other.workflow), cmp.Compare(k.setting, other.setting),
		cmp.Compare(k.kind, other.kind), cmp.Compare(k.experiment, other.experiment))
}

// newRows makes the rows, in the order of their keys.
func newRows(outcomes []results.Outcome, domains []results.Domain, names shown) []Row {
	keys, byKey := grouped(outcomes, keyOfRow)
	slices.SortFunc(keys, rowKey.compare)
	rows := []Row{}
	for _, k := range keys {
		row := Row{
			Agent: k.agent, Name: names.of(k.experiment, k.agent), Kind: k.kind, Experiment: k.experiment, Workflow: k.workflow, Setting: k.setting,
			Failures: map[results.Failure]int{}, Marks: []Mark{},
		}
		members := byKey[k]
		slices.SortFunc(members, compareOutcomes) // floating-point sums depend on the order
		row.count(members)
		row.score(members, domains)
		row.warnChanged(members)
		row.mark(members)
		row.Audit = auditOf(members, domains)
		row.assure(members)
		row.Standing = row.standing()
		rows = append(rows, row)
	}
	return rows
}

func compareOutcomes(a, b results.Outcome) int {
	x, y := a.Result(), b.Result()
	return cmp.Or(cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.TrialID.Run, b.TrialID.Run),
		cmp.Compare(x.Accuracy.Value, y.Accuracy.Value), cmp.Compare(x.MATS.Value, y.MATS.Value),
		cmp.Compare(a.Seed, b.Seed), cmp.Compare(a.Rows, b.Rows))
}

func (r *Row) count(outcomes []results.Outcome) {
	r.Runs = len(outcomes)
	costs := make([]results.Number, 0, len(outcomes))
	for _, o := range outcomes {
		if o.Valid {
			r.ValidRuns++
		}
		r.Attempts += o.Attempts
		r.ValidAttempts += o.ValidAttempts
		for failure, n := range o.Failures {
			r.Failures[failure] += n
		}
		r.Usage = r.Usage.Add(o.Usage)
		r.Elapsed += o.Elapsed
		costs = append(costs, o.Cost)
	}
	mean := results.Mean(costs)
	r.Cost = results.Num(mean.Value*float64(len(costs)), mean.Known)
	r.Pooled = stats.PooledMATS(r.Attempts, r.ValidAttempts)
}

func (r *Row) score(outcomes []results.Outcome, domains []results.Domain) {
	var gains, points []stats.Value
	var valid []results.Number
	cells, changed := map[results.Domain]results.Cell{}, map[results.Domain]bool{}
	for _, d := range domains {
		var runs, validRuns []results.Run
		attempts, failures := 0, map[results.Failure]int{}
		for _, o := range outcomes {
			if o.Domain != d {
				continue
			}
			if o.Changed != "" || o.Cancelled() {
				changed[d] = true
			}
			run := o.Result()
			runs = append(runs, run)
			attempts += o.Attempts
			for failure, n := range o.Failures {
				failures[failure] += n
			}
			if run.Valid {
				validRuns = append(validRuns, run)
			}
		}
		gain := stats.OverRuns(figures(runs, results.Run.Gain))
		result := DomainResult{
			Domain: d, Cell: results.CellOf(runs), GainSD: gain.SD,
			GainValid: results.CellOf(validRuns).Gain, ValidRuns: len(validRuns),
			Attempts: attempts, Failures: failures,
		}
		cells[d] = result.Cell
		gains, points = append(gains, gain), append(points, stats.OverRuns(figures(runs, results.Run.Points)))
		valid = append(valid, result.GainValid)
		r.Domains = append(r.Domains, result)
	}
	r.warn(changed)
	r.Gain, r.Points, r.GainValid = stats.OverDomains(gains), stats.OverDomains(points), results.Mean(valid)
	r.MATS = results.Average(domains, cells, func(c results.Cell) results.Number { return c.MATS })
}

func figures(runs []results.Run, figure func(results.Run) results.Number) []results.Number {
	values := make([]results.Number, len(runs))
	for i, run := range runs {
		values[i] = figure(run)
	}
	return values
}

// warn says what is missing or uneven, each warning with the domains it holds for.
// Domains with changed or cancelled runs are left to warnChanged.
func (r *Row) warn(changed map[results.Domain]bool) {
	var order []string
	domains := map[string][]string{}
	say := func(d DomainResult, format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		if domains[text] == nil {
			order = append(order, text)
		}
		domains[text] = append(domains[text], string(d.Domain))
	}
	most := 0
	for _, d := range r.Domains {
		most = max(most, d.Runs)
	}
	for _, d := range r.Domains {
		switch {
		case d.Runs == 0:
			say(d, "no run")
		case changed[d.Domain]:
		case !d.Base.Known:
			say(d, "the base student's score is missing")
		case !d.Accuracy.Known:
			say(d, "a run has no final score yet")
		case !d.Gain.Known:
			say(d, "base accuracy is 0, so that a relative gain is undefined")
		}
		if d.MATSRuns > 0 && d.MATSRuns < d.Runs {
			say(d, "MATS over %d of %d runs; no submission was valid in the others", d.MATSRuns, d.Runs)
		}
		if d.Runs > 0 && d.Runs < most {
			say(d, "%d of %d runs", d.Runs, most)
		}
	}
	for _, text := range order {
		r.Warnings = append(r.Warnings, strings.Join(domains[text], ", ")+": "+text)
	}
}

// warnChanged names the runs whose files are not what they were when they were sealed
// or scored, and those that were cancelled.
func (r *Row) warnChanged(outcomes []results.Outcome) {
	for _, o := range outcomes {
		if o.Changed != "" {
			r.Warnings = append(r.Warnings, fmt.Sprintf("%s: run %d counts no more, so that the row has no rank: %s", o.Domain, o.TrialID.Run, o.Changed))
		}
		if o.Cancelled() {
			r.Warnings = append(r.Warnings, fmt.Sprintf("%s: run %d was cancelled, so that the row has no rank", o.Domain, o.TrialID.Run))
		}
	}
}
