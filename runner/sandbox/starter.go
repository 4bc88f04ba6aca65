package sandbox

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// Descriptors of the process that becomes the sandbox. On 3 start.sh says that the code
// was reached.
const (
	waitFD   = 4
	filterFD = 5
)

// shell is there on every system that has bubblewrap.
const shell = "/bin/sh"

// waitThenRun is the shell's program: it becomes the sandbox when the platform has set
// its limits and put it into its control groups, and ends if the platform does.
const waitThenRun = `read -r go <&4 || exit 126; exec 4<&-; exec "$@"`

// starter holds a process back until its limits are set.
type starter struct {
	files []*os.File // that the process gets
	wait  *os.File   // the platform's end
	group *group     // nil where there are no control groups
}

// starter opens what the process gets.
func (e *execution) starter(started *os.File) (*starter, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	s := &starter{files: []*os.File{started, read}, wait: write, group: e.group}
	if e.s.cfg.Kind != None {
		filter, err := filterFile()
		if err != nil {
			s.close()
			return nil, err
		}
		if e.filtered = filter != nil; e.filtered {
			s.files = append(s.files, filter)
		}
	}
	return s, nil
}

// begin binds the process and lets it go on. A process that is gone was killed, and its
// end is told by that.
func (s *starter) begin(cmd *exec.Cmd, l Limits) error {
	err := bind(cmd.Process.Pid, l)
	if err == nil && s.group != nil {
		err = s.group.add(cmd.Process.Pid)
	}
	if errors.Is(err, syscall.ESRCH) {
		err = nil
	}
	if err == nil {
		_, err = s.wait.WriteString("go\n")
	}
	if errors.Is(err, syscall.EPIPE) {
		err = nil
	}
	s.close()
	if err != nil {
		err = errors.Join(err, killTree(cmd.Process))
		_ = cmd.Wait() // killed
	}
	return err
}

// close closes this program's ends.
func (s *starter) close() {
	for _, f := range s.files[1:] {
		f.Close()
	}
	s.wait.Close()
}
