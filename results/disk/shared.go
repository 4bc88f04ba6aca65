package disk

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/autodatabench/autodatabench/results"
)

// SharedLog is a hash-chained log to which several processes append, one at a
// time. It keeps what it has read and reads no line twice. It is safe for
// concurrent use.
type SharedLog struct {
	path  string
	visit func(line []byte) error

	mu   sync.Mutex
	size int64
	place
}

// OpenShared reads the log at path, which need not exist, and hands every line to
// visit, in order, now and whenever the log is read on.
func OpenShared(path string, visit func(line []byte) error) (*SharedLog, error) {
	l := &SharedLog{path: path, visit: visit, place: start}
	return l, l.Refresh()
}

// Refresh reads what others have appended.
func (l *SharedLog) Refresh() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	file, err := os.Open(l.path)
	if errors.Is(err, fs.ErrNotExist) && l.size == 0 {
		return nil
	}
	if err != nil {
		return unusable(err)
	}
	defer file.Close()
	_, err = l.readOn(file)
	return err
}

// readOn reads the whole lines that are new. It returns the size of the file.
func (l *SharedLog) readOn(file *os.File) (int64, error) {
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	if info.Size() < l.size {
		return 0, results.Bad(fmt.Errorf("%s: it became shorter while it was in use", l.path), "put it back from a copy")
	}
	data, err := io.ReadAll(io.NewSectionReader(file, l.size, info.Size()-l.size))
	if err != nil {
		return 0, err
	}
	whole := data[:bytes.LastIndexByte(data, '\n')+1]
	at, err := walk(l.path, whole, l.place, l.visit)
	if err != nil {
		return 0, err
	}
	l.place, l.size = at, l.size+int64(len(whole))
	return info.Size(), nil
}

// Append reads the log on, with no other writer at work, and adds the records that
// decide returns then, as consecutive lines with one write and one sync. visit and
// decide may not use the log.
func (l *SharedLog) Append(decide func() ([]any, error)) (err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	file, err := OpenFile(l.path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return unusable(err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := waitForFile(file.File); err != nil { // has it until the file is closed
		return fmt.Errorf("lock %s: %w", l.path, err)
	}
	size, err := l.readOn(file.File)
	if err != nil {
		return err
	}
	records, err := decide()
	if err != nil || len(records) == 0 {
		return err
	}
	if size > l.size {
		if err := file.Truncate(l.size); err != nil {
			return fmt.Errorf("cut torn line of %s: %w", l.path, err)
		}
	}
	w := &Log{file: file, path: l.path, size: l.size, place: l.place}
	lines, err := w.Append(records...)
	if err != nil {
		return err
	}
	if l.size == 0 {
		if err := SyncDir(filepath.Dir(l.path)); err != nil {
			return err
		}
	}
	for _, line := range lines {
		if err := l.visit(line); err != nil {
			return err
		}
	}
	l.size, l.place = w.size, w.place
	return nil
}

// Len is the number of lines read.
func (l *SharedLog) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.next
}

// Head is the digest of the last line read.
func (l *SharedLog) Head() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.prev
}
