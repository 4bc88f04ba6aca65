//go:build real

package student_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// TestRealDemo: the paper's path from the task to the leaderboard, and one trial again.
// The server of teacher and agent is killed while a program asks it.
func TestRealDemo(t *testing.T) {
	realVariable(t, "REAL_GGUF")
	out := t.TempDir()
	demo := exec.Command("../../bench/real/demo.sh", out)
	var text bytes.Buffer
	demo.Stdout, demo.Stderr = &text, &text
	if err := demo.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- demo.Wait() }()
	killed := false
	var err error
	for running := true; running; {
		select {
		case err = <-ended:
			running = false
		case <-time.After(100 * time.Millisecond):
			if !killed && teacherCalls(t, out) >= 5 {
				killed = true
				restart(t, killDescendant(t, "llama.py"))
			}
		}
	}
	if err != nil {
		t.Fatalf("%v:\n%s", err, &text)
	}
	t.Logf("%s", &text)
	if !killed {
		t.Error("the teacher's server was not killed")
	}
	scores, err := filepath.Glob(filepath.Join(out, "real", "trials", "capitals", "one-shot-scratch", "*", "run-*", "final", "1", "score.json"))
	if err != nil || len(scores) < 2 { // the engineer's; a model may name too few countries
		t.Errorf("scored trials: %q, %v", scores, err)
	}
	if !regexp.MustCompile(`(?m)first difference\n-+\n.* none *$`).Match(text.Bytes()) {
		t.Error("no trial was run again, or it came out otherwise")
	}
}

// teacherCalls counts the lines of the trials' ledgers.
func teacherCalls(t *testing.T, out string) (calls int) {
	t.Helper()
	ledgers, err := filepath.Glob(filepath.Join(out, "real", "trials", "*", "*", "*", "*", "ledger.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, ledger := range ledgers {
		lines, err := os.ReadFile(ledger)
		if err != nil {
			t.Fatal(err)
		}
		calls += bytes.Count(lines, []byte("\n"))
	}
	return calls
}

// restart starts a process of the demo again.
func restart(t *testing.T, command []string) {
	t.Helper()
	if len(command) < 2 {
		t.Fatalf("killed %q", command)
	}
	time.Sleep(2 * time.Second) // in which calls fail
	again := exec.Command(command[0], command[1:]...)
	again.Dir = "../.."
	if err := again.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { again.Process.Kill(); again.Wait() })
}
