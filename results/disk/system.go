package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
)

// Op is an operation on the disk that changes it. Reading is none: what cannot
// be read is told from what is not there by every reader.
type Op string

// The operations.
const (
	Mkdir     Op = "mkdir"
	Create    Op = "create" // or open for writing
	Write     Op = "write"
	Sync      Op = "sync" // of a file or a folder
	Truncate  Op = "truncate"
	RenameTo  Op = "rename"
	LinkTo    Op = "link"
	Delete    Op = "remove"
	CloseFile Op = "close"
	Space     Op = "space" // asking how much there is
)

// ErrShort, as the error of a write, lets half of the bytes through and says then
// that no space is left.
var ErrShort = errors.New("short write")

// fault is asked before every operation; nil in a program that is not under test.
var fault atomic.Pointer[func(op Op, path string) error]

// Break lets ask decide what becomes of every operation of this package from now
// on, until mend is called: an error of ask is the operation's, which then does
// nothing. It is for tests alone, and holds for the whole process; package
// disktest has what most tests want of it.
func Break(ask func(op Op, path string) error) (mend func()) {
	fault.Store(&ask)
	return func() { fault.Store(nil) }
}

func before(op Op, path string) error {
	if ask := fault.Load(); ask != nil {
		if err := (*ask)(op, path); err != nil {
			return &fs.PathError{Op: string(op), Path: path, Err: err}
		}
	}
	return nil
}

// File is a file open for writing.
type File struct{ *os.File }

// OpenFile is [os.OpenFile] for writing.
func OpenFile(path string, flag int, mode fs.FileMode) (*File, error) {
	if err := before(Create, path); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, flag, mode)
	if err != nil {
		return nil, err
	}
	return &File{f}, nil
}

// CreateTemp is [os.CreateTemp].
func CreateTemp(dir, pattern string) (*File, error) {
	if err := before(Create, dir); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, pattern)
	if err != nil {
		return nil, err
	}
	return &File{f}, nil
}

// Write appends p where the file stands.
func (f *File) Write(p []byte) (int, error) {
	return f.write(p, f.File.Write)
}

// WriteAt writes p at the offset.
func (f *File) WriteAt(p []byte, offset int64) (int, error) {
	return f.write(p, func(p []byte) (int, error) { return f.File.WriteAt(p, offset) })
}

func (f *File) write(p []byte, write func([]byte) (int, error)) (int, error) {
	err := before(Write, f.Name())
	if errors.Is(err, ErrShort) {
		n, failed := write(p[:len(p)/2])
		return n, errors.Join(failed, &fs.PathError{Op: string(Write), Path: f.Name(), Err: syscall.ENOSPC})
	}
	if err != nil {
		return 0, err
	}
	return write(p)
}

// Sync makes what was written durable.
func (f *File) Sync() error {
	if err := before(Sync, f.Name()); err != nil {
		return err
	}
	return f.File.Sync()
}

// Truncate cuts the file to size.
func (f *File) Truncate(size int64) error {
	if err := before(Truncate, f.Name()); err != nil {
		return err
	}
	return f.File.Truncate(size)
}

// Close closes the file, also when it fails.
func (f *File) Close() error {
	return errors.Join(before(CloseFile, f.Name()), f.File.Close())
}

// MkdirAll makes the folder and those above it, and makes their names durable.
func MkdirAll(dir string) error {
	if err := before(Mkdir, dir); err != nil {
		return err
	}
	var made []string
	for at := filepath.Clean(dir); !Exists(at); at = filepath.Dir(at) {
		made = append(made, at)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, at := range made {
		if err := SyncDir(filepath.Dir(at)); err != nil {
			return err
		}
	}
	return nil
}

// Rename moves a file, over one that is there.
func Rename(from, to string) error {
	if err := before(RenameTo, to); err != nil {
		return err
	}
	return os.Rename(from, to)
}

// Remove removes a file.
func Remove(path string) error {
	if err := before(Delete, path); err != nil {
		return err
	}
	return os.Remove(path)
}

// RemoveAll removes a file or a folder with what is in it; that nothing is there
// is no error.
func RemoveAll(path string) error {
	if err := before(Delete, path); err != nil {
		return err
	}
	return os.RemoveAll(path)
}

// Free is how many bytes a program without special rights can still write where
// path lies.
func Free(path string) (uint64, error) {
	if err := before(Space, path); err != nil {
		return 0, err
	}
	free, err := free(path)
	if err != nil {
		return 0, &fs.PathError{Op: "ask for space", Path: path, Err: err}
	}
	return free, nil
}

func hardLink(from, to string) error {
	if err := before(LinkTo, to); err != nil {
		return err
	}
	return os.Link(from, to)
}

// SyncTree makes all files and names below the folder durable, and its own name.
func SyncTree(dir string) error {
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() && !entry.Type().IsRegular() {
			return err
		}
		return SyncDir(path)
	})
	if err != nil {
		return err
	}
	return SyncDir(filepath.Dir(dir))
}

// SyncDir makes names in the folder durable.
func SyncDir(dir string) error {
	if err := before(Sync, dir); err != nil {
		return err
	}
	return syncNames(dir)
}
