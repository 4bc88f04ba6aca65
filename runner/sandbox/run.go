package sandbox

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// Library is the helper library that agents' code imports as autodatabench.
//
//go:embed lib/autodatabench.py
var Library string

//go:embed lib/start.sh
var startProgram string

var errTimeout = errors.New("the time for one execution is over")

// maxKilled bounds the processes that are looked for at the end.
const maxKilled = 10_000

// killed is the exit status of code that was stopped.
const killed = 128 + int(syscall.SIGKILL)

// Run executes the code and waits until no process of it is left. An error is
// the platform's fault, or ctx's cause when ctx ended first.
func (s *Sandbox) Run(ctx context.Context, spec Spec) (Result, error) {
	run, err := s.prepare(spec)
	if err != nil {
		return Result{}, fmt.Errorf("run code: %w", err)
	}
	result, err := run.execute(ctx)
	err = errors.Join(err, infra(run.remove()))
	if run.group != nil {
		_ = run.group.remove() // the code has ended; what is left of its group is swept later
	}
	if err != nil {
		return Result{}, fmt.Errorf("run code: %w", err)
	}
	return result, nil
}

func infra(err error) error {
	if err == nil {
		return nil
	}
	return results.Infra(err)
}

// execution is one Run: the resolved spec and the host folder of its files.
type execution struct {
	s     *Sandbox
	spec  Spec
	group *group // nil where there are no control groups
	dir   string // empty, or with autodatabench.py
	uid   int    // 0: no user id of its own

	inFlight            []uint64 // sockets in which descriptors waited at the last look
	looks               int      // in a row that found some
	closed              []int    // processes that could not be looked into then
	filterFD, libraryFD int      // descriptors that bubblewrap reads; 0: none

	remove    func() error // dir
	full      atomic.Bool  // the disk was, at some time
	oomBefore int64
	oomKnown  bool
}

func (s *Sandbox) prepare(spec Spec) (*execution, error) {
	if len(spec.Command) == 0 && !filepath.IsLocal(spec.Code) || spec.Timeout <= 0 {
		return nil, fmt.Errorf("code %q, time-out %s: want a file in the workspace and a time above 0", spec.Code, spec.Timeout)
	}
	spec.Limits = spec.Limits.withDefaults(s.cfg.Limits)
	spec.Limits.time = spec.Timeout
	e := &execution{s: s, spec: spec}
	err := makeTemporary(spec.Workspace)
	if err != nil {
		return nil, results.Infra(err)
	}
	if s.uids {
		if e.uid, err = ownWorkspace(spec.Workspace); err != nil {
			return nil, results.Infra(fmt.Errorf("hand over the workspace: %w", err))
		}
	}
	if e.dir, e.remove, err = disk.Scratch("run-"); err != nil {
		return nil, results.Infra(err)
	}
	err = e.writeLibrary()
	if err == nil && s.groups != nil {
		e.group, err = s.groups.make(spec.Limits)
	}
	if err != nil {
		e.remove()
		return nil, results.Infra(err)
	}
	return e, nil
}

// writeLibrary makes the folder readable by every user. Without isolation the helper
// library lies in it; else the folder stays empty, and covers what is hidden.
func (e *execution) writeLibrary() error {
	if err := os.Chmod(e.dir, 0o755); err != nil || e.s.cfg.Kind != None {
		return err
	}
	path := filepath.Join(e.dir, "autodatabench.py")
	return errors.Join(os.WriteFile(path, []byte(Library), 0o644), os.Chmod(path, 0o644)) // whatever the umask
}

