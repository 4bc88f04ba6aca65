package cli

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/bench/internal/live"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results/disk"
)

// While run --open runs, the page that it opened answers and show names the trial's
// page; afterwards nobody listens and show names none.
func TestRunOpensPages(t *testing.T) {
	out, home := t.TempDir(), t.TempDir()
	var opened, page string
	shows := func() string {
		var said bytes.Buffer
		world := setup.World{Stdout: &said, Stderr: io.Discard, Getenv: only("HOME", home), Now: time.Now, Width: 100}
		if code := Run(context.Background(), Env{Args: []string{"autodatabench", "show", "--out", out, "--attempt", "1", "tonight/science"}, World: world}); code != 0 {
			return ""
		}
		return said.String()
	}
	world := setup.World{
		Stdout: io.Discard, Stderr: io.Discard, Getenv: only("HOME", home), Now: time.Now, Holder: disk.Self(), Width: 100,
		Browse: func(address string) error {
			opened = address
			jar, err := cookiejar.New(nil) // the token of the address goes into a cookie
			if err != nil {
				return err
			}
			browser := http.Client{Jar: jar}
			r, err := browser.Get(address)
			if err != nil {
				return err
			}
			defer r.Body.Close()
			data, err := io.ReadAll(r.Body)
			page = string(data)
			return err
		},
	}
	file := filepath.Join(out, "tonight.yaml")
	text := "name: tonight\nprotocol: mini\ndomains: [science]\nworkflows: [one-shot]\nsettings: [scratch]\nagents: [pipeline]\nbudget: {dataset_size: 40, min_rows: 20}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"autodatabench", "run", "--open", "--out", out, file}
	var during string
	finished := make(chan int, 1)
	go func() { finished <- Run(context.Background(), Env{Args: args, World: world}) }()
	for code, ended := 0, false; !ended; {
		select {
		case code = <-finished:
			ended = true
			if code != 0 {
				t.Fatalf("exit code %d", code)
			}
		case <-time.After(50 * time.Millisecond):
			if said := shows(); strings.Contains(said, "in a browser: ") {
				during = said
			}
		}
	}
	base, _, _ := strings.Cut(opened, live.Address)
	if !strings.HasPrefix(opened, "http://127.0.0.1:") || !strings.Contains(page, "Running experiments") {
		t.Errorf("opened %q: %.200s", opened, page)
	}
	if want := "in a browser: " + base + "trials/tonight/science/one-shot-scratch/pipeline/run-1/attempt-1.html\n"; !strings.HasSuffix(during, want) {
		t.Errorf("during the run show ends with %q, want %q", during[max(0, len(during)-200):], want)
	}
	if !strings.Contains(opened, "?token=") {
		t.Errorf("%q has no token", opened)
	}
	if _, err := http.Get(opened); err == nil {
		t.Error("somebody listens after the run")
	}
	if said := shows(); said == "" || strings.Contains(said, "in a browser") {
		t.Errorf("after the run show says %q", said)
	}
}

// only is an environment of one variable.
func only(name, value string) func(string) string {
	return func(asked string) string {
		if asked == name {
			return value
		}
		return ""
	}
}
