//go:build chaos

package chaos

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results/disk"
)

// TestTwoRunners starts the program twice on one folder: side by side, and each as
// process 1 of a process namespace, as in two containers with one host name.
func TestTwoRunners(t *testing.T) {
	m := newMicro(t)
	whole := m.place(t)
	if err := whole.finish(t); err != nil {
		t.Fatal(err)
	}
	want, err := whole.outcome()
	if err != nil {
		t.Fatal(err)
	}
	for name, wrapper := range map[string][]string{"in one namespace": nil, "in two namespaces": {"unshare", "--pid", "--fork", "--mount-proc", "--kill-child"}} {
		t.Run(name, func(t *testing.T) {
			if wrapper != nil && os.Geteuid() != 0 {
				wrapper = append(wrapper, "--user", "--map-root-user")
			}
			if wrapper != nil && exec.Command(wrapper[0], append(wrapper[1:], "true")...).Run() != nil {
				row("two programs "+name, "one is refused", "SKIPPED: no namespaces here", 0)
				t.Skip("no process namespaces here")
			}
			begin := time.Now()
			p := m.place(t)
			p.wrapper = wrapper
			first, said := p.command(t.Context())
			if err := first.Start(); err != nil {
				t.Fatal(err)
			}
			for !disk.Exists(p.trial().Events()) {
				time.Sleep(time.Millisecond)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			second, refusal := p.command(ctx)
			secondErr := second.Run()
			if err := first.Wait(); err != nil {
				t.Errorf("the first: %v: %s", err, said)
			}
			seen := "one was refused, the other's results are right"
			if second.ProcessState.ExitCode() != 5 || !strings.Contains(refusal.String(), "is writing there") {
				seen = "the second was not refused"
				t.Errorf("the second: %v: %s", secondErr, refusal)
			}
			if got, err := p.outcome(); err != nil || cmp.Diff(want, got) != "" {
				seen = "the first's results are other ones"
				t.Errorf("%v %s", err, cmp.Diff(want, got))
			}
			row("two programs "+name, "one is refused", seen, time.Since(begin))
		})
	}
}
