package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// What a killed process leaves behind is removed by the next one. A file or folder
// that is not kept bears marked in its name, and whoever made it holds a lock of the
// kernel on it (flock, or what the system has in its place): one that nobody holds has no owner any more. Those of older
// programs have no mark, and nobody can tell whether they are in use.
const (
	marked        = "held-"
	scratchPrefix = "adb-" + marked
	newPrefix     = ".new-" + marked
	lockPrefix    = ".lock-" + marked
)

// tries is how often a name is made anew that a sweep took for a leftover, in the
// instant before it was locked.
const tries = 100

var errSwept = errors.New("another process removes what this one makes")

// Scratch makes a folder for temporary files, whose name holds the word. It is gone
// after remove, or after a later program's [SweepScratch].
func Scratch(word string) (dir string, remove func(), err error) {
	if err := before(Mkdir, os.TempDir()); err != nil {
		return "", nil, err
	}
	for range tries {
		if dir, err = os.MkdirTemp("", scratchPrefix+word); err != nil {
			return "", nil, err
		}
		f, err := os.Open(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", nil, errors.Join(err, os.Remove(dir))
		}
		if !errors.Is(own(f, dir), errHeld) {
			held.Store(f, nil)
			return dir, func() { os.RemoveAll(dir); held.Delete(f); f.Close() }, nil
		}
		f.Close()
	}
	return "", nil, errSwept
}

// ScratchFile makes an empty file that is kept like the folder of [Scratch]. Whoever
// needs it no longer removes it.
func ScratchFile(word string) (path string, err error) {
	f, release, err := temporary(os.TempDir(), scratchPrefix+word)
	if err != nil {
		return "", err
	}
	held.Store(f, release)
	return f.Name(), nil
}

// SweepScratch removes folders and files of [Scratch] and [ScratchFile] whose owners
// are gone, after told has seen each. Those of other users stay.
func SweepScratch(told func(path string)) {
	paths, _ := filepath.Glob(filepath.Join(os.TempDir(), scratchPrefix+"*"))
	for _, path := range paths {
		f, err := openLeftover(path)
		if err != nil {
			continue
		}
		if ofThisUser(f) && own(f, path) == nil {
			told(path)
			os.RemoveAll(path)
		}
		f.Close()
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
		f, err := openLeftover(path)
		if err != nil {
			return nil
		}
		defer f.Close()
		if own(f, path) == nil {
			os.Remove(path)
		}
		return nil
	})
}

// temporary makes a file that is to be renamed, and owns it until release.
func temporary(dir, prefix string) (f *File, release func(), err error) {
	for range tries {
		if f, err = CreateTemp(dir, prefix+"*"); err != nil {
			return nil, nil, err
		}
		if release, err = keepOwned(f.File); err != nil {
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

// own takes the lock that tells who uses a temporary file or folder. It is errHeld
// when another process has the lock, or when the name is gone. With another error
// the file system has no such lock: whoever made the file may use it, and nobody
// may remove it.
func own(f *os.File, path string) error {
	err := tryOwn(f)
	if errors.Is(err, errHeld) {
		return errHeld
	}
	if same, _ := isStill(path, f); !same {
		return errHeld
	}
	return err
}
