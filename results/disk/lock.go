package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/autodatabench/autodatabench/results"
)

// errHeld is a lock that another process, or another open file of this one, holds.
var errHeld = errors.New("held")

// held has the files of all locks that this process holds: a file to which nobody
// refers any more would be closed, and its lock with it.
var held sync.Map

// Held is the lock of a folder, held until Unlock or the end of the process.
type Held struct {
	path string
	who  Holder
	file *File // open on the lock file, and so its lock
}

// Lock makes who the one writer of the folder in which the lock file path lies.
//
// The kernel's lock on the file decides. A file that nobody holds is taken over,
// unless it is of a program that took no such lock, or lies where there are none:
// then its holder must be gone as far as its host, boot, process id and start time
// tell. A process that lives gives an infrastructure error that names it. Lock
// makes the folder when needed; what cannot be a folder of ours is bad input.
func Lock(path string, who Holder) (*Held, error) {
	dir := filepath.Dir(path)
	if err := MkdirAll(dir); err != nil {
		return nil, unusable(err)
	}
	l := &Held{path: path, who: who}
	if err := l.acquire(); err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	held.Store(l.file, nil)
	return l, nil
}

// acquire makes the lock appear under its name whole and locked, by link or by
// rename, so that nobody ever reads half of it or finds it free.
func (l *Held) acquire() (err error) {
	release, err := l.write()
	if err != nil {
		return err
	}
	defer release()
	fresh := l.file.Name()
	defer os.Remove(fresh)
	defer func() {
		if err != nil {
			l.file.File.Close()
		}
	}()
	for {
		if err := hardLink(fresh, l.path); !errors.Is(err, fs.ErrExist) {
			return err
		}
		done, err := l.takeOver(fresh)
		if done || err != nil {
			return err
		}
	}
}

// write makes a new file beside the lock, locks it, and puts the holder into it.
// The caller releases its name.
func (l *Held) write() (release func(), err error) {
	if l.file, release, err = temporary(filepath.Dir(l.path), lockPrefix); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			l.file.File.Close()
			os.Remove(l.file.Name())
			release()
		}
	}()
	locked := lockFile(l.file.File)
	if locked != nil && !unsupported(locked) {
		return nil, fmt.Errorf("take the kernel's lock: %w", locked)
	}
	l.who.Kernel = locked == nil
	data, err := Canonical(l.who)
	if err != nil {
		return nil, err
	}
	_, err = l.file.Write(append(data, '\n'))
	return release, errors.Join(err, l.file.Chmod(0o644), l.file.Sync())
}

// takeOver replaces the lock by fresh when nobody holds it; done is false when
// another process was first, or the lock was given up.
func (l *Held) takeOver(fresh string) (done bool, err error) {
	old, err := os.OpenFile(l.path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer old.Close()
	locked, err := queueAt(old)
	if err != nil {
		return false, fmt.Errorf("take the kernel's lock: %w", err)
	}
	if same, err := isStill(l.path, old); !same || err != nil {
		return false, err
	}
	holder, err := readHolder(l.path)
	if err != nil {
		return false, err
	}
	hint := fmt.Sprintf("wait for it, or stop it; if it is certainly gone, remove %s", l.path)
	switch {
	case errors.Is(locked, errHeld):
		return false, results.Infra(fmt.Errorf("%s is writing there", holder), "wait for it, or stop it: it holds "+l.path)
	case locked == nil && holder.Kernel || l.who.dead(holder):
		return true, Rename(fresh, l.path)
	case locked != nil:
		return false, results.Infra(fmt.Errorf("%s is writing there, or was: this file system has no locks that would tell (%w)", holder, locked), hint)
	}
	return false, results.Infra(fmt.Errorf("%s is writing there", holder), hint)
}

// queueAt puts those who want to take over a lock at once in a row, by the lock of
// the old file. Where the file system has none, locked says why.
func queueAt(old *os.File) (locked, err error) {
	locked = lockFile(old)
	switch {
	case locked == nil || errors.Is(locked, errHeld):
		return locked, nil
	case unsupported(locked):
		return locked, waitForFile(old)
	}
	return nil, locked
}

// isStill reports whether f is the file that has the name now.
func isStill(path string, f *os.File) (bool, error) {
	opened, err := f.Stat()
	if err != nil {
		return false, err
	}
	now, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(opened, now), err
}

// Writer tells who holds the lock at path now, as far as who can tell. The
// process is 0 for nobody. It writes nothing.
func Writer(path string, who Holder) (Holder, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Holder{}, nil
	}
	if err != nil {
		return Holder{}, err
	}
	defer f.Close()
	locked, asked := fileIsLocked(f)
	if asked != nil && !unsupported(asked) {
		return Holder{}, fmt.Errorf("ask for the lock of %s: %w", path, asked)
	}
	seen, err := readHolder(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Holder{}, nil
	}
	if err == nil && !locked && (asked == nil && seen.Kernel || who.dead(seen)) {
		return Holder{}, nil
	}
	return seen, err
}

// Weak says why no lock of the kernel protects the folder; empty when one does.
func (l *Held) Weak() string {
	if l.who.Kernel {
		return ""
	}
	return "the file system has no locks: only host, boot and process id keep other writers away"
}

// Unlock gives the lock up. It is an error when the lock is not the holder's
// any more.
func (l *Held) Unlock() error {
	held.Delete(l.file)
	same, err := isStill(l.path, l.file.File)
	if err == nil && !same {
		err = errors.New("another process took it over, or removed it")
	}
	if err == nil {
		err = Remove(l.path)
	}
	if err = errors.Join(err, l.file.Close()); err != nil {
		return fmt.Errorf("unlock %s: %w", l.path, err)
	}
	return nil
}

// unusable marks an error as bad input when what lies at a path cannot be
// opened: it is no file or no folder, or it belongs to somebody else.
func unusable(err error) error {
	if errors.Is(err, syscall.EISDIR) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, fs.ErrPermission) {
		return results.Bad(err, "move it away, give yourself the rights, or choose another --out")
	}
	return err
}
