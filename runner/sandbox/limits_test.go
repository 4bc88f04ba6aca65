package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestTimeout(t *testing.T) {
	usual(t, func(t *testing.T, s *Sandbox) {
		r, _ := run(t, s, "print('started')\nimport time\ntime.sleep(600)", Spec{Timeout: 10 * time.Second})
		if !r.TimedOut || r.ExitCode == 0 || string(r.Output) != "started\n" {
			t.Errorf("got %+v: %s", r, r.Output)
		}
	})
}

// TestTimeTooShort gives the code less time than its interpreter takes to start:
// that is a time-out like any other.
func TestTimeTooShort(t *testing.T) {
	each(t, func(t *testing.T, s *Sandbox) {
		for _, limit := range []time.Duration{1, 100 * time.Microsecond, time.Millisecond, 5 * time.Millisecond} {
			r, dir := run(t, s, "import time\ntime.sleep(600)", Spec{Timeout: limit})
			if !r.TimedOut || r.ExitCode == 0 {
				t.Errorf("%s: got %+v: %s", limit, r, r.Output)
			}
			nothingNames(t, dir)
		}
	})
}

// nothingNames waits until no process has dir in its command line, as every part
// of bubblewrap has.
func nothingNames(t *testing.T, dir string) {
	t.Helper()
	for range 100 {
		found := false
		lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, path := range lines {
			line, _ := os.ReadFile(path) // gone meanwhile
			found = found || strings.Contains(string(line), dir)
		}
		if !found {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("a process of %s is left", dir)
}

// TestEndKillsTheTree checks that what the code leaves behind ends with it.
func TestEndKillsTheTree(t *testing.T) {
	each(t, func(t *testing.T, s *Sandbox) {
		r, dir := run(t, s, `
import os, subprocess, sys, time
beat = "import time\nwhile True: open('beat', 'w').write(str(time.time())); time.sleep(0.02)"
subprocess.Popen([sys.executable, "-c", beat])
while not os.path.exists("beat"): time.sleep(0.01)
time.sleep(0.1)`, Spec{})
		if r.TimedOut || r.ExitCode != 0 {
			t.Errorf("got %+v: %s", r, r.Output)
		}
		stopped(t, filepath.Join(dir, "beat"))
	})
}

// TestLimits lets the code break one limit at a time.
func TestLimits(t *testing.T) {
	tests := []struct {
		name, code string
		limits     Limits
		want       string // in the output
	}{
		{"fork bomb", `
import os, time
n = 0
try:
    while True:
        if os.fork() == 0: time.sleep(600)
        n += 1
except BlockingIOError:
    print("stopped" if n < 64 else n); os._exit(1)`, Limits{Processes: 64}, "stop"},
		{"memory of one process", `
try: x = bytearray(2 << 30)
except MemoryError: print("stopped")`, Limits{Memory: 1 << 30}, "stopped\n"},
		{"memory of many processes", `
import os, time
for i in range(8):
    if os.fork() == 0:
        x = b"x" * (100 << 20); time.sleep(600)
time.sleep(600)`, Limits{Memory: 400 << 20}, "use more than 400 MiB of memory"},
		{"large file", `
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    with open("large", "wb") as f:
        while True: f.write(b"x" * (1 << 20))
except OSError: print("stopped")`, Limits{FileSize: 8 << 20}, "stopped\n"},
		{"many files", `
import os, time
for i in range(64): open("large-%d" % i, "wb").write(b"x" * (1 << 20))
time.sleep(600)`, Limits{Disk: 32 << 20}, "the workspace has more than 32 MiB"},
		{"open files", `
try: x = [open("/dev/null") for _ in range(100)]
except OSError: print("stopped")`, Limits{OpenFiles: 64}, "stopped\n"},
	}
	usual(t, func(t *testing.T, s *Sandbox) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				if r, _ := run(t, s, tt.code, Spec{Limits: tt.limits}); r.TimedOut || !strings.Contains(string(r.Output), tt.want) {
					t.Errorf("exit %d, timed out %t: %s", r.ExitCode, r.TimedOut, r.Output)
				}
			})
		}
	})
}

