package sandbox

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// parentWorkspace tells the test's second process which workspace to run.
const parentWorkspace = "SANDBOX_TEST_WORKSPACE"

// TestDiesWithParent kills the process that runs the sandbox: the code must not
// live on.
func TestDiesWithParent(t *testing.T) {
	if workspace := os.Getenv(parentWorkspace); workspace != "" {
		s, err := New(Config{})
		if err != nil {
			t.Fatal(err)
		}
		s.Run(context.Background(), Spec{Workspace: workspace, Code: "code.py", Timeout: time.Minute})
		return
	}
	workspace := t.TempDir()
	code := "import os, time\nos.fork()\nwhile True: open('beat', 'w').write(str(time.time())); time.sleep(0.02)"
	if err := os.WriteFile(filepath.Join(workspace, "code.py"), []byte(code), 0o644); err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	parent := exec.Command(program, "-test.run=^TestDiesWithParent$")
	parent.Env = append(os.Environ(), parentWorkspace+"="+workspace)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- parent.Wait() }()
	for !exists(filepath.Join(workspace, "beat")) {
		select {
		case err := <-done:
			t.Fatalf("the second process ended: %v", err)
		case <-time.After(5 * time.Millisecond):
		}
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-done
	time.Sleep(100 * time.Millisecond) // the kernel kills the tree from the top
	stopped(t, filepath.Join(workspace, "beat"))
}
