// Package child starts programs that must not outlive this one, each in a process
// group of its own.
//
// It is not for deciding when a program has done its work, nor for processes that a
// program starts outside its group. Invariant: on Linux, a program gets its death
// signal when this one ends, however that happens. A program that has children must
// pass the signal on to them. Everything that starts programs needs Linux; elsewhere
// the package compiles, and starts nothing.
package child

import (
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
)

// Process is a program that was started. Its methods may be called concurrently.
type Process struct {
	group int
	ended chan struct{}
	err   error // read it once ended is closed
}

// Start starts the command; death is the signal for the end of this program.
func Start(cmd *exec.Cmd, death syscall.Signal) (*Process, error) {
	if runtime.GOOS != "linux" {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, errors.ErrUnsupported)
	}
	cmd.SysProcAttr = groupOf(death)
	p := &Process{ended: make(chan struct{})}
	started := make(chan error)
	go func() { // ends with the program, which the caller waits for
		// The death signal comes when the thread that started the program ends:
		// so this goroutine keeps it.
		runtime.LockOSThread()
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		p.group = cmd.Process.Pid
		started <- nil
		p.err = cmd.Wait()
		close(p.ended)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// Ended is closed when the program has ended and what it printed is read.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Alive reports whether the program has not ended.
func (p *Process) Alive() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// Wait waits for the end and says how it was, as [exec.Cmd.Wait] does.
func (p *Process) Wait() error {
	<-p.ended
	return p.err
}

// Signal gives the whole group a signal. The group may be gone.
func (p *Process) Signal(s syscall.Signal) { signal(-p.group, s) }

// SignalLeader gives the program a signal, and not what it started.
func (p *Process) SignalLeader(s syscall.Signal) { signal(p.group, s) }
