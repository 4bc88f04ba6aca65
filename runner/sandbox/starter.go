package sandbox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// Descriptors of the process that becomes the sandbox. The sandbox is held back before
// any code, until its limits are set: bubblewrap by itself, as --info-fd and --block-fd
// say, and without it the shell. The first byte of the platform's word is for bubblewrap,
// and start.sh, which gets the same pipe, reads the rest.
const (
	startedFD = 3 + iota // start.sh says that the code was reached
	madeFD               // the processes of the sandbox are made
	wordFD               // the platform says to go on
	restFD               // the same pipe
	firstFD              // of the files that bubblewrap reads
)

// shell is there on every system that has bubblewrap.
const shell = "/bin/sh"

// hold is what the shell does in the place of bubblewrap, before start.sh.
const hold = "printf . >&4\n"

// word lets the sandbox go on.
const word = "go\n"

// starter holds a sandbox back until its limits are set.
type starter struct {
	files   []*os.File // that the process gets, from startedFD on
	started *os.File   // the platform's ends
	made    *os.File
	word    *os.File
	least   int // processes that the sandbox has when it is held back
}

// starter opens what the process gets.
func (e *execution) starter() (s *starter, err error) {
	s = &starter{least: 1}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	var pipes [3][2]*os.File
	for i := range pipes {
		if pipes[i][0], pipes[i][1], err = os.Pipe(); err != nil {
			return s, err
		}
		s.files = append(s.files, pipes[i][0], pipes[i][1]) // to be closed
	}
	s.started, s.made, s.word = pipes[0][0], pipes[1][0], pipes[2][1]
	s.files = []*os.File{pipes[0][1], pipes[1][1], pipes[2][0], pipes[2][0]}
	if e.s.cfg.Kind == None {
		return s, nil
	}
	s.least = 2 // bubblewrap's monitor and the first one inside
	if program := filterProgram(); program != nil {
		if e.filterFD, err = s.give("filter", program); err != nil {
			return s, err
		}
	}
	e.libraryFD, err = s.give("autodatabench.py", []byte(Library))
	return s, err
}

// give adds a file that bubblewrap reads, and returns its descriptor.
func (s *starter) give(name string, data []byte) (fd int, err error) {
	file, err := dataFile(name, data)
	if err != nil {
		return 0, err
	}
	s.files = append(s.files, file)
	return startedFD + len(s.files) - 1, nil
}

// begin starts the process in its group, sets the limits of all that belongs to the sandbox
// and lets it go on. A sandbox that is gone was killed or could not start, and its end is
// told by that.
func (s *starter) begin(cmd *exec.Cmd, g *group, l Limits) error {
	if err := g.start(cmd); err != nil {
		return err
	}
	for _, f := range s.files {
		f.Close() // else the end of the sandbox could not be seen
	}
	if _, err := io.ReadFull(s.made, make([]byte, 1)); err != nil {
		return nil
	}
	if g == nil || !g.throttled { // honest code may then use every CPU
		l.CPUs = runtime.NumCPU()
	}
	pids, err := s.members(cmd.Process.Pid)
	for _, pid := range pids {
		if refused := bindSoon(pid, l); !errors.Is(refused, syscall.ESRCH) {
			err = errors.Join(err, refused)
		}
	}
	if err == nil {
		_, err = s.word.WriteString(word)
	}
	if errors.Is(err, syscall.EPIPE) {
		err = nil
	}
	if err != nil {
		err = errors.Join(err, killTree(cmd.Process))
		_ = cmd.Wait() // killed
	}
	return err
}

// members are the processes of the sandbox that is held back. One whose children are not
// shown would run without limits.
func (s *starter) members(pid int) ([]int, error) {
	pids := descendants(pid, own)
	for wait := time.Millisecond / 4; len(pids) < s.least; wait *= 2 {
		if now := state(fmt.Sprintf("/proc/%d", pid)); now == "Z" || now == "X" { // it could not start
			break
		}
		if wait >= time.Second {
			return nil, errors.New("the processes of the sandbox cannot be found: /proc does not show those below its first")
		}
		time.Sleep(wait)
		pids = descendants(pid, own)
	}
	return pids, nil
}

// bindSoon sets limits, as soon as that is allowed: not before bubblewrap with the
// set-user-id bit has given up its rights.
func bindSoon(pid int, l Limits) error {
	err := bind(pid, l)
	for wait := time.Millisecond / 4; errors.Is(err, syscall.EPERM) && wait < time.Second; wait *= 2 {
		time.Sleep(wait)
		err = bind(pid, l)
	}
	return err
}

// reached reports whether the code was reached by a sandbox that has ended.
func (s *starter) reached() (bool, error) {
	said, err := io.ReadAll(io.LimitReader(s.started, 16))
	return string(said) == "started", err
}

// close closes what is open.
func (s *starter) close() {
	for _, f := range append(s.files, s.started, s.made, s.word) {
		f.Close() // also none
	}
}
