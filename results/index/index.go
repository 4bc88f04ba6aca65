// Package index is the SQLite index of outcomes (results.db), so that a
// leaderboard need not read every trial folder.
//
// It holds nothing that the folders do not: it may be deleted at any time and
// is rebuilt with [Index.Replace]. Only the coordinating process writes it;
// others may read at the same time. The package is not for computing figures.
//
// The schema is the numbered files of migrations, each applied once, in a
// transaction, and recorded by name.
package index

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	sqlite "github.com/mattn/go-sqlite3"

	"github.com/autodatabench/autodatabench/results"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Index is an open index. It is safe for concurrent use.
type Index struct {
	db   *sql.DB
	path string
}

// Open opens or creates the index at path and brings its schema up to date.
func Open(path string) (*Index, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, results.Infra("", fmt.Errorf("open index %s: %w", path, err))
	}
	// In the DSN, since a PRAGMA statement would reach one connection of the pool only.
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_foreign_keys=on&_journal_mode=WAL&_busy_timeout=10000&_txlock=immediate"
	db, err := sql.Open("sqlite3", dsn)
	if err != nil {
		return nil, results.Infra("", fmt.Errorf("open index %s: %w", path, err))
	}
	x := &Index{db: db, path: path}
	if err := x.migrate(context.Background()); err != nil {
		return nil, errors.Join(x.fault("open", err), db.Close())
	}
	return x, nil
}

// Close closes the index.
func (x *Index) Close() error { return x.db.Close() }

func (x *Index) migrate(ctx context.Context) error {
	files, err := fs.Glob(migrations, "migrations/*.sql") // sorted
	if err != nil {
		return err
	}
	return x.inTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY) STRICT`); err != nil {
			return err
		}
		done, err := applied(ctx, tx)
		if err != nil {
			return err
		}
		for _, name := range done {
			if !slices.Contains(files, name) {
				return results.Bad("use another path, or remove the file and rebuild it with reindex",
					fmt.Errorf("a newer version of the program made it (%s)", name))
			}
		}
		for _, name := range files {
			if slices.Contains(done, name) {
				continue
			}
			statements, err := migrations.ReadFile(name)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, string(statements)); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO migrations (name) VALUES (?)`, name); err != nil {
				return err
			}
		}
		return nil
	})
}

func applied(ctx context.Context, tx *sql.Tx) (names []string, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT name FROM migrations ORDER BY name`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
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
	var fault sqlite.Error
	if errors.As(err, &fault) && (fault.Code == sqlite.ErrNotADB || fault.Code == sqlite.ErrCorrupt) {
		return results.Bad("remove the file and rebuild it with reindex", wrapped)
	}
	return results.Infra("", wrapped)
}
