package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
)

// kinds of sandbox that this machine offers, made once.
var kinds = sync.OnceValues(func() (map[string]*Sandbox, error) {
	all := map[string]*Sandbox{}
	for _, kind := range []string{Bubblewrap, None} {
		s, err := New(Config{Kind: kind, Now: time.Now})
		if err != nil {
			return nil, err
		}
		all[kind] = s
		if s.uids { // root tests the way of ordinary users as well
			userns := *s
			userns.uids = false
			all[kind+" without user ids"] = &userns
		}
	}
	return all, nil
})

// usual runs the test in the sandbox that New makes.
func usual(t *testing.T, test func(t *testing.T, s *Sandbox)) {
	all, err := kinds()
	if err != nil {
		t.Fatal(err)
	}
	test(t, all[Bubblewrap])
}

// isolating runs the test in every sandbox that isolates.
func isolating(t *testing.T, test func(t *testing.T, s *Sandbox)) {
	each(t, func(t *testing.T, s *Sandbox) {
		if s.cfg.Kind != None {
			test(t, s)
		}
	})
}

// each runs the test in every sandbox.
func each(t *testing.T, test func(t *testing.T, s *Sandbox)) {
	all, err := kinds()
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range all {
		t.Run(name, func(t *testing.T) { test(t, s) })
	}
}

// run executes the program in a fresh workspace.
func run(t *testing.T, s *Sandbox, code string, spec Spec) (Result, string) {
	t.Helper()
	spec.Workspace, spec.Code = t.TempDir(), "code.py"
	if err := os.WriteFile(filepath.Join(spec.Workspace, "code.py"), []byte(code), 0o644); err != nil {
		t.Fatal(err)
	}
	if spec.Timeout == 0 {
		spec.Timeout = time.Minute
	}
	r, err := s.Run(context.Background(), spec)
	if err != nil {
		t.Fatal(err)
	}
	return r, spec.Workspace
}

func TestRun(t *testing.T) {
	each(t, func(t *testing.T, s *Sandbox) {
		r, dir := run(t, s, `
import os, sys, autodatabench
print("out"); print("err", file=sys.stderr)
open("left.txt", "w").write(os.getcwd() + " " + os.environ["HOME"])
print(os.listdir("/proc/self/fd"))
sys.exit(3)`, Spec{})
		if r.ExitCode != 3 || r.TimedOut || r.Duration <= 0 || string(r.Output) != "out\nerr\n['0', '1', '2', '3']\n" {
			t.Errorf("got %+v: %s", r, r.Output)
		}
		want := "/workspace /workspace"
		if s.cfg.Kind == None {
			want = dir + " " + dir
		}
		if data, err := os.ReadFile(filepath.Join(dir, "left.txt")); err != nil || string(data) != want {
			t.Errorf("left %s (%v), want %s", data, err, want)
		}
	})
}

func TestExitOnSignal(t *testing.T) {
	each(t, func(t *testing.T, s *Sandbox) {
		if r, _ := run(t, s, "import os\nos.kill(os.getpid(), 9)", Spec{}); r.ExitCode != 137 {
			t.Errorf("exit status %d", r.ExitCode)
		}
	})
}

