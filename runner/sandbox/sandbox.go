// Package sandbox runs an agent's Python in bubblewrap, without network, and opens
// the files that it left.
//
// The code can reach /workspace (its own folder, read and write), the gateway's
// socket, a private /tmp of bounded size, the system's libraries and Python
// read-only, and the helper library autodatabench.py. It sees no home, no /etc, no
// other process, no other run, and not this program. Limits hold for memory,
// processes, file sizes, open files, the workspace's size and the output. On the
// deadline the whole process tree is killed.
//
// If the program runs as root, the code gets a user id of its own, because limits
// on processes do not bind root. Kind "none" keeps the limits and drops all
// isolation. It is for machines that have no bubblewrap, and it marks trials.
//
// The package is not for judging the code's outcome: a non-zero exit is a result,
// and an error of Run is always a fault of the platform.
package sandbox

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// The kinds of sandbox.
const (
	Bubblewrap = "bubblewrap"
	None       = "none"
)

// Limits bound one execution. Zero fields take the defaults, which are given.
type Limits struct {
	Memory    int64 // bytes, of the processes together; 8 GiB
	Processes int   // threads count as well; 512
	FileSize  int64 // bytes of one file; 1 GiB
	OpenFiles int   // of one process; 1,024
	Tmp       int64 // bytes of /tmp and of /dev/shm; 512 MiB
	Disk      int64 // bytes of the workspace; 4 GiB
	CPUs      int   // whose time the processes may use together; all of the machine

	time time.Duration // of the execution: one process may use what the CPUs give in it
}

// Config is what all executions share.
type Config struct {
	Kind   string // Bubblewrap (also when empty) or None
	Python string // command or path of Python 3.9 or newer; empty means python3
	Limits Limits // of executions that name none

	Environment string // folder of a virtual environment, whose Python takes the place of Python

	Hide []string         // host paths to cover where the system's folders would show them
	Now  func() time.Time // measures Result.Duration; nil leaves it 0

	// OOMKills counts the processes that the machine killed for want of memory; nil
	// asks the system.
	OOMKills func() (n int64, known bool)
}

// Spec is one execution.
type Spec struct {
	Workspace string        // host folder, /workspace inside and the working directory
	Code      string        // name of a file in the workspace; empty with Command
	Socket    string        // host path of the gateway's socket; empty for none
	Timeout   time.Duration // wall clock
	Limits    Limits        // zero fields: the configuration's

	// Command is run instead of Code: a program with its arguments, where python3 is
	// the configured Python, other names are looked up on PATH and ./name is a file
	// in the workspace. It reads Stdin; what it writes on standard output is
	// Result.Stdout and not part of Output.
	Command []string
	Stdin   []byte
}

// Result is how the code ended.
type Result struct {
	ExitCode int // of the code; 128 + signal when it was killed
	TimedOut bool
	Limit    results.Limit // that the code was stopped for; empty for none
	Held     results.Sandbox
	Output   []byte // stdout and stderr as they came: the first 32 KiB and the last 96 KiB
	Stdout   []byte // of a command: the first MiB
	Duration time.Duration
}

// Sandbox runs code. It is safe for concurrent use.
type Sandbox struct {
	cfg     Config
	bwrap   string
	setpriv string // gives code its user id
	python  python
	uids    bool            // code gets a user id of its own
	noNests bool            // code's user namespace may hold no others
	groups  *groups         // nil where there are no control groups
	held    results.Sandbox // but for the filter
}

// New finds bubblewrap and Python and tries both once with a real run.
func New(cfg Config) (*Sandbox, error) {
	if cfg.Kind == "" {
		cfg.Kind = Bubblewrap
	}
	if cfg.Python == "" {
		cfg.Python = "python3"
	}
	if cfg.Kind != Bubblewrap && cfg.Kind != None {
		return nil, results.Bad(fmt.Errorf("sandbox kind %q: want %s or %s", cfg.Kind, Bubblewrap, None))
	}
	if err := OnlyLinux(runtime.GOOS); err != nil {
		return nil, err
	}
	keepOpenFiles()
	s := &Sandbox{cfg: cfg, groups: usableGroups(), held: results.Sandbox{Kind: cfg.Kind, User: "user", Kernel: kernel()}}
	if s.groups != nil {
		s.held.Cgroup = s.groups.version
		if cfg.Now != nil {
			s.groups.sweep(cfg.Now())
		}
	}
	var err error
	if cfg.Environment != "" {
		var copies []string
		if s.cfg.Python, s.held.Environment, copies, err = openEnvironment(cfg.Environment); err != nil {
			return nil, err
		}
		s.cfg.Hide = append(slices.Clone(cfg.Hide), copies...)
	}
	if s.python, err = findPython(s.cfg.Python); err != nil {
		return nil, err
	}
	if cfg.Kind == None {
		return s, s.probe()
	}
	if s.bwrap, s.held.Bubblewrap, err = findBubblewrap(); err != nil {
		return nil, err
	}
	if s.setpriv, err = exec.LookPath("setpriv"); os.Geteuid() == 0 && err == nil {
		s.uids, s.held.User = true, "root"
		if s.probe() == nil {
			return s, nil
		}
		s.uids, s.held.User = false, "user" // root of a container, which may have no other user ids
	}
	if s.noNests = canForbidNests(s.bwrap); s.noNests {
		if s.probe() == nil {
			return s, nil
		}
		s.noNests = false // as where /proc/sys cannot be written
	}
	return s, s.probe()
}

// EnvironmentDigest is the digest of the environment that was given; empty without one.
func (s *Sandbox) EnvironmentDigest() string { return s.held.Environment }

// OnlyLinux refuses every other system.
func OnlyLinux(system string) error {
	if system == "linux" {
		return nil
	}
	return results.Infra(fmt.Errorf("trials run on Linux only, and this is %s", system),
		"use a Linux machine, a virtual machine or a container (bench/doc/install.md); everything that reads results works here")
}

// probe runs an empty program.
func (s *Sandbox) probe() error {
	dir, remove, err := disk.Scratch("probe-")
	if err != nil {
		return results.Infra(fmt.Errorf("try the sandbox: %w", err))
	}
	defer remove()
	if err := os.WriteFile(filepath.Join(dir, CodeFile), []byte("import autodatabench\nprint('ready')\n"), 0o644); err != nil {
		return results.Infra(fmt.Errorf("try the sandbox: %w", err))
	}
	r, err := s.Run(context.Background(), Spec{Workspace: dir, Code: CodeFile, Timeout: time.Minute})
	if err == nil && (r.ExitCode != 0 || string(r.Output) != "ready\n") {
		err = results.Infra(fmt.Errorf("python ended with status %d: %s", r.ExitCode, oneLine(r.Output)), hint)
	}
	if err != nil {
		return fmt.Errorf("try the sandbox: %w", err)
	}
	return nil
}

// withDefaults fills l's zero fields from d and then from the package's defaults.
func (l Limits) withDefaults(d Limits) Limits {
	return Limits{
		Memory:    cmp.Or(l.Memory, d.Memory, 8<<30),
		Processes: cmp.Or(l.Processes, d.Processes, 512),
		FileSize:  cmp.Or(l.FileSize, d.FileSize, 1<<30),
		OpenFiles: cmp.Or(l.OpenFiles, d.OpenFiles, 1_024),
		Tmp:       cmp.Or(l.Tmp, d.Tmp, 512<<20),
		Disk:      cmp.Or(l.Disk, d.Disk, 4<<30),
		CPUs:      cmp.Or(l.CPUs, d.CPUs, runtime.NumCPU()),
	}
}
