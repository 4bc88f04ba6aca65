package sandbox

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
)

// TestHeldBackAlone has a bubblewrap that shows no process inside: it gets no word, unless
// it has ended, which tells more.
func TestHeldBackAlone(t *testing.T) {
	usual(t, func(t *testing.T, s *Sandbox) {
		for then, want := range map[string]string{
			"exec sleep 60": "cannot be found", "exit 1": "the sandbox did not start", "exec sleep 0.1": "the sandbox did not start",
		} {
			dir := t.TempDir()
			alone := *s
			alone.bwrap = filepath.Join(dir, "bwrap")
			if err := os.WriteFile(alone.bwrap, []byte("#!/bin/sh\nprintf . >&4\n"+then+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
			_, err := alone.Run(context.Background(), Spec{Workspace: t.TempDir(), Code: CodeFile, Timeout: time.Minute})
			var fault *results.Error
			if !errors.As(err, &fault) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", then, err)
			}
		}
	})
}

// TestState reads the state behind a name that looks like one.
func TestState(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]string{"7 (a) Z) S 1 7\n": "S", "7 (python3) Z 1 7\n": "Z", "": ""} {
		if err := set(dir, "stat", text); err != nil {
			t.Fatal(err)
		}
		if got := state(dir); got != want {
			t.Errorf("%q: state %q, want %q", text, got, want)
		}
	}
}
