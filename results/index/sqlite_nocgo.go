//go:build !cgo

package index

import (
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	driver = "sqlite"

	// patient waits for another program that writes, and takes the lock for writing
	// when a transaction begins.
	patient = "_pragma=busy_timeout(10000)&_txlock=immediate"
)

// notDatabase reports whether the file is no database, or a broken one.
func notDatabase(err error) bool {
	var fault *sqlite.Error
	if !errors.As(err, &fault) {
		return false
	}
	primary := fault.Code() & 0xff // an extended code has it in its low byte
	return primary == sqlite3.SQLITE_NOTADB || primary == sqlite3.SQLITE_CORRUPT
}
