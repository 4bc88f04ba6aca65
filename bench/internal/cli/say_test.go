package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
)

// A join is a line for each error; one that is wrapped is a single line with
// all that the wrapping says.
func TestSay(t *testing.T) {
	broken := results.Infra(errors.New("disk full"), "free some space")
	lost := errors.New("lock lost")
	for _, tt := range []struct {
		name string
		err  error
		want []string
	}{
		{"one", broken, []string{"autodatabench: disk full", "hint: free some space"}},
		{"joined", errors.Join(lost, errors.Join(broken)), []string{"autodatabench: lock lost", "autodatabench: disk full", "hint: free some space"}},
		{"wrapped join", fmt.Errorf("trial science run 1: %w", errors.Join(broken, lost)),
			[]string{"autodatabench: trial science run 1: disk full; lock lost", "hint: free some space"}},
		{"a join of wrapped joins", errors.Join(fmt.Errorf("trial a: %w", errors.Join(lost)), fmt.Errorf("trial b: %w", errors.Join(lost))),
			[]string{"autodatabench: trial a: lock lost", "autodatabench: trial b: lock lost"}},
		{"two in one", fmt.Errorf("read x: %w (%w)", lost, broken), []string{"autodatabench: read x: lock lost (disk full)", "hint: free some space"}},
		{"a file", fmt.Errorf("experiment: %w", &fs.PathError{Op: "open", Path: "x.yaml", Err: fs.ErrNotExist}), []string{"autodatabench: experiment: x.yaml: file does not exist"}},
		{"usage", usage("no command %q", "x"), []string{`autodatabench: no command "x"`}},
	} {
		var b strings.Builder
		say(&b, tt.err)
		if want := strings.Join(tt.want, "\n") + "\n"; b.String() != want {
			t.Errorf("%s: got\n%swant\n%s", tt.name, b.String(), want)
		}
	}
}
