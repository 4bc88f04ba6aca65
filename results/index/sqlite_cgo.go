//go:build cgo

package index

import (
	"errors"

	sqlite "github.com/mattn/go-sqlite3"
)

const (
	driver = "sqlite3"

	// patient waits for another program that writes, and takes the lock for writing
	// when a transaction begins.
	patient = "_busy_timeout=10000&_txlock=immediate"
)

// notDatabase reports whether the file is no database, or a broken one.
func notDatabase(err error) bool {
	var fault sqlite.Error
	return errors.As(err, &fault) && (fault.Code == sqlite.ErrNotADB || fault.Code == sqlite.ErrCorrupt)
}
