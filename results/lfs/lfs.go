// Package lfs recognises the pointers of Git LFS: short texts that a clone without
// Git LFS has in place of large files.
//
// It is for readers of files that people fetch from a repository. It fetches
// nothing and follows no pointer.
package lfs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

var begin = []byte("version https://git-lfs.github.com/spec/")

// ErrPointer is what [Check] and [CheckFile] find.
var ErrPointer = errors.New("is a Git LFS pointer in place of the file; fetch the file with `git lfs pull`")

// Check returns an error that names the file if data is the beginning of a
// pointer.
func Check(name string, data []byte) error {
	if bytes.HasPrefix(data, begin) {
		return fmt.Errorf("%s: %w", name, ErrPointer)
	}
	return nil
}

// CheckFile is Check for a file on disk. A file that cannot be read is no pointer:
// its reader says what is wrong with it.
func CheckFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	data := make([]byte, len(begin))
	n, _ := io.ReadFull(f, data)
	return Check(path, data[:n])
}
