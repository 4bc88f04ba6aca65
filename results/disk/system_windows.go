package disk

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// This file is what Windows has in the place of Unix. A file that is open cannot be
// renamed there, so nothing marks temporary files as in use, and nobody sweeps them.

// waitForFile takes the lock of an open file as soon as nobody else has it. A lock
// keeps others from the bytes that it covers, so it covers one far beyond the end.
func waitForFile(f *os.File) error {
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, &windows.Overlapped{OffsetHigh: 1 << 30})
}

const noFollow = 0

func second(*os.File) (release func(), err error) { return func() {}, nil }

func ofThisUser(fs.FileInfo) bool { return false }

func bootID() string { return "" }

// noProcess reports that no process of this machine has the number.
func noProcess(pid int) bool {
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return errors.Is(err, windows.ERROR_INVALID_PARAMETER)
	}
	defer windows.CloseHandle(h)
	const running = 259 // STILL_ACTIVE
	var code uint32
	return windows.GetExitCodeProcess(h, &code) == nil && code != running
}

// MayWrite reports whether files can be made in the folder, or the folder itself. The
// rights of a folder do not tell it there, so it makes one.
func MayWrite(dir string) bool {
	f, err := os.CreateTemp(dir, newPrefix+"*")
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	return errors.Join(f.Close(), os.Remove(f.Name())) == nil
}

func free(path string) (uint64, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, err
	}
	var mine, total, all uint64
	err = windows.GetDiskFreeSpaceEx(name, &mine, &total, &all)
	return mine, err
}

// Changed is when the file last changed, in nanoseconds.
func Changed(info fs.FileInfo) int64 { return info.ModTime().UnixNano() }

// syncNames does nothing: NTFS keeps a log of names, and contents are synced by
// whoever writes them.
func syncNames(string) error { return nil }
