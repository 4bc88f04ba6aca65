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
	if x.Stale() {
		return x.fault("write", ErrStale)
	}
	if err := x.inTx(ctx, func(tx *sql.Tx) error { return insert(ctx, tx, outcomes) }); err != nil {
		return x.fault("write", err)
	}
	return nil
}

// Replace makes all the outcomes of the index, in one step that readers see
// whole or not at all. A stale index is no longer stale.
func (x *Index) Replace(ctx context.Context, all []results.Outcome) error {
	err := x.inTx(ctx, func(tx *sql.Tx) error {
		if err := recreate(ctx, tx); err != nil {
			return err
		}
		return insert(ctx, tx, all)
	})
	if err != nil {
		return x.fault("rebuild", err)
	}
	x.stale.Store(false)
	return nil
}

// Outcomes returns the outcomes that f selects, sorted by experiment, kind,
// agent, workflow, setting, domain and run.
func (x *Index) Outcomes(ctx context.Context, f Filter) ([]results.Outcome, error) {
	if x.Stale() {
		return nil, x.fault("read", ErrStale)
	}
	outcomes, err := x.query(ctx, f)
	if err != nil {
		return nil, x.fault("read", err)
	}
	return outcomes, nil
}

func insert(ctx context.Context, tx *sql.Tx, outcomes []results.Outcome) error {
	add, err := tx.PrepareContext(ctx, `INSERT OR REPLACE INTO outcomes
		(experiment, kind, agent, workflow, setting, domain, run, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer add.Close()
	for _, o := range outcomes {
		if err := o.Validate(); err != nil {
			return results.Bad(fmt.Errorf("%s: %w", o.TrialID, err))
		}
		data, err := json.Marshal(o)
		if err != nil {
			return fmt.Errorf("%s: %w", o.TrialID, err)
		}
		if _, err := add.ExecContext(ctx, o.Experiment, o.Kind, o.Agent, o.Workflow, o.Setting, o.Domain, o.Run, string(data)); err != nil {
			return fmt.Errorf("%s: %w", o.TrialID, err)
		}
	}
	return nil
}

func (x *Index) query(ctx context.Context, f Filter) ([]results.Outcome, error) {
	where, args := f.where()
	rows, err := x.db.QueryContext(ctx, `SELECT outcome FROM outcomes`+where+` ORDER BY experiment, kind, agent, workflow, setting, domain, run`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	outcomes := []results.Outcome{}
	for rows.Next() {
		var data []byte
		if err := rows.Scan(&data); err != nil {
			return nil, err
		}
		var o results.Outcome
		if err := json.Unmarshal(data, &o); err != nil {
			return nil, results.Bad(err, "rebuild it with reindex")
		}
		if err := o.Validate(); err != nil {
			return nil, results.Bad(fmt.Errorf("%s: %w", o.TrialID, err), "rebuild it with reindex")
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
