//go:build amd64 || arm64

package sandbox

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"slices"

	"golang.org/x/sys/unix"
)

// The filter of system calls keeps code from the kernel's side doors: memory that no
// limit on a process counts, namespaces and mounts of its own, keys of the login
// session, other processes, and interfaces with a long record of faults. It is a program
// of classic BPF, which bubblewrap loads before it starts the code.

// denied are the system calls that every architecture has and that fail with EPERM.
var denied = []uint32{
	unix.SYS_MEMFD_CREATE, unix.SYS_MEMFD_SECRET, // memory that is in no process
	unix.SYS_SHMGET, unix.SYS_SHMAT, unix.SYS_SHMCTL, unix.SYS_MSGGET, unix.SYS_SEMGET, unix.SYS_MQ_OPEN,
	unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT,
	unix.SYS_OPEN_TREE, unix.SYS_MOVE_MOUNT, unix.SYS_FSOPEN, unix.SYS_FSCONFIG, unix.SYS_FSMOUNT, unix.SYS_FSPICK, unix.SYS_MOUNT_SETATTR,
	unix.SYS_KEYCTL, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY,
	unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PROCESS_MADVISE, unix.SYS_KCMP, unix.SYS_PIDFD_GETFD,
	unix.SYS_USERFAULTFD, unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER,
	unix.SYS_MIGRATE_PAGES, unix.SYS_MOVE_PAGES,
	unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_FANOTIFY_INIT, unix.SYS_VMSPLICE,
	unix.SYS_NAME_TO_HANDLE_AT, unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_QUOTACTL, unix.SYS_QUOTACTL_FD, unix.SYS_ACCT, unix.SYS_SYSLOG,
	unix.SYS_KEXEC_LOAD, unix.SYS_KEXEC_FILE_LOAD, unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE,
	unix.SYS_REBOOT, unix.SYS_SWAPON, unix.SYS_SWAPOFF, unix.SYS_SETTIMEOFDAY, unix.SYS_CLOCK_SETTIME, unix.SYS_ADJTIMEX, unix.SYS_CLOCK_ADJTIME,
}

// deniedOf are those that one architecture alone has, by Go's name of it: on amd64
// modify_ldt, iopl and ioperm.
var deniedOf = map[string][]uint32{"amd64": {154, 172, 173}}

// spaces are the flags of clone that make namespaces.
const spaces = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP

// Offsets in what the kernel shows a filter, of a little-endian machine.
const (
	offNumber, offArch, offArg0, offArg2 = 0, 4, 16, 32
)

// architectures by Go's name.
var architectures = map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}

func failing(errno unix.Errno) uint32 { return unix.SECCOMP_RET_ERRNO | uint32(errno) }

// filter is the program for this architecture.
func filter() []unix.SockFilter {
	code := architectures[runtime.GOARCH]
	load := func(at uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
	}
	jump := func(kind uint16, k uint32, yes, no uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | kind | unix.BPF_K, Jt: yes, Jf: no, K: k}
	}
	ret := func(what uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: what} }
	program := []unix.SockFilter{
		load(offArch), jump(unix.BPF_JEQ, code, 1, 0), ret(failing(unix.ENOSYS)), // calls of another architecture have other numbers
		load(offNumber), jump(unix.BPF_JGE, 0x40000000, 0, 1), ret(failing(unix.ENOSYS)), // so have those of x32
	}
	for _, number := range slices.Concat(denied, deniedOf[runtime.GOARCH]) {
		program = append(program, jump(unix.BPF_JEQ, number, 0, 1), ret(failing(unix.EPERM)))
	}
	return append(program,
		// clone3 has its flags in memory, where a filter cannot look: libraries go on with clone.
		jump(unix.BPF_JEQ, unix.SYS_CLONE3, 0, 1), ret(failing(unix.ENOSYS)),
		jump(unix.BPF_JEQ, unix.SYS_CLONE, 0, 4), load(offArg0), jump(unix.BPF_JSET, spaces, 0, 1), ret(failing(unix.EPERM)), ret(unix.SECCOMP_RET_ALLOW),
		// Code whose memory is not to be dumped has open files that a user cannot look at.
		jump(unix.BPF_JEQ, unix.SYS_PRCTL, 0, 4), load(offArg0), jump(unix.BPF_JEQ, unix.PR_SET_DUMPABLE, 0, 1), ret(failing(unix.EPERM)), ret(unix.SECCOMP_RET_ALLOW),
		// Sockets are of the host's own kind, of the internet, or ask for routes, as name
		// look-ups do; pairs are of the first kind. The kernel makes one of another kind,
		// and loads what that takes, before it says that it has no pairs.
		jump(unix.BPF_JEQ, unix.SYS_SOCKETPAIR, 0, 4), load(offArg0), jump(unix.BPF_JEQ, unix.AF_UNIX, 0, 1),
		ret(unix.SECCOMP_RET_ALLOW), ret(failing(unix.EAFNOSUPPORT)),
		jump(unix.BPF_JEQ, unix.SYS_SOCKET, 1, 0), ret(unix.SECCOMP_RET_ALLOW),
		load(offArg0), jump(unix.BPF_JEQ, unix.AF_UNIX, 5, 0), jump(unix.BPF_JEQ, unix.AF_INET, 4, 0), jump(unix.BPF_JEQ, unix.AF_INET6, 3, 0),
		jump(unix.BPF_JEQ, unix.AF_NETLINK, 0, 3), load(offArg2), jump(unix.BPF_JEQ, unix.NETLINK_ROUTE, 0, 1),
		ret(unix.SECCOMP_RET_ALLOW), ret(failing(unix.EAFNOSUPPORT)),
	)
}

// filterProgram is the filter as bubblewrap reads it; nil where there is none.
func filterProgram() []byte {
	var data bytes.Buffer
	_ = binary.Write(&data, binary.NativeEndian, filter()) // of sizes that are known, into memory
	return data.Bytes()
}