// makeTemporary makes the workspace's folder for temporary files. What else has its name
// stays.
func makeTemporary(workspace string) error {
	if err := os.Mkdir(filepath.Join(workspace, temporary), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// execute runs the code from a thread of its own: the sandbox dies with the thread that
// started it, and gets the thread's keyring. The thread ends with the goroutine, which
// does not unlock it.
func (e *execution) execute(ctx context.Context) (r Result, err error) {
	var ended sync.WaitGroup
	ended.Go(func() {
		runtime.LockOSThread()
		ownKeyring()
		r, err = e.executeHere(ctx)
	})
	ended.Wait()
	return r, err
}

func (e *execution) executeHere(ctx context.Context) (Result, error) {
	running, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	timed, cancel := context.WithTimeoutCause(running, e.spec.Timeout, errTimeout)
	defer cancel()

	var out output
	var reply capped
	var cause error // why the code was killed
	start, err := e.starter()
	if err != nil {
		return Result{}, results.Infra(err)
	}
	defer start.close()
	cmd, err := e.command(timed)
	if err != nil {
		return Result{}, err
	}
	cmd.Stdout, cmd.Stderr = &out, &out
	if len(e.spec.Command) > 0 {
		cmd.Stdin, cmd.Stdout = bytes.NewReader(e.spec.Stdin), &reply
	}
	cmd.ExtraFiles = start.files
	cmd.WaitDelay = 2 * time.Second
	cmd.Cancel = func() error {
		cause = context.Cause(timed)
		return killTree(cmd.Process)
	}
	now := e.s.cfg.Now
	if now == nil {
		now = func() time.Time { return time.Time{} }
	}
	begin := now()
	e.oomBefore, e.oomKnown = e.s.oomKills()
	err = start.begin(cmd, e.group, e.spec.Limits)
	switch {
	case err != nil && ctx.Err() != nil:
		return Result{}, context.Cause(ctx)
	case err != nil && timed.Err() != nil: // the time was over before anything ran
		return Result{ExitCode: killed, TimedOut: true}, nil
	case err != nil:
		return Result{}, results.Infra(err, hint)
	}
	watched := e.watch(timed, cmd.Process.Pid, stop)
	err = cmd.Wait()
	duration := now().Sub(begin)
	stop(nil)
	<-watched
	if e.s.cfg.Kind == None {
		killGroup(cmd.Process) // what the code left running
	}
	if cause != nil && ctx.Err() != nil {
		return Result{}, context.Cause(ctx)
	}
	result, err := e.outcome(cmd.ProcessState, err, cause, start, &out, duration)
	var fault *results.Error
	if err == nil && errors.As(cause, &fault) {
		err = fault
	}
	if err == nil && result.Limit != results.DiskLimit {
		err = e.machineFault(result.ExitCode, cause != nil || result.Limit != "")
	}
	result.Stdout = reply.data
	return result, err
}

func (e *execution) outcome(state *os.ProcessState, err, cause error, start *starter, out *output, duration time.Duration) (Result, error) {
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) && cause == nil {
		return Result{}, results.Infra(err)
	}
	timedOut := cause == errTimeout
	if !timedOut { // a short time may be over before the code is reached
		reached, err := start.reached()
		if err != nil {
			return Result{}, results.Infra(err)
		}
		if !reached {
			text, do := notStarted(ofThisMachine, os.Geteuid() == 0, state.String(), oneLine(out.bytes()))
			return Result{}, results.Infra(errors.New(text), do)
		}
	}
	r := Result{ExitCode: exitCode(state), TimedOut: timedOut, Output: out.bytes(), Duration: duration}
	r.Held = e.s.held
	r.Held.Filter = e.filterFD != 0
	var over *limitError
	if cause == nil && e.group != nil && r.ExitCode != 0 { // the kernel was faster than the watch
		cause = e.group.over(e.spec.Limits)
	}
	if errors.As(cause, &over) {
		r.Limit = over.limit
		r.Output = fmt.Appendf(r.Output, "\n[stopped by the platform: %v]\n", over)
	}
	return r, nil
}

func exitCode(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}

// killTree ends the code and all that it started, while p is not yet waited for.
// Bubblewrap's end takes its process namespace along, but not while it is still
// making it: a child that it forked has to be killed by name once it has left the
// process group.
func killTree(p *os.Process) error {
	for _, pid := range descendants(p.Pid, maxKilled)[1:] {
		kill(pid)
	}
	return killGroup(p)
}

func killGroup(p *os.Process) error { return kill(-p.Pid) }
