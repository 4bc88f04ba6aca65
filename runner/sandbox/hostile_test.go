package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// hostileLimits are small, so that a program which breaks one is found soon and does
// this machine no harm.
var hostileLimits = Limits{Memory: 256 << 20, Processes: 32, FileSize: 32 << 20, OpenFiles: 256, Tmp: 64 << 20, Disk: 64 << 20}

// hostProgram is a program of testdata/hostile and what must be true of it.
type hostProgram struct {
	name, code, want string
	slow             bool
}

var wantLine = regexp.MustCompile(`^# want: (denied|held|limit [a-z]+|no limit|timeout|ends)( slow)?\n`)

func hostilePrograms(t *testing.T) (common string, list []hostProgram) {
	t.Helper()
	corpus, err := txtar.ParseFile(filepath.Join("testdata", "hostile", "corpus.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range corpus.Files {
		if f.Name == "hostile.py" {
			common = string(f.Data)
			continue
		}
		m := wantLine.FindStringSubmatch(string(f.Data))
		if m == nil {
			t.Fatalf("%s does not say what must be true", f.Name)
		}
		list = append(list, hostProgram{strings.TrimSuffix(f.Name, ".py"), string(f.Data), m[1], m[2] != ""})
	}
	if len(list) < 100 || common == "" {
		t.Fatalf("%d programs", len(list))
	}
	return common, list
}

// TestHostile runs the corpus; without the build tag hostile the programs that take
// seconds are left to make hostile. It prints a table of what was seen.
func TestHostile(t *testing.T) {
	common, list := hostilePrograms(t)
	l := hostileLimits
	table := fmt.Sprintf("limits: memory %d MiB and %d MiB for each of two temporary folders, disk %d MiB, %d processes\n", l.Memory>>20, l.Tmp>>20, l.Disk>>20, l.Processes) +
		"case | expected | seen | seconds | host memory above, MiB | host disk above, MiB\n"
	isolating(t, func(t *testing.T, s *Sandbox) {
		mode := filepath.Base(t.Name())
		for _, p := range list {
			if p.slow && !everyHostile || !everyHostile && mode != Bubblewrap && !strings.HasPrefix(p.name, "memory/") {
				continue
			}
			t.Run(p.name, func(t *testing.T) {
				begin, host := time.Now(), watchHost()
				seen, wrong := p.run(t, s, common)
				memory, disk := host()
				table += fmt.Sprintf("%s: %s | %s | %s | %.1f | %d | %d\n", mode, p.name, p.want, seen, time.Since(begin).Seconds(), memory>>20, disk>>20)
				if wrong != "" {
					t.Error(wrong)
				}
			})
		}
	})
	t.Log("\n" + table)
}

// run runs the program and says what is not as it must be.
func (p hostProgram) run(t *testing.T, s *Sandbox, common string) (seen, wrong string) {
	dir, remove, err := disk.Scratch("hostile-")
	if err != nil {
		t.Fatal(err)
	}
	workspace := filepath.Join(dir, "workspace")
	if err := os.Mkdir(workspace, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{CodeFile: p.code, "hostile.py": common} {
		if err := os.WriteFile(filepath.Join(workspace, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	timeout := 90 * time.Second
	if p.want == "timeout" {
		timeout = 2 * time.Second
	}
	r, err := s.Run(t.Context(), Spec{Workspace: workspace, Code: CodeFile, Timeout: timeout, Limits: hostileLimits})
	if err != nil {
		return "error", fmt.Sprintf("the platform failed: %v", err)
	}
	seen = fmt.Sprintf("exit %d", r.ExitCode)
	if r.Limit != "" {
		seen = "limit " + string(r.Limit)
	} else if r.TimedOut {
		seen = "timeout"
	}
	text := string(r.Output)
	denied := regexp.MustCompile(`(?m)^denied`).MatchString(text)
	if denied {
		seen += ", denied"
	}
	_, err = os.Lstat(filepath.Join(workspace, "GOT"))
	got := err == nil || regexp.MustCompile(`(?m)^GOT`).MatchString(text)
	limit, limited := strings.CutPrefix(p.want, "limit ")
	switch {
	case got,
		p.want == "denied" && (!denied || r.TimedOut || r.Limit != ""),
		limited && r.Limit != results.Limit(limit),
		p.want == "no limit" && r.Limit != "",
		(p.want == "timeout") != r.TimedOut:
		wrong = fmt.Sprintf("want %s, seen %s: %.400s", p.want, seen, text)
	}
	if r.Held.Kernel == "" || r.Held.Filter != (filterProgram() != nil) {
		wrong += fmt.Sprintf(" held by %+v", r.Held)
	}
	nothingNames(t, workspace)
	if file, err := OpenSubmission(workspace); err == nil {
		file.Close()
	}
	if err := remove(); err != nil || disk.Exists(dir) {
		wrong += fmt.Sprintf(" not removed: %v", err)
	}
	return seen, wrong
}

// watchHost begins to watch the host's memory that is not available, and its disk that is
// not free; the end returns by how many bytes they rose at most.
func watchHost() (end func() (memory, disk int64)) {
	firstMemory, firstDisk := notAvailable()
	var memory, disk int64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			m, d := notAvailable()
			memory, disk = max(memory, m-firstMemory), max(disk, d-firstDisk)
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() (int64, int64) {
		close(stop)
		<-done
		return memory, disk
	}
}

// notAvailable is in bytes.
func notAvailable() (memory, space int64) {
	const file = "/proc/meminfo"
	if free, err := disk.Free(os.TempDir()); err == nil {
		space = -int64(free)
	}
	return (count(file, "MemTotal:") - count(file, "MemAvailable:")) << 10, space
}
