package cli

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/report"
)

// --failed asks for the trials that have begun and have no score, --only for those with
// the words; the others are left alone.
func TestRunOnly(t *testing.T) {
	root := cutMicro(t) // one trial has begun
	s := micro(t, root)
	of := func(r runRequest) runRequest { r.Root = s.Root; return r }
	begun, err := of(runRequest{failed: true}).chosen(s.File)
	if err != nil || len(begun) != 1 || begun[0].Agent != "alpha" {
		t.Fatalf("--failed: %v, %v", begun, err)
	}
	if ids, err := of(runRequest{}).chosen(s.File); ids != nil || err != nil {
		t.Errorf("no choice: %v, %v", ids, err)
	}
	if _, err := of(runRequest{only: []string{"nobody"}}).chosen(s.File); codeOf(err) != 3 {
		t.Errorf("nobody: %v", err)
	}
	if _, err := of(runRequest{only: []string{"beta"}, failed: true}).chosen(s.File); codeOf(err) != 3 || !strings.Contains(err.Error(), "without its score") {
		t.Errorf("--only beta --failed: %v", err)
	}
	if s.Only, err = of(runRequest{only: []string{"alpha/2", "micro/science/beta/1"}}).chosen(s.File); err != nil || len(s.Only) != 2 {
		t.Fatalf("--only: %v, %v", s.Only, err)
	}
	outcomes, err := s.Run(context.Background())
	if err != nil || len(outcomes) != 2 {
		t.Fatalf("%d outcomes, %v", len(outcomes), err)
	}
	// All of it in a list of experiments.
	var out bytes.Buffer
	w := quiet()
	w.Stdout, w.Width = &out, 100
	if err := listExperiments(context.Background(), w, statusOptions{format: report.JSON, out: filepath.Dir(root)}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"experiment": "micro"`, `"trials": 4`, `"scored": 2`, `"interrupted": 1`, `"waiting": 1`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the list lacks %s:\n%s", want, out.String())
		}
	}
}
