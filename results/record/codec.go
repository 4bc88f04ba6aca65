package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// File is the path of a file that holds a T as indented canonical JSON. Fields
// that T does not have are skipped when it is read.
type File[T any] string

// Read reads the file. Errors: fs.ErrNotExist; results.BadInput for what is no T.
func (f File[T]) Read() (v T, err error) {
	err = disk.ReadJSON(string(f), &v)
	return v, err
}

// Write writes the file, whole or not at all.
func (f File[T]) Write(v T) error { return disk.WriteJSON(string(f), v) }

// Exists reports whether the file is there.
func (f File[T]) Exists() bool { return disk.Exists(string(f)) }

// Text is the path of a file of bytes without a type of ours.
type Text string

// Read reads the file.
func (f Text) Read() ([]byte, error) { return os.ReadFile(string(f)) }

// ReadString is the file's text, empty where there is no file.
func (f Text) ReadString() (string, error) {
	data, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read %s: %w", filepath.Base(string(f)), err)
	}
	return string(data), nil
}

// Write writes the file, whole or not at all.
func (f Text) Write(data []byte) error { return disk.WriteFile(string(f), data) }

// Remove removes the file, if it is there.
func (f Text) Remove() error { return disk.RemoveAll(string(f)) }

// Lines is the path of a file with one T a line.
type Lines[T any] string

// Write writes the lines as canonical JSON, whole or not at all, and returns their
// digest.
func (l Lines[T]) Write(list []T) (digest string, err error) {
	var data []byte
	for _, v := range list {
		line, err := disk.Canonical(v)
		if err != nil {
			return "", err
		}
		data = append(append(data, line...), '\n')
	}
	return disk.Digest(data), disk.WriteFile(string(l), data)
}

// Append makes the value durable as the last line, and returns it without its end.
func (l Lines[T]) Append(v T) (line []byte, err error) {
	if line, err = json.Marshal(v); err != nil {
		return nil, err
	}
	return line, disk.AppendFile(string(l), append(bytes.Clone(line), '\n'))
}

// Read reads every line; a last one that a crash tore is left out.
func (l Lines[T]) Read() ([]T, error) {
	var list []T
	_, err := l.visit(func(_ []byte, v T) error {
		list = append(list, v)
		return nil
	})
	return list, err
}

// Recover hands every whole line to visit, in order, and cuts off a last one that
// a crash tore. A file that is not there has no lines.
func (l Lines[T]) Recover(visit func(line []byte, v T) error) error {
	torn, err := l.visit(visit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || torn < 0 { // a sealed trial is only read
		return err
	}
	return disk.TruncateFile(string(l), torn)
}

// visit returns the size of the whole lines where there is more than those, else -1.
func (l Lines[T]) visit(visit func(line []byte, v T) error) (torn int64, err error) {
	data, err := os.ReadFile(string(l))
	if err != nil {
		return -1, err
	}
	whole, err := eachLine(string(l), data, visit)
	if err != nil || whole == len(data) {
		return -1, err
	}
	return int64(whole), nil
}

// eachLine hands every whole line of the file's data to visit, and returns their size.
func eachLine[T any](path string, data []byte, visit func(line []byte, v T) error) (whole int, err error) {
	whole = bytes.LastIndexByte(data, '\n') + 1
	n := 0
	for line := range bytes.Lines(data[:whole]) {
		n++
		var v T
		line = bytes.TrimSuffix(line, []byte("\n"))
		if err := json.Unmarshal(line, &v); err != nil {
			return 0, results.Bad(fmt.Errorf("%s line %d: %w", path, n, err))
		}
		if err := visit(line, v); err != nil {
			return 0, err
		}
	}
	return whole, nil
}
