package cli

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
)

// The package comment and the page on troubleshooting list the exit codes as the code
// does.
func TestExitCodesAreDescribed(t *testing.T) {
	var want []string
	for _, e := range exitCodes {
		want = append(want, fmt.Sprintf("%d %s", e.code, e.when))
	}
	for path, line := range map[string]string{
		"cli.go":                       `(?m)^//\t(\d+) +(.+)$`,
		"../../doc/troubleshooting.md": `(?m)^\| (\d+) \| (.+?) \|`,
	} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, section, found := strings.Cut(string(text), "# Exit codes\n")
		if !found {
			t.Fatalf("%s: no section on exit codes", path)
		}
		if path == "cli.go" {
			section, _, _ = strings.Cut(section, "\npackage ")
		} else {
			section, _, _ = strings.Cut(section, "\n#")
		}
		var got []string
		for _, m := range regexp.MustCompile(line).FindAllStringSubmatch(section, -1) {
			got = append(got, m[1]+" "+strings.ReplaceAll(m[2], "`", ""))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

func TestCodeOf(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want int
	}{
		{usage("no command"), 2},
		{results.Bad(errors.New("x")), 3},
		{fmt.Errorf("trial: %w", results.Infra(errors.New("x"))), 5},
		{&results.Error{Kind: results.Verification, Err: errors.New("x")}, 6},
		{&results.Error{Err: errors.New("of no kind")}, 5},
		{errors.New("of no kind"), 5},
		{results.Infra(fmt.Errorf("python: %w", &exec.ExitError{ProcessState: &os.ProcessState{}})), 5}, // another program failed
		{fmt.Errorf("python: %w", &exec.ExitError{ProcessState: &os.ProcessState{}}), 5},
	} {
		if got := codeOf(tt.err); got != tt.want {
			t.Errorf("%v: %d, want %d", tt.err, got, tt.want)
		}
	}
}
