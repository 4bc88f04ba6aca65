package doctor

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/sandbox"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
	"github.com/autodatabench/autodatabench/runner/student/llama/gemm"
)

// ask runs a program that only says something, for a while at the most.
func ask(ctx context.Context, program string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.WaitDelay = time.Second
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if said := strings.TrimSpace(complaint.String()); err != nil && said != "" {
		err = fmt.Errorf("%w: %s", err, table.Cut(table.Plain(said), 200))
	}
	return out, err
}

// askLimit bounds programs that hang where a driver or a controller does.
const askLimit = 30 * time.Second

func checkSandbox() Finding {
	f := Finding{Part: "sandbox", OK: true, What: "bubblewrap runs Python without a network"}
	if _, err := sandbox.New(sandbox.Config{}); err != nil {
		return failed("sandbox", err, "apt-get install bubblewrap python3")
	}
	return f
}

func checkStudent() Finding {
	s, err := embedded.New()
	if err != nil {
		return Finding{Part: "student", What: err.Error(), Do: "build the program again"}
	}
	return Finding{Part: "student", OK: true, What: fmt.Sprintf("embedded, arithmetic %s with %s, %d cores", s.Identity().Arithmetic, gemm.Set(), runtime.GOMAXPROCS(0))}
}

func checkPython() Finding {
	out, err := exec.Command("python3", "--version").CombinedOutput()
	if err != nil {
		return Finding{Part: "python", What: err.Error(), Do: "apt-get install python3"}
	}
	return Finding{Part: "python", OK: true, What: strings.TrimSpace(string(out))}
}

func checkOut(dir string) Finding {
	probe := filepath.Clean(dir)
	for _, err := os.Stat(probe); err != nil && probe != filepath.Dir(probe); _, err = os.Stat(probe) {
		probe = filepath.Dir(probe)
	}
	file, err := os.CreateTemp(probe, ".doctor-*")
	if err != nil {
		return Finding{Part: "folder", What: err.Error(), Do: "choose another --out"}
	}
	file.Close()
	defer os.Remove(file.Name())
	found := Finding{Part: "folder", OK: true, What: dir + " can be written"}
	held, err := disk.Lock(file.Name()+".lock", disk.Self())
	if err != nil {
		return Finding{Part: "folder", What: err.Error(), Do: "choose another --out"}
	}
	if weak := held.Weak(); weak != "" {
		found.What += "; " + weak
		found.Do = "let one machine at a time work on an experiment, or choose another --out"
	}
	if err := held.Unlock(); err != nil {
		return Finding{Part: "folder", What: err.Error(), Do: "choose another --out"}
	}
	return found
}