// TestIsolation probes the sandbox; each probe prints "safe" or what it could do.
func TestIsolation(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	repo, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("SECRET_KEY", "secret")
	probes := []struct{ name, code string }{
		{"network", `
import socket
try:
    socket.create_connection(("1.1.1.1", 53), 2); print("connected")
except OSError: pass
s = socket.socket(); s.bind(("127.0.0.1", 0))
print("safe" if [n for _, n in socket.if_nameindex()] == ["lo"] else socket.if_nameindex())`},
		{"files of the host", fmt.Sprintf(`
import os
seen = [p for p in (%q, %q, %q, "/etc/passwd", "/etc/shadow", "/etc/hostname", "/var", "/sys", "/boot", "/root/.ssh", "/root/.bashrc", "/home", "/work", "/run/docker.sock", "/usr/local/go")
        if os.path.exists(p)]
print(seen or "safe")`, secret, repo, program)},
		{"environment", `
import os
try: first = open("/proc/1/environ").read()
except PermissionError: first = ""
print("safe" if "secret" not in repr(os.environ) + first else os.environ)`},
		{"processes", `
import os
pids = [int(p) for p in os.listdir("/proc") if p.isdigit()]
print("safe" if len(pids) <= 3 and max(pids) < 100 else pids)`},
		{"writable places", `
import os
written = []
for d, dirs, _ in os.walk("/"):
    if d.startswith(("/proc", "/workspace", "/tmp", "/dev/shm")) or d.count("/") > 2: dirs.clear(); continue
    try: open(d + "/x", "w"); written.append(d)
    except OSError: pass
mounts = [m.split() for m in open("/proc/mounts")]
written += [m[1] for m in mounts if m[3].startswith("rw") and not m[1].startswith(("/proc", "/workspace", "/tmp", "/dev/"))]
print(written or "safe")`},
		{"the helper library", `
import autodatabench
try: open(autodatabench.__file__, "a"); print("written")
except OSError: print("safe")`},
		{"rights", `
import os, ctypes
status = open("/proc/self/status").read()
libc = ctypes.CDLL(None, use_errno=True)
could = [n for n, ok in (("capabilities", "CapEff:\t0000000000000000" not in status), ("new privileges", "NoNewPrivs:\t1" not in status),
    ("mount", libc.mount(b"x", b"/tmp", b"tmpfs", 0, None) == 0), ("root", os.getuid() == 0), ("setuid", libc.setuid(0) == 0)) if ok]
print(could or "safe")`},
		{"limits raised", `
import resource
raised = []
for name in ("AS", "NPROC", "FSIZE", "NOFILE"):
    n = getattr(resource, "RLIMIT_" + name)
    try: resource.setrlimit(n, (resource.getrlimit(n)[1] + 1,) * 2); raised.append(name)
    except (ValueError, OSError): pass
print(raised or "safe")`},
		{"devices", `
import os
print("safe" if not [n for n in os.listdir("/dev") if n in ("vda", "sda", "mem", "kmsg", "fuse", "kvm", "nvidia0")] else os.listdir("/dev"))`},
	}
	var code, want strings.Builder
	for _, tt := range probes { // in one execution, since each takes a while to start
		fmt.Fprintf(&code, "print(end=%q)\ntry: exec(%q)\nexcept Exception as e: print(repr(e))\n", tt.name+": ", tt.code)
		fmt.Fprintf(&want, "%s: safe\n", tt.name)
	}
	isolating(t, func(t *testing.T, s *Sandbox) {
		r, _ := run(t, s, code.String(), Spec{})
		if diff := cmp.Diff(want.String(), string(r.Output)); diff != "" {
			t.Errorf("exit %d: %s", r.ExitCode, diff)
		}
	})
}

// TestHide covers what lies where the system's folders are shown, also a folder
// that is made after the sandbox.
func TestHide(t *testing.T) {
	usual(t, func(t *testing.T, s *Sandbox) {
		covered := *s
		prefix, err := os.MkdirTemp("/var/tmp", "adb-test-") // /tmp is another one inside
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(prefix)
		if err := os.Chmod(prefix, 0o755); err != nil {
			t.Fatal(err)
		}
		covered.python.prefixes = append(slices.Clone(covered.python.prefixes), prefix)
		later := filepath.Join(prefix, "private")
		covered.cfg.Hide = []string{"/usr/bin/env", "/usr/share", "/nowhere", later}
		code := fmt.Sprintf(`
import os
print(os.path.getsize("/usr/bin/env"), os.listdir("/usr/share"), os.listdir(%q), os.path.exists(%[2]q) and os.listdir(%[2]q))`, prefix, later)
		if r, _ := run(t, &covered, code, Spec{}); string(r.Output) != "0 [] [] False\n" {
			t.Errorf("got %s", r.Output)
		}
		if err := errors.Join(os.Mkdir(later, 0o755), os.WriteFile(filepath.Join(later, "answers"), nil, 0o644)); err != nil {
			t.Fatal(err)
		}
		if r, _ := run(t, &covered, code, Spec{}); string(r.Output) != "0 [] ['private'] []\n" {
			t.Errorf("a folder made after the start: got %s", r.Output)
		}
	})
}

// TestConcurrentRuns checks that executions at the same time do not see each
// other.
func TestConcurrentRuns(t *testing.T) {
	usual(t, func(t *testing.T, s *Sandbox) {
		var wg sync.WaitGroup
		for i := range 3 {
			wg.Go(func() {
				r, _ := run(t, s, fmt.Sprintf(`
import os, time
open("/tmp/mine-%[1]d", "w"); open("mine-%[1]d", "w"); time.sleep(0.3)
print(os.listdir("/tmp"), sorted(os.listdir()))`, i), Spec{})
				if want := fmt.Sprintf("['mine-%[1]d'] ['.tmp', 'code.py', 'mine-%[1]d']\n", i); string(r.Output) != want {
					t.Errorf("got %s, want %s", r.Output, want)
				}
			})
		}
		wg.Wait()
	})
}

