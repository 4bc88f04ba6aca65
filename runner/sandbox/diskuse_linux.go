package sandbox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/autodatabench/autodatabench/results"
)

// maxLevels is how deep folders of a workspace may lie in each other. Each level that is
// looked into takes a descriptor.
const maxLevels = 200

// maxLooks is how many looks in a row may find open files in sockets. Code that hands files
// on is seen doing so by chance; code that hides them may take a new socket each time.
const maxLooks = 5

// usedOf are the bytes and files of one of the sandbox's file systems in memory, which
// has the size. While bubblewrap begins, the host's lies at the path, which does not
// count.
func usedOf(path string, size int64) (bytes, files int64, err error) {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return 0, 0, err
	}
	if full := int64(st.Blocks) * int64(st.Bsize); st.Type != unix.TMPFS_MAGIC || full < size || full >= size+int64(st.Bsize) {
		return 0, 0, nil
	}
	return int64(st.Blocks-st.Bfree) * int64(st.Bsize), int64(st.Files - st.Ffree), nil
}

// usage adds up what files take. It follows no link, and goes from folder to folder by
// descriptors, so that no path is too long.
type usage struct {
	bytes int64
	files int
	seen  map[unix.Stat_t]bool // unlinked files by device and number
}

var errTooDeep = errors.New("too deep")

// overDisk adds up the workspace's files, and those that are gone from it and still
// open.
func (e *execution) overDisk(pid int) error {
	u := usage{seen: map[unix.Stat_t]bool{}}
	over := func(format string, args ...any) error {
		return &limitError{results.DiskLimit, fmt.Sprintf(format, args...)}
	}
	dir := openFolder(unix.AT_FDCWD, e.spec.Workspace)
	if dir == nil {
		if _, err := os.Lstat(e.spec.Workspace); err == nil { // the code closed it
			return over("the workspace cannot be looked into")
		}
		return nil // the end of the run tells
	}
	var root unix.Stat_t
	if err := unix.Fstat(int(dir.Fd()), &root); err != nil {
		dir.Close()
		return nil
	}
	err := u.folder(dir, 0)
	h := hidden{usage: &u, device: root.Dev, most: e.spec.Limits.FileSize}
	for _, p := range descendants(pid, 2*e.spec.Limits.Processes) {
		h.process(p)
	}
	waited := slices.ContainsFunc(h.inFlight, func(socket uint64) bool { return slices.Contains(e.inFlight, socket) })
	stayed := slices.ContainsFunc(h.closed, func(pid int) bool { return slices.Contains(e.closed, pid) })
	if e.looks++; len(h.inFlight) == 0 {
		e.looks = 0
	}
	e.inFlight, e.closed = h.inFlight, h.closed
	switch {
	case stayed:
		return over("a process does not let its open files be counted")
	case waited || e.looks >= maxLooks:
		return over("open files wait in sockets, where they cannot be counted")
	case errors.Is(err, errTooDeep):
		return over("folders of the workspace lie more than %d deep in each other", maxLevels)
	case u.files > maxFiles:
		return over("the workspace has more than %d files", maxFiles)
	case u.bytes > e.spec.Limits.Disk:
		return over("the workspace has more than %d MiB", e.spec.Limits.Disk>>20)
	}
	return nil
}

// folder adds an open folder and closes it. What is removed meanwhile does not count.
func (u *usage) folder(dir *os.File, level int) error {
	defer dir.Close()
	if level > maxLevels {
		return errTooDeep
	}
	for {
		names, err := dir.Readdirnames(1_000)
		for _, name := range names {
			if u.files++; u.files > maxFiles {
				return nil
			}
			var st unix.Stat_t
			if unix.Fstatat(int(dir.Fd()), name, &st, unix.AT_SYMLINK_NOFOLLOW) != nil {
				continue
			}
			u.bytes += st.Blocks * 512
			if st.Mode&unix.S_IFMT != unix.S_IFDIR {
				continue
			}
			if inner := openFolder(int(dir.Fd()), name); inner != nil {
				if err := u.folder(inner, level+1); err != nil {
					return err
				}
			}
		}
		if err != nil || len(names) == 0 {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return err
		}
	}
}

// openFolder opens a folder also when its mode forbids it: its owner may change that.
func openFolder(dir int, name string) *os.File {
	const flags = unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC
	fd, err := unix.Openat(dir, name, unix.O_RDONLY|flags, 0)
	if errors.Is(err, unix.EACCES) {
		var place int
		if place, err = unix.Openat(dir, name, unix.O_PATH|flags, 0); err == nil {
			if err = os.Chmod(fmt.Sprintf("/proc/self/fd/%d", place), 0o700); err == nil { // no link can have taken its name
				fd, err = unix.Openat(dir, name, unix.O_RDONLY|flags, 0)
			}
			unix.Close(place)
		}
	}
	if err != nil {
		return nil
	}
	return os.NewFile(uintptr(fd), name)
}
