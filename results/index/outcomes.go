package index

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

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

// Row is an outcome and where it was read.
type Row struct {
	Folder  string // below the folder of all experiments, with slashes
	Stamp   string // of the files that it was read from
	Outcome results.Outcome
}

// All is what an index holds.
type All struct {
	Rows   []Row
	Unread []string // folders
}

// Put adds rows, in place of those of the same folders and runs, all or none. Folders
// of the rows are no longer unread.
func (x *Index) Put(ctx context.Context, rows []Row) error {
	if x.Stale() {
		return x.fault("write", ErrStale)
	}
	if err := x.inTx(ctx, func(tx *sql.Tx) error { return insert(ctx, tx, All{Rows: rows}) }); err != nil {
		return x.fault("write", err)
	}
	return nil
}

// Replace makes all that the index holds, in one step that readers see whole or
// not at all. A stale index is no longer stale.
func (x *Index) Replace(ctx context.Context, all All) error {
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

// Rows returns the rows that f selects, sorted by experiment, kind, agent, workflow,
// setting, domain, run and folder, with all unread folders.
func (x *Index) Rows(ctx context.Context, f Filter) (all All, err error) {
	if x.Stale() {
		return all, x.fault("read", ErrStale)
	}
	if all, err = x.query(ctx, f); err != nil {
		return all, x.fault("read", err)
	}
	return all, nil
}

// sum is the digest of a row.
func sum(folder, stamp string, outcome []byte) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%s", folder, stamp, outcome)
	return hex.EncodeToString(h.Sum(nil))
}

func insert(ctx context.Context, tx *sql.Tx, all All) error {
	add, err := tx.PrepareContext(ctx, `INSERT OR REPLACE INTO outcomes
		(folder, run, experiment, kind, agent, workflow, setting, domain, stamp, outcome, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer add.Close()
	for _, r := range all.Rows { // a folder may have had more outcomes
		if _, err := tx.ExecContext(ctx, `DELETE FROM outcomes WHERE folder = ?`, r.Folder); err != nil {
			return err
		}
	}
	for _, r := range all.Rows {
		o := r.Outcome
		if err := o.Validate(); err != nil {
			return results.Bad(fmt.Errorf("%s: %w", o.TrialID, err))
		}
		data, err := json.Marshal(o)
		if err != nil {
			return fmt.Errorf("%s: %w", o.TrialID, err)
		}
		if _, err := add.ExecContext(ctx, r.Folder, o.Run, o.Experiment, o.Kind, o.Agent, o.Workflow, o.Setting, o.Domain, r.Stamp, string(data), sum(r.Folder, r.Stamp, data)); err != nil {
			return fmt.Errorf("%s: %w", o.TrialID, err)
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM unread WHERE folder = ?`, r.Folder); err != nil {
			return err
		}
	}
	for _, folder := range all.Unread {
		if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO unread (folder) VALUES (?)`, folder); err != nil {
			return err
		}
	}
	return nil
}

func (x *Index) query(ctx context.Context, f Filter) (all All, err error) {
	err = x.inTx(ctx, func(tx *sql.Tx) error {
		if all.Rows, err = selected(ctx, tx, f); err != nil {
			return err
		}
		all.Unread, err = texts(ctx, tx, `SELECT folder FROM unread ORDER BY folder`)
		return err
	})
	return all, err
}

func selected(ctx context.Context, tx *sql.Tx, f Filter) ([]Row, error) {
	where, args := f.where()
	var room int // a row is large: none is copied to make room for others
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM outcomes`+where, args...).Scan(&room); err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT folder, stamp, outcome, sum FROM outcomes`+where+
		` ORDER BY experiment, kind, agent, workflow, setting, domain, run, folder`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var decoding errgroup.Group // of one batch, while the next is read
	defer decoding.Wait()
	list := make([]Row, 0, room)
	raw := make([]stored, 0, atOnce)
	for rows.Next() {
		var r Row
		var x stored
		if err := rows.Scan(&r.Folder, &r.Stamp, &x.outcome, &x.sum); err != nil {
			return nil, err
		}
		list, raw = append(list, r), append(raw, x)
		if len(raw) == atOnce {
			if err := decoding.Wait(); err != nil {
				return nil, err
			}
			read, into := raw, list[len(list)-len(raw):]
			decoding.Go(func() error { return decode(into, read) })
			raw = make([]stored, 0, atOnce)
		}
	}
	return list, errors.Join(rows.Err(), decoding.Wait(), decode(list[len(list)-len(raw):], raw))
}

// stored is an outcome as the index has it.
type stored struct {
	outcome []byte
	sum     string
}

// atOnce is how many rows are decoded at once: what is read of them is not kept for more.
const atOnce = 1024

// decode checks what is stored and puts it into the rows.
func decode(list []Row, raw []stored) error {
	var pool errgroup.Group
	share := (len(list) + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0)
	for from := 0; from < len(list); from += share {
		pool.Go(func() error {
			for i := from; i < min(from+share, len(list)); i++ {
				if err := raw[i].into(&list[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return pool.Wait()
}

func (x stored) into(r *Row) error {
	if x.sum != sum(r.Folder, r.Stamp, x.outcome) {
		return fmt.Errorf("%w: the row of %s is not as it was written", ErrCorrupt, r.Folder)
	}
	if err := json.Unmarshal(x.outcome, &r.Outcome); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if err := r.Outcome.Validate(); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrCorrupt, r.Outcome.TrialID, err)
	}
	return nil
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