func TestTmpIsBounded(t *testing.T) {
	usual(t, func(t *testing.T, s *Sandbox) {
		r, _ := run(t, s, `
for d in ("/tmp", "/dev/shm"):
    n = 0
    try:
        with open(d + "/x", "wb") as f:
            while True: n += f.write(b"x" * (1 << 20)); f.flush()
    except OSError: print(n >> 20)`, Spec{Limits: Limits{Tmp: 16 << 20}})
		if string(r.Output) != "16\n16\n" {
			t.Errorf("got %s", r.Output)
		}
	})
}

// TestProcessorTime bounds with control groups the time of the processes together, and
// that of one process by what its CPUs give: all of the machine where nothing throttles.
func TestProcessorTime(t *testing.T) {
	isolating(t, func(t *testing.T, s *Sandbox) {
		r, _ := run(t, s, `
import os, resource, time
print(resource.getrlimit(resource.RLIMIT_CPU))
for _ in range(3):
    if os.fork() == 0:
        begin = time.monotonic()
        while time.monotonic() - begin < 1: pass
        os._exit(0)
for _ in range(3): os.wait()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print("held" if used.ru_utime + used.ru_stime < 1.5 else used)`, Spec{Timeout: 20 * time.Second, Limits: Limits{CPUs: 1}})
		first, second, _ := strings.Cut(string(r.Output), "\n")
		throttled, want := false, 20*runtime.NumCPU()+1
		if s.groups != nil {
			g, err := s.groups.make(s.cfg.Limits.withDefaults(Limits{}))
			if err != nil {
				t.Fatal(err)
			}
			if throttled = g.throttled; throttled {
				want = 21
			}
			if err := g.remove(); err != nil {
				t.Error(err)
			}
		}
		if first != fmt.Sprintf("(%d, %d)", want, want) {
			t.Errorf("the limit of one process: %s, want %d", first, want)
		}
		if throttled && second != "held\n" {
			t.Errorf("together: %s", second)
		}
		bare := *s
		bare.groups = nil
		want = 20*runtime.NumCPU() + 1
		r, _ = run(t, &bare, "import resource\nprint(resource.getrlimit(resource.RLIMIT_CPU)[0])", Spec{Timeout: 20 * time.Second, Limits: Limits{CPUs: 1}})
		if string(r.Output) != fmt.Sprintln(want) {
			t.Errorf("the limit of one process without control groups: %s, want %d", r.Output, want)
		}
	})
}

func TestOutputFlood(t *testing.T) {
	usual(t, func(t *testing.T, s *Sandbox) {
		r, _ := run(t, s, `
import sys
for i in range(3000): sys.stdout.write("%08d" % i * 1000)
print("end")`, Spec{})
		text := string(r.Output)
		if len(text) > keepHead+keepTail+100 || !strings.HasPrefix(text, "0000000000000000") || !strings.HasSuffix(text, "00002999end\n") ||
			!strings.Contains(text, strconv.Itoa(3000*8000+4-keepHead-keepTail)+" bytes left out") {
			t.Errorf("kept %d bytes", len(text))
		}
	})
}

// TestManyThreads checks that the default limits leave room for the paper's 80
// calls at once.
func TestManyThreads(t *testing.T) {
	usual(t, func(t *testing.T, s *Sandbox) {
		r, _ := run(t, s, `
import threading, time
threads = [threading.Thread(target=lambda: (bytearray(1 << 20), time.sleep(0.3))) for _ in range(160)]
for x in threads: x.start()
for x in threads: x.join()
print("done")`, Spec{})
		if string(r.Output) != "done\n" {
			t.Errorf("exit %d: %s", r.ExitCode, r.Output)
		}
	})
}
