package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// hidden adds up files of the workspace's device that have no name any more and are kept
// by processes: open, mapped, or on their way through a socket.
type hidden struct {
	*usage
	device   uint64
	most     int64    // bytes of one file, for one that cannot be looked at
	inFlight []uint64 // sockets in which descriptors wait
	closed   []int    // processes that cannot be looked into
}

// process adds the files of a process, as a thread of it that lives shows them: the first
// one may have ended. Code that runs as this program's own user can be looked into, unless
// it took care that it cannot, or is just ending.
func (h *hidden) process(pid int) {
	threads, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	refused := false
	for _, thread := range threads {
		dir := fmt.Sprintf("/proc/%d/task/%s", pid, thread.Name())
		open, err := os.ReadDir(dir + "/fd")
		if err != nil {
			refused = refused || errors.Is(err, fs.ErrPermission) && !ended(dir)
			continue
		}
		for _, fd := range open {
			h.descriptor(dir, fd.Name())
		}
		h.mapped(pid, dir)
		return
	}
	if refused {
		h.closed = append(h.closed, pid)
	}
}

// ended reports whether a thread has ended and waits for its parent.
func ended(dir string) bool {
	switch state(dir) {
	case "", "Z", "X":
		return true
	}
	return false
}

// descriptor adds an open file.
func (h *hidden) descriptor(dir, fd string) {
	var st unix.Stat_t
	if unix.Stat(dir+"/fd/"+fd, &st) != nil {
		return
	}
	if st.Mode&unix.S_IFMT == unix.S_IFSOCK && count(dir+"/fdinfo/"+fd, "scm_fds:") > 0 {
		h.inFlight = append(h.inFlight, st.Ino)
	}
	h.add(st)
}

// add adds a file without a name, once.
func (h *hidden) add(st unix.Stat_t) {
	same := unix.Stat_t{Dev: st.Dev, Ino: st.Ino}
	if st.Nlink > 0 || st.Dev != h.device || st.Mode&unix.S_IFMT != unix.S_IFREG || h.seen[same] {
		return
	}
	h.seen[same] = true
	h.bytes += st.Blocks * 512
}

// mapped adds the files that the process has mapped. Root may look at them; for others
// each counts as the largest file that there may be.
func (h *hidden) mapped(pid int, dir string) {
	maps, _ := os.ReadFile(dir + "/maps")
	for line := range strings.Lines(string(maps)) {
		fields := strings.Fields(line) // range, rights, offset, device, inode, path
		if len(fields) < 6 || !strings.HasSuffix(line, " (deleted)\n") {
			continue
		}
		inode, _ := strconv.ParseUint(fields[4], 10, 64)
		known := h.seen[unix.Stat_t{Dev: h.device, Ino: inode}]
		if known || device(fields[3]) != h.device {
			continue
		}
		var st unix.Stat_t
		if unix.Stat(fmt.Sprintf("/proc/%d/map_files/%s", pid, fields[0]), &st) != nil {
			st = unix.Stat_t{Dev: h.device, Ino: inode, Mode: unix.S_IFREG, Blocks: h.most / 512}
		}
		h.add(st)
	}
}

// device is a device's number from its two parts in base 16.
func device(text string) uint64 {
	first, second, _ := strings.Cut(text, ":")
	major, _ := strconv.ParseUint(first, 16, 32)
	minor, _ := strconv.ParseUint(second, 16, 32)
	return unix.Mkdev(uint32(major), uint32(minor))
}
