package disk

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/autodatabench/autodatabench/results"
)

// Holder is a process that may write to a folder. BootID is the kernel's
// (/proc/sys/kernel/random/boot_id): a process id means nothing after a restart.
type Holder struct {
	Host   string `json:"host"`
	PID    int    `json:"pid"`
	BootID string `json:"boot_id"`
}

func (h Holder) String() string { return fmt.Sprintf("process %d on %s", h.PID, h.Host) }

// dead reports whether seen, which runs or ran on any machine, is certainly
// gone, as far as h can tell: on h's host, an earlier boot or no such process.
func (h Holder) dead(seen Holder) bool {
	if h.Host != seen.Host {
		return false
	}
	return h.BootID != seen.BootID || errors.Is(syscall.Kill(seen.PID, 0), syscall.ESRCH)
}

// Writer tells who holds the lock at path now, as far as who can tell: its
// holder, unless that process is gone. The process is 0 for nobody.
func Writer(path string, who Holder) (Holder, error) {
	seen, err := readHolder(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && who.dead(seen) {
		return Holder{}, nil
	}
	return seen, err
}

// Held is the lock of a folder, held until Unlock.
type Held struct {
	path string
	who  Holder
}

// Lock makes who the one writer of the folder in which the lock file path lies.
// It takes over the lock of a process that is gone. A process that lives, or
// that runs on another host, gives an infrastructure error that names it. Lock
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
	return l, nil
}

// acquire makes the lock appear under its name whole, by link or by rename, so
// that nobody ever reads half of it.
func (l *Held) acquire() error {
	fresh, err := l.write()
	if err != nil {
		return err
	}
	defer os.Remove(fresh)
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

// write puts the holder into a new file beside the lock.
func (l *Held) write() (path string, err error) {
	data, err := Canonical(l.who)
	if err != nil {
		return "", err
	}
	f, err := CreateTemp(filepath.Dir(l.path), lockPrefix+"*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(append(data, '\n'))
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// takeOver replaces the lock by fresh when its holder is gone. Those who try at
// once are on the holder's host, where flock puts them in a row; done is false
// when another of them was first or the lock was given up.
func (l *Held) takeOver(fresh string) (done bool, err error) {
	old, err := os.OpenFile(l.path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer old.Close()
	if err := syscall.Flock(int(old.Fd()), syscall.LOCK_EX); err != nil {
		return false, fmt.Errorf("flock: %w", err)
	}
	if same, err := l.isStill(old); !same || err != nil {
		return false, err
	}
	holder, err := readHolder(l.path)
	if err != nil {
		return false, err
	}
	if !l.who.dead(holder) {
		return false, results.Infra(fmt.Errorf("%s is writing there", holder),
			fmt.Sprintf("wait for it, or stop it; if it is certainly gone, remove %s", l.path))
	}
	return true, Rename(fresh, l.path)
}

func (l *Held) isStill(old *os.File) (bool, error) {
	opened, err := old.Stat()
	if err != nil {
		return false, err
	}
	now, err := os.Stat(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(opened, now), err
}

func readHolder(path string) (Holder, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Holder{}, err
	}
	var h Holder
	if err := json.Unmarshal(data, &h); err != nil || h.Host == "" || h.PID <= 0 {
		return Holder{}, results.Infra(fmt.Errorf("%s does not say who holds it", path),
			"if no other run writes to the folder, remove the file")
	}
	return h, nil
}

// Unlock gives the lock up. It is an error when the lock is not the holder's
// any more.
func (l *Held) Unlock() error {
	holder, err := readHolder(l.path)
	if err != nil {
		return fmt.Errorf("unlock: %w", err)
	}
	if holder != l.who {
		return fmt.Errorf("unlock %s: %s took it over", l.path, holder)
	}
	return Remove(l.path)
}

// unusable marks an error as bad input when what lies at a path cannot be
// opened: it is no file or no folder, or it belongs to somebody else.
func unusable(err error) error {
	if errors.Is(err, syscall.EISDIR) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, fs.ErrPermission) {
		return results.Bad(err, "move it away, give yourself the rights, or choose another --out")
	}
	return err
}
