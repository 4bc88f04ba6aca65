package index

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// Filter selects outcomes; an empty field selects all.
type Filter struct {
	Experiment string
	Kind       results.OutcomeKind
	Domain     results.Domain
	Workflow   results.Workflow
	Setting    results.Setting
	Agent      string
}

// Put adds outcomes, in place of those of the same trials, all or none.
func (x *Index) Put(ctx context.Context, outcomes ...results.Outcome) error {
	err := x.inTx(ctx, func(tx *sql.Tx) error { return insert(ctx, tx, outcomes) })
	if err != nil {
		return x.fault("write", err)
	}
	return nil
}

// Replace makes all the outcomes of the index, in one step that readers see
// whole or not at all.
func (x *Index) Replace(ctx context.Context, all []results.Outcome) error {
	err := x.inTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM outcomes`); err != nil {
			return err
		}
		return insert(ctx, tx, all)
	})
	if err != nil {
		return x.fault("rebuild", err)
	}
	return nil
}

// Outcomes returns the outcomes that f selects, sorted by experiment, kind,
// agent, workflow, setting, domain and run.
func (x *Index) Outcomes(ctx context.Context, f Filter) ([]results.Outcome, error) {
	outcomes, err := x.query(ctx, f)
	if err != nil {
		return nil, x.fault("read", err)
	}
	return outcomes, nil
}

// row is an outcome between its Go and its SQL form.
type row struct {
	results.Outcome
	publicCorrect, publicTotal                sql.NullInt64
	printedAccuracy, printedBase, printedMATS sql.NullFloat64
	agentCost, gpuSeconds, cost               sql.NullFloat64
}

// column is a column of outcomes with the field that it is read into and
// written from.
type column struct {
	name  string
	field any // pointer
}

func (r *row) columns() []column {
	o, u := &r.Outcome, &r.Outcome.Usage
	return []column{
		{"experiment", &o.Experiment}, {"kind", &o.Kind}, {"domain", &o.Domain}, {"workflow", &o.Workflow},
		{"setting", &o.Setting}, {"agent", &o.Agent}, {"run", &o.Run},
		{"suite", &o.Suite}, {"protocol", &o.Protocol}, {"modified", &o.Modified},
		{"teacher", &o.Teacher}, {"student", &o.Student}, {"valid", &o.Valid},
		{"student_digest", &o.StudentDigest}, {"protocol_digest", &o.ProtocolDigest}, {"task_digest", &o.TaskDigest},
		{"base_public_correct", &o.BasePublic.Correct}, {"base_public_total", &o.BasePublic.Total},
		{"base_private_correct", &o.BasePrivate.Correct}, {"base_private_total", &o.BasePrivate.Total},
		{"base_private_items", &o.BasePrivate.Items},
		{"public_correct", &r.publicCorrect}, {"public_total", &r.publicTotal},
		{"printed_accuracy", &r.printedAccuracy}, {"printed_base", &r.printedBase}, {"printed_mats", &r.printedMATS},
		{"attempts", &o.Attempts}, {"valid_attempts", &o.ValidAttempts},
		{"teacher_calls", &u.TeacherCalls}, {"teacher_input_tokens", &u.TeacherInput}, {"teacher_output_tokens", &u.TeacherOutput},
		{"agent_calls", &u.AgentCalls}, {"agent_input_tokens", &u.AgentInput}, {"agent_output_tokens", &u.AgentOutput},
		{"agent_cached_tokens", &u.AgentCached}, {"agent_reasoning_tokens", &u.AgentReasoning}, {"agent_cost_usd", &r.agentCost},
		{"student_seconds", &u.StudentSeconds}, {"gpu_seconds", &r.gpuSeconds}, {"cost_usd", &r.cost},
		{"elapsed_ns", &o.Elapsed}, {"end_reason", &o.End},
		{"simulated", &o.Simulated}, {"embedded", &o.Embedded}, {"unsandboxed", &o.Unsandboxed},
	}
}

// keyColumns is how many of the columns, from the first, name the trial.
const keyColumns = 7

func names(columns []column) (list []string) {
	for _, c := range columns {
		list = append(list, c.name)
	}
	return list
}

func fields(columns []column) (list []any) {
	for _, c := range columns {
		list = append(list, c.field)
	}
	return list
}

func insert(ctx context.Context, tx *sql.Tx, outcomes []results.Outcome) error {
	columns := names(new(row).columns())
	remove, err := tx.PrepareContext(ctx, `DELETE FROM outcomes WHERE (`+strings.Join(columns[:keyColumns], ", ")+`) = (`+marks(keyColumns)+`)`)
	if err != nil {
		return err
	}
	defer remove.Close()
	add, err := tx.PrepareContext(ctx, `INSERT INTO outcomes (`+strings.Join(columns, ", ")+`) VALUES (`+marks(len(columns))+`)`)
	if err != nil {
		return err
	}
	defer add.Close()
	for _, o := range outcomes {
		if err := o.Validate(); err != nil {
			return results.Bad("", fmt.Errorf("%s: %w", o.TrialID, err))
		}
		r := fromOutcome(o)
		values := fields(r.columns())
		if _, err := remove.ExecContext(ctx, values[:keyColumns]...); err != nil {
			return fmt.Errorf("%s: %w", o.TrialID, err)
		}
		added, err := add.ExecContext(ctx, values...)
		if err != nil {
			return fmt.Errorf("%s: %w", o.TrialID, err)
		}
		id, err := added.LastInsertId()
		if err != nil {
			return err
		}
		if err := insertParts(ctx, tx, id, o); err != nil {
			return fmt.Errorf("%s: %w", o.TrialID, err)
		}
	}
	return nil
}

func insertParts(ctx context.Context, tx *sql.Tx, id int64, o results.Outcome) error {
	for seed, s := range o.Finals {
		if _, err := tx.ExecContext(ctx, `INSERT INTO finals (outcome, seed, correct, total, items) VALUES (?, ?, ?, ?, ?)`, id, seed, s.Correct, s.Total, s.Items); err != nil {
			return err
		}
	}
	for failure, n := range o.Failures {
		if _, err := tx.ExecContext(ctx, `INSERT INTO failures (outcome, failure, attempts) VALUES (?, ?, ?)`, id, string(failure), n); err != nil {
			return err
		}
	}
	return nil
}

func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

func fromOutcome(o results.Outcome) *row {
	null := func(n results.Number) sql.NullFloat64 { return sql.NullFloat64{Float64: n.Value, Valid: n.Known} }
	r := &row{Outcome: o, agentCost: null(o.Usage.AgentCost), gpuSeconds: null(o.Usage.GPUSeconds), cost: null(o.Cost)}
	if o.Public != nil {
		r.publicCorrect = sql.NullInt64{Int64: int64(o.Public.Correct), Valid: true}
		r.publicTotal = sql.NullInt64{Int64: int64(o.Public.Total), Valid: true}
	}
	if o.Printed != nil {
		r.printedAccuracy = sql.NullFloat64{Float64: o.Printed.Accuracy, Valid: true}
		r.printedBase = sql.NullFloat64{Float64: o.Printed.Base, Valid: true}
		r.printedMATS = sql.NullFloat64{Float64: o.Printed.MATS, Valid: true}
	}
	return r
}

// outcome completes the read row with its parts, which are JSON: an array of
// scores, an object of counts.
func (r *row) outcome(finals, failures []byte) (results.Outcome, error) {
	o := r.Outcome
	o.Usage.AgentCost = results.Num(r.agentCost.Float64, r.agentCost.Valid)
	o.Usage.GPUSeconds, o.Cost = results.Num(r.gpuSeconds.Float64, r.gpuSeconds.Valid), results.Num(r.cost.Float64, r.cost.Valid)
	if r.publicTotal.Valid {
		o.Public = &results.Score{Correct: int(r.publicCorrect.Int64), Total: int(r.publicTotal.Int64)}
	}
	if r.printedAccuracy.Valid {
		o.Printed = &results.Printed{Accuracy: r.printedAccuracy.Float64, Base: r.printedBase.Float64, MATS: r.printedMATS.Float64}
	}
	if err := json.Unmarshal(finals, &o.Finals); err != nil {
		return o, err
	}
	return o, json.Unmarshal(failures, &o.Failures)
}

// query reads outcomes with their parts in one statement, hence as they were at
// one time.
func (x *Index) query(ctx context.Context, f Filter) ([]results.Outcome, error) {
	where, args := f.where()
	rows, err := x.db.QueryContext(ctx, `SELECT `+strings.Join(names(new(row).columns()), ", ")+`,
		(SELECT json_group_array(json_object('correct', correct, 'total', total, 'items', items) ORDER BY seed) FROM finals WHERE outcome = o.id),
		(SELECT json_group_object(failure, f.attempts) FROM failures f WHERE outcome = o.id)
		FROM outcomes o`+where+` ORDER BY experiment, kind, agent, workflow, setting, domain, run`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	outcomes := []results.Outcome{}
	for rows.Next() {
		var r row
		var finals, failures []byte
		if err := rows.Scan(append(fields(r.columns()), &finals, &failures)...); err != nil {
			return nil, err
		}
		o, err := r.outcome(finals, failures)
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, o)
	}
	return outcomes, rows.Err()
}

func (f Filter) where() (clause string, args []any) {
	var conditions []string
	for _, c := range []struct{ name, value string }{
		{"experiment", f.Experiment}, {"kind", string(f.Kind)}, {"domain", string(f.Domain)},
		{"workflow", string(f.Workflow)}, {"setting", string(f.Setting)}, {"agent", f.Agent},
	} {
		if c.value != "" {
			conditions, args = append(conditions, c.name+" = ?"), append(args, c.value)
		}
	}
	if len(conditions) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(conditions, " AND "), args
}
