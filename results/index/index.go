// Package index is the SQLite index of outcomes (results.db), so that a
// leaderboard need not read every trial folder.
//
// It holds nothing that the folders do not: it may be deleted at any time and
// is rebuilt with [Index.Replace]. Only the coordinating process adds outcomes;
// others may read at the same time. The package is not for computing figures,
// and cannot read the folders.
//
// An outcome is one row: its JSON, beside the folder that it was read from, the
// stamp of that folder's files, and the columns that name the trial. Rows of the
// same trial in two folders are two rows. The index also holds the folders that could
// not be read.
//
// Two libraries drive SQLite: mattn/go-sqlite3, which is SQLite itself, where there is
// cgo, and modernc.org/sqlite, a translation to Go, where there is none. They read
// and write the same files.
//
// SQLite does not notice a flipped bit, so each row has a digest ([ErrCorrupt]). The
// schema is one file of migrations, whose name the index records. It is never
// migrated. An index with another name in it is of another version of the
// program, older or newer: it is stale ([Index.Stale]), and can only be
// replaced. Another schema, or another meaning of the JSON, takes another name.
package index

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/autodatabench/autodatabench/results"
)

//go:embed migrations/0001_terms.sql
var schema string

// schemaName is what the index records of its schema.
const schemaName = "migrations/0001_terms.sql"

// ErrStale is the error of reading a stale index and of adding to it.
var ErrStale = errors.New("another version of the program made it")

// ErrCorrupt is the error of a file that is no database, or whose rows are not as
// they were written. The index is to be removed and made anew.
var ErrCorrupt = errors.New("the index is corrupt")

// Index is an open index. It is safe for concurrent use.
type Index struct {
	db    *sql.DB
	path  string
	stale atomic.Bool
	fresh bool
}

// Open opens or creates the index at path. An index of another version of the
// program is opened and left as it is, see [Index.Stale]. Errors: results.Bad
// for a file that is no index, results.Infra for faults of the file system.
func Open(path string) (*Index, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, results.Infra(fmt.Errorf("open index %s: %w", path, err))
	}
	return open(path, patient, (*Index).begin)
}

// OpenReadOnly opens an index that nobody writes to, in a folder that cannot be
// written to. Errors: those of [Open], and one for an index that a killed process
// left in the middle of writing.
func OpenReadOnly(path string) (*Index, error) {
	for _, unfinished := range []string{"-journal", "-wal"} {
		if info, err := os.Stat(path + unfinished); err == nil && info.Size() > 0 {
			return nil, results.Infra(fmt.Errorf("open index %s: it is in use", path))
		}
	}
	return open(path, "mode=ro&immutable=1", (*Index).look)
}

func open(path, options string, begin func(*Index, context.Context) error) (*Index, error) {
	// In the DSN, since a PRAGMA statement would reach one connection of the pool only.
	db, err := sql.Open(driver, "file:"+(&url.URL{Path: slashed(path)}).EscapedPath()+"?"+options)
	if err != nil {
		return nil, results.Infra(fmt.Errorf("open index %s: %w", path, err))
	}
	x := &Index{db: db, path: path}
	if err := begin(x, context.Background()); err != nil {
		return nil, errors.Join(x.fault("open", err), db.Close())
	}
	return x, nil
}

// slashed is a path as SQLite wants it in a URI: on Windows, C:\x is /C:/x there.
func slashed(path string) string {
	if filepath.VolumeName(path) != "" {
		return "/" + filepath.ToSlash(path)
	}
	return filepath.ToSlash(path)
}

// Stale reports whether another version of the program made the index. Then
// Outcomes and Put fail with [ErrStale], and Replace makes the index anew.
func (x *Index) Stale() bool { return x.stale.Load() }

// Fresh reports whether there was no index, so that [Open] made an empty one.
func (x *Index) Fresh() bool { return x.fresh }

// Close closes the index.
func (x *Index) Close() error { return x.db.Close() }

// begin makes the tables of a new file and finds out whether those of another
// are stale.
func (x *Index) begin(ctx context.Context) error {
	return x.inTx(ctx, func(tx *sql.Tx) error {
		tables, err := tableNames(ctx, tx)
		if err == nil && len(tables) == 0 {
			x.fresh = true
			return create(ctx, tx)
		}
		if err != nil {
			return err
		}
		return x.version(ctx, tx, tables)
	})
}

// look is begin for an index that is only read.
func (x *Index) look(ctx context.Context) error {
	return x.inTx(ctx, func(tx *sql.Tx) error {
		tables, err := tableNames(ctx, tx)
		if err != nil {
			return err
		}
		return x.version(ctx, tx, tables)
	})
}

// version finds out which version of the program made the tables.
func (x *Index) version(ctx context.Context, tx *sql.Tx, tables []string) error {
	if !slices.Contains(tables, "migrations") {
		return results.Bad(errors.New("another program made it"), "use another path")
	}
	recorded, err := texts(ctx, tx, `SELECT name FROM migrations`)
	x.stale.Store(!slices.Equal(recorded, []string{schemaName}))
	return err
}

func create(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return fmt.Errorf("%s: %w", schemaName, err)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO migrations (name) VALUES (?)`, schemaName)
	return err
}

// recreate drops all tables, whichever version's they are, and makes this
// version's.
func recreate(ctx context.Context, tx *sql.Tx) error {
	tables, err := tableNames(ctx, tx)
	if err != nil {
		return err
	}
	for _, name := range tables {
		if _, err := tx.ExecContext(ctx, `DROP TABLE "`+strings.ReplaceAll(name, `"`, `""`)+`"`); err != nil {
			return err
		}
	}
	return create(ctx, tx)
}

func tableNames(ctx context.Context, tx *sql.Tx) ([]string, error) {
	return texts(ctx, tx, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`)
}

// texts reads the one column of a query.
func texts(ctx context.Context, tx *sql.Tx, query string) (list []string, err error) {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, rows.Err()
}

func (x *Index) inTx(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := x.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// fault says what kind of error it is, unless err does.
func (x *Index) fault(operation string, err error) error {
	wrapped := fmt.Errorf("%s index %s: %w", operation, x.path, err)
	var known *results.Error
	if errors.As(err, &known) {
		return &results.Error{Kind: known.Kind, Hint: known.Hint, Err: wrapped}
	}
	if errors.Is(err, ErrStale) {
		return results.Bad(wrapped, "rebuild it with reindex")
	}
	if notDatabase(err) {
		wrapped = fmt.Errorf("%s index %s: %w: %w", operation, x.path, ErrCorrupt, err)
	}
	if errors.Is(wrapped, ErrCorrupt) {
		return results.Bad(wrapped, "remove the file and rebuild it with reindex")
	}
	return results.Infra(wrapped)
}
