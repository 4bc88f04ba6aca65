package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// RemoveForced removes a folder with all that is in it, whatever the modes of the folders
// and however deep they lie: those that are in the way are made open, and brought up
// one by one. The error says what cannot be removed.
func RemoveForced(dir string) error {
	err := os.RemoveAll(dir)
	if err == nil {
		return nil
	}
	top, openErr := openOwn(unix.AT_FDCWD, dir)
	if openErr != nil {
		return err
	}
	defer unix.Close(top)
	if err := flatten(top); err != nil {
		return fmt.Errorf("remove %s: %w", dir, err)
	}
	return os.RemoveAll(dir)
}

// flatten empties the open folder. It holds two descriptors, however deep the folders
// are: those of a folder in it are renamed into it.
func flatten(top int) error {
	for next := 0; ; {
		names, err := namesOf(top)
		if err != nil || len(names) == 0 {
			return err
		}
		for _, name := range names {
			if err := unix.Unlinkat(top, name, 0); err == nil || !errors.Is(err, unix.EISDIR) && !errors.Is(err, unix.EPERM) {
				if err != nil {
					return &fs.PathError{Op: "unlink", Path: name, Err: err}
				}
				continue
			}
			if next, err = raise(top, name, next); err != nil {
				return &fs.PathError{Op: "remove", Path: name, Err: err}
			}
		}
	}
}

// raise takes what is in a folder out of it, the folders to top under the next numbers,
// and removes the folder.
func raise(top int, name string, next int) (int, error) {
	dir, err := openOwn(top, name)
	if err != nil {
		return next, err
	}
	defer unix.Close(dir)
	for {
		names, err := namesOf(dir)
		if err != nil {
			return next, err
		}
		if len(names) == 0 {
			return next, unix.Unlinkat(top, name, unix.AT_REMOVEDIR)
		}
		for _, inner := range names {
			if unix.Unlinkat(dir, inner, 0) == nil {
				continue
			}
			for {
				next++
				if err = unix.Renameat2(dir, inner, top, ".removed-"+strconv.Itoa(next), unix.RENAME_NOREPLACE); !errors.Is(err, unix.EEXIST) {
					break
				}
			}
			if errors.Is(err, unix.EACCES) { // a folder that is moved is written to
				var open int
				if open, err = openOwn(dir, inner); err == nil {
					unix.Close(open)
					err = unix.Renameat(dir, inner, top, ".removed-"+strconv.Itoa(next))
				}
			}
			if err != nil {
				return next, err
			}
		}
	}
}

// openOwn opens a folder of this user, and opens its mode first. No link is followed.
func openOwn(at int, name string) (fd int, err error) {
	const flags = unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC
	place, err := unix.Openat(at, name, unix.O_PATH|flags, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(place)
	if err := os.Chmod(fmt.Sprintf("/proc/self/fd/%d", place), 0o700); err != nil {
		return 0, err
	}
	return unix.Openat(at, name, unix.O_RDONLY|flags, 0)
}

// namesOf lists at most a thousand names of an open folder, from its beginning.
func namesOf(dir int) ([]string, error) {
	again, err := unix.Openat(dir, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(again), ".")
	defer f.Close()
	names, err := f.Readdirnames(1_000)
	if len(names) == 0 {
		return nil, nil
	}
	return names, err
}
