package sandbox

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// isolation is bubblewrap's arguments before the command.
func (e *execution) isolation() []string {
	args := []string{"--die-with-parent", "--new-session", "--info-fd", strconv.Itoa(madeFD), "--block-fd", strconv.Itoa(wordFD)}
	if e.uid != 0 { // root: setpriv changes to the user id and loses these rights
		args = append(args, "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try",
			"--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
	} else {
		args = append(args, "--unshare-all", "--uid", "1000", "--gid", "1000")
		if e.s.noNests {
			args = append(args, "--unshare-user", "--disable-userns")
		}
	}
	args = append(args, "--hostname", "sandbox")
	args = append(args, e.system()...)
	tmp := strconv.FormatInt(e.spec.Limits.Tmp, 10)
	args = append(args,
		"--proc", "/proc",
		"--ro-bind", "/proc/sys", "/proc/sys", // code may have the user id of the host's root, whose these are
		"--ro-bind-try", "/proc/irq", "/proc/irq", "--ro-bind-try", "/proc/bus", "/proc/bus",
		"--ro-bind-try", "/proc/fs", "/proc/fs", "--ro-bind-try", "/proc/acpi", "/proc/acpi",
		"--dev", "/dev",
		"--perms", "1777", "--size", tmp, "--tmpfs", "/dev/shm",
		"--perms", "1777", "--size", tmp, "--tmpfs", "/tmp")
	args = append(args, e.interpreter()...) // it may lie below the host's /tmp
	args = append(args,
		"--bind", e.spec.Workspace, "/workspace",
		"--perms", "0555", "--dir", "/opt/autodatabench",
		"--perms", "0444", "--ro-bind-data", strconv.Itoa(e.libraryFD), "/opt/autodatabench/autodatabench.py",
	)
	if e.filterFD != 0 {
		args = append(args, "--seccomp", strconv.Itoa(e.filterFD))
	}
	if e.spec.Socket != "" {
		args = append(args, "--ro-bind", e.spec.Socket, "/run/gateway.sock")
	}
	// Last: bubblewrap's own / and /dev are unbounded and writable until now.
	return append(args, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/workspace", "--")
}

// system shows libraries and programs read-only.
func (e *execution) system() []string {
	args := []string{"--dir", "/etc", "--dir", "/opt", "--dir", "/run", "--ro-bind", "/usr", "/usr"}
	for _, path := range systemLinks {
		info, err := os.Lstat(path)
		if err != nil {
			continue
		}
		if target, err := os.Readlink(path); err == nil {
			args = append(args, "--symlink", target, path)
		} else if info.IsDir() {
			args = append(args, "--ro-bind", path, path)
		}
	}
	for _, path := range systemFiles {
		args = append(args, "--ro-bind-try", path, path)
	}
	return args
}

// interpreter shows Python read-only, and covers what is hidden.
func (e *execution) interpreter() (args []string) {
	for _, prefix := range e.s.python.prefixes {
		if prefix != "/" && prefix != "/usr" && !below(prefix, "/usr") {
			args = append(append(args, parents(prefix)...), "--ro-bind", prefix, prefix)
		}
	}
	for _, path := range e.s.hidden() {
		cover := e.dir // empty
		if info, err := os.Lstat(path); err != nil || !info.IsDir() {
			cover = "/dev/null"
		}
		args = append(args, "--ro-bind", cover, path)
	}
	return args
}

// parents makes the folders above path open to every user; bubblewrap on its own
// would give them the rights that they have on the host, a home's for one.
func parents(path string) []string {
	dir := filepath.Dir(path)
	if dir == "/" {
		return nil
	}
	return append(parents(dir), "--dir", dir)
}

// firstUID starts a range of user ids that no system hands out; a workspace
// has one of it by its inode, so that executions at the same time differ.
const (
	firstUID = 1_600_000_000
	countUID = 1 << 24
)

// ownWorkspace gives the folder and everything in it to a user id of its own.
func ownWorkspace(dir string) (uid int, err error) {
	inode, err := inodeOf(dir)
	if err != nil {
		return 0, err
	}
	uid = firstUID + int(inode%countUID)
	return uid, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, uid, uid)
	})
}