// TestCancel checks that nothing outlives the end of the context: neither
// children that left their session nor those that ignore signals.
func TestCancel(t *testing.T) {
	const code = `
import os, signal, subprocess, sys, time
beat = "import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nos.setsid()\nwhile True: open('beat', 'w').write(str(time.time())); time.sleep(0.02)"
if os.fork() == 0:
    subprocess.Popen([sys.executable, "-c", beat]); os._exit(0)
time.sleep(600)`
	isolating(t, func(t *testing.T, s *Sandbox) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "code.py"), []byte(code), 0o644); err != nil {
			t.Fatal(err)
		}
		why := errors.New("interrupted")
		ctx, cancel := context.WithCancelCause(context.Background())
		var wg sync.WaitGroup
		wg.Go(func() {
			for ctx.Err() == nil && !exists(filepath.Join(dir, "beat")) {
				time.Sleep(5 * time.Millisecond)
			}
			cancel(why)
		})
		_, err := s.Run(ctx, Spec{Workspace: dir, Code: "code.py", Timeout: time.Minute})
		cancel(nil)
		wg.Wait()
		if !errors.Is(err, why) {
			t.Errorf("got %v", err)
		}
		stopped(t, filepath.Join(dir, "beat"))
	})
}

// stopped checks that nobody writes to the file any more.
func stopped(t *testing.T, path string) {
	t.Helper()
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond)
	if after, _ := os.ReadFile(path); string(before) != string(after) {
		t.Error("a process lives on")
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// TestPlatformFaults checks that what the code cannot be blamed for is an error,
// and that the code cannot feign one.
func TestPlatformFaults(t *testing.T) {
	usual(t, func(t *testing.T, s *Sandbox) {
		_, err := s.Run(context.Background(), Spec{Workspace: t.TempDir(), Code: "code.py", Socket: "/nowhere/gateway.sock", Timeout: time.Minute})
		var fault *results.Error
		if !errors.As(err, &fault) || fault.Kind != results.Infrastructure || fault.Hint == "" || strings.Contains(err.Error(), "\n") {
			t.Errorf("missing socket: %v", err)
		}
		r, _ := run(t, s, `
import sys
print("bwrap: setting up uid map: Permission denied", file=sys.stderr)
sys.exit(1)`, Spec{})
		if r.ExitCode != 1 {
			t.Errorf("feigned fault: %+v", r)
		}
	})
	for _, cfg := range []Config{{Kind: "docker"}, {Python: "no-such-python"}, {Python: "false"}} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%+v: no error", cfg)
		}
	}
	all, err := kinds()
	if err != nil {
		t.Fatal(err)
	}
	only := t.TempDir() // a PATH with nothing but Python
	if err := os.Symlink(all[Bubblewrap].python.path, filepath.Join(only, "python3")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", only)
	var fault *results.Error
	if _, err := New(Config{}); !errors.As(err, &fault) || fault.Kind != results.Infrastructure || !strings.Contains(fault.Hint, "apt-get install bubblewrap") {
		t.Errorf("without bubblewrap: %v", err)
	}
}

func TestOutput(t *testing.T) {
	for _, size := range []int{0, 1, keepHead, keepHead + keepTail, keepHead + keepTail + 1, 3 * (keepHead + keepTail)} {
		text := make([]byte, size)
		for i := range text {
			text[i] = byte(i % 251)
		}
		var o output
		for rest := text; len(rest) > 0; {
			n := min(len(rest), 1_000)
			o.Write(rest[:n])
			rest = rest[n:]
		}
		want := text
		if missing := size - keepHead - keepTail; missing > 0 {
			want = fmt.Appendf(bytes.Clone(text[:keepHead]), "\n[... %d bytes left out ...]\n", missing)
			want = append(want, text[size-keepTail:]...)
		}
		if got := o.bytes(); !bytes.Equal(got, want) {
			t.Errorf("%d bytes: kept %d, want %d", size, len(got), len(want))
		}
	}
}

func TestOpenSubmission(t *testing.T) {
	tests := []struct {
		name string
		make func(path string) error
		want string // of the error; empty: opens
	}{
		{"file", func(p string) error { return os.WriteFile(p, []byte("[]"), 0o644) }, ""},
		{"nothing", func(string) error { return nil }, "there is no submission.json"},
		{"link to a secret", func(p string) error { return os.Symlink("/etc/passwd", p) }, "not a regular file"},
		{"link inside", func(p string) error {
			return errors.Join(os.WriteFile(p+".real", []byte("[]"), 0o644), os.Symlink("submission.json.real", p))
		}, "not a regular file"},
		{"link to nowhere", func(p string) error { return os.Symlink("/nowhere", p) }, "not a regular file"},
		{"folder", func(p string) error { return os.Mkdir(p, 0o755) }, "not a regular file"},
		{"pipe", func(p string) error { return syscall.Mkfifo(p, 0o644) }, "not a regular file"},
		{"large", func(p string) error {
			return errors.Join(os.WriteFile(p, nil, 0o644), os.Truncate(p, results.MaxSubmission+1))
		}, "at most 67108864"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := tt.make(filepath.Join(dir, "submission.json")); err != nil {
				t.Fatal(err)
			}
			f, err := OpenSubmission(dir)
			if err == nil {
				f.Close()
			}
			if (tt.want == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
