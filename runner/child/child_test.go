package child

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/runner/child/childtest"
)

func TestKilledProgramLeavesNoChild(t *testing.T) {
	if os.Getenv(childtest.PIDs) == "" {
		childtest.KilledLeavesNothing(t, 1)
		return
	}
	cmd := exec.Command("sleep", "60")
	p, err := Start(cmd, syscall.SIGTERM)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(os.Getenv(childtest.PIDs), []byte(strconv.Itoa(cmd.Process.Pid)), 0o600); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait() // until it is killed
}

// The thread that starts a child must stay, or the child gets its death signal
// while this program lives.
func TestLivesAsLongAsItsParent(t *testing.T) {
	p, err := Start(exec.Command("sleep", "60"), syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		done := make(chan bool)
		go func() { close(done) }()
		<-done
		time.Sleep(5 * time.Millisecond)
	}
	if !p.Alive() {
		t.Fatal("it ended by itself")
	}
	p.Signal(syscall.SIGKILL)
	if err := p.Wait(); err == nil || p.Alive() {
		t.Errorf("after the kill: %v", err)
	}
	<-p.Ended()
}

func TestNoSuchProgram(t *testing.T) {
	if _, err := Start(exec.Command("/nowhere/program"), syscall.SIGKILL); err == nil {
		t.Error("it was started")
	}
}
