package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// What a killed process leaves behind is removed by the next one. A file that is not
// kept bears marked in its name, and whoever made it holds the kernel's lock on it: one
// that nobody holds has no owner any more. A folder has its owner's file beside it.
// Those of older programs have no mark, or another one, and nobody can tell whether
// they are in use.
const (
	marked        = "locked-"
	scratchPrefix = "adb-" + marked
	newPrefix     = ".new-" + marked
	lockPrefix    = ".lock-" + marked
	folderSuffix  = ".d" // of a scratch folder, after the name of its owner's file
)

// tries is how often a name is made anew that a sweep took for a leftover, in the
// instant before it was locked.
const tries = 100

var errSwept = errors.New("another process removes what this one makes")

// Scratch makes a folder for temporary files, whose name holds the word. It is gone
// after remove, whose error says what cannot be removed, or after a later program's
// [SweepScratch].
func Scratch(word string) (dir string, remove func() error, err error) {
	owner, err := scratchFile(word)
	if err != nil {
		return "", nil, err
	}
	dir = owner.Name() + folderSuffix
	remove = func() error {
		err := RemoveForced(dir)
		if err == nil { // else a later program tries again
			err = os.Remove(owner.Name())
		}
		held.Delete(owner)
		owner.File.Close()
		return err
	}
	if err = before(Mkdir, dir); err == nil {
		err = os.Mkdir(dir, 0o700)
	}
	if err != nil {
		return "", nil, errors.Join(err, remove())
	}
	return dir, remove, nil
}

// ScratchFile makes an empty file that is kept like the folder of [Scratch]. Whoever
// needs it no longer removes it.
func ScratchFile(word string) (path string, err error) {
	f, err := scratchFile(word)
	if err != nil {
		return "", err
	}
	return f.Name(), nil
}

// scratchFile makes a file that stays open, and so this process's.
func scratchFile(word string) (*File, error) {
	f, release, err := temporary(os.TempDir(), scratchPrefix+word)
	if err != nil {
		return nil, err
	}
	release()
	held.Store(f, nil)
	return f, nil
}

// SweepScratch removes folders and files of [Scratch] and [ScratchFile] whose owners
// are gone, after told has seen each folder. Those of other users stay.
func SweepScratch(told func(dir string)) {
	paths, _ := filepath.Glob(filepath.Join(os.TempDir(), scratchPrefix+"*"))
	for _, path := range paths {
		info, err := os.Lstat(path)
		if err != nil || !info.Mode().IsRegular() || !ofThisUser(info) {
			continue
		}
		sweepFile(path, func() {
			if dir := path + folderSuffix; Exists(dir) {
				told(dir)
				_ = RemoveForced(dir) // of a program that is gone: nobody asks
			}
		})
	}
}

// Sweep removes files below the folder that a process which is gone left half
// written. It does not look into the subfolders of the names in skip.
func Sweep(root string, skip ...string) {
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil
		case d.IsDir() && filepath.Dir(path) == filepath.Clean(root) && slices.Contains(skip, d.Name()):
			return fs.SkipDir
		case !d.Type().IsRegular() || !strings.HasPrefix(d.Name(), newPrefix) && !strings.HasPrefix(d.Name(), lockPrefix):
			return nil
		}
		sweepFile(path, func() {})
		return nil
	})
}

// sweepFile removes a file that has no owner any more, after first.
func sweepFile(path string, first func()) {
	f, err := os.OpenFile(path, os.O_RDWR|noFollow, 0)
	if err != nil {
		return
	}
	defer f.Close()
	if own(f, path) == nil {
		first()
		os.Remove(path)
	}
}

// temporary makes a file that is to be renamed, and owns it until release.
func temporary(dir, prefix string) (f *File, release func(), err error) {
	for range tries {
		if f, err = CreateTemp(dir, prefix+"*"); err != nil {
			return nil, nil, err
		}
		if release, err = second(f.File); err != nil {
			f.File.Close()
			return nil, nil, errors.Join(err, os.Remove(f.Name()))
		}
		if !errors.Is(own(f.File, f.Name()), errHeld) {
			return f, release, nil
		}
		release()
		f.File.Close()
	}
	return nil, nil, errSwept
}

// own takes the lock that tells who uses a temporary file. It is errHeld when
// another process has the lock, or when the name is gone. With another error the
// file system has no such lock: whoever made the file may use it, and nobody may
// remove it.
func own(f *os.File, path string) error {
	err := lockFile(f)
	if same, _ := isStill(path, f); !same {
		return errHeld
	}
	return err
}
