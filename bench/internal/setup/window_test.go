package setup

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
)

// TestWindow: a question that leaves no room for its answer is refused, whoever would
// ask it. The stand-in has a token for each letter.
func TestWindow(t *testing.T) {
	script, err := filepath.Abs("../../../runner/student/hf/testdata/standin.py")
	if err != nil {
		t.Fatal(err)
	}
	python := filepath.Join(t.TempDir(), "python")
	if err := os.WriteFile(python, []byte("#!/bin/sh\nexec python3 "+script+" well /dev/null \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	m := checkpoint.Model{Name: "small", Folder: t.TempDir(), Context: 100}
	for _, s := range []experiment.Student{{Train: "hf", Infer: "hf", Python: python}, {Train: "hf", Infer: experiment.VLLM, Python: python}} {
		if err := window(s, m, []string{strings.Repeat("a", 60), "b"}, 40); err != nil {
			t.Errorf("%s: what just fits: %v", s.Infer, err)
		}
		var known *results.Error
		err := window(s, m, []string{strings.Repeat("a", 61), "b"}, 40)
		if !errors.As(err, &known) || known.Kind != results.BadInput || !strings.Contains(err.Error(), "1 of 2 questions do not fit the student small: the longest has 61 tokens") {
			t.Errorf("%s: %v", s.Infer, err)
		}
	}
}
