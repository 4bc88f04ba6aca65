package sandbox

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// temporary is the folder for temporary files in the workspace: on one file system with
// it, so that they can be renamed into place.
const temporary = ".tmp"

// command is start.sh, in bubblewrap unless the kind is none.
func (e *execution) command(ctx context.Context) (*exec.Cmd, error) {
	workspace, lib, socket := "/workspace", "/opt/autodatabench", "/run/gateway.sock"
	if e.s.cfg.Kind == None {
		workspace, lib, socket = e.spec.Workspace, e.dir, e.spec.Socket
	}
	program, err := e.program()
	if err != nil {
		return nil, err
	}
	start := startProgram
	if e.s.cfg.Kind == None {
		start = hold + start
	}
	argv := append([]string{shell, "-c", start, "start.sh"}, program...)
	if e.uid != 0 {
		id := strconv.Itoa(e.uid)
		argv = append([]string{e.s.setpriv, "--reuid", id, "--regid", id, "--clear-groups"}, argv...)
	}
	if e.s.cfg.Kind != None {
		argv = append(append([]string{e.s.bwrap}, e.isolation()...), argv...)
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = e.spec.Workspace
	cmd.SysProcAttr = mortal(e.uid != 0) // root: see orphans.go
	cmd.Env = []string{
		"PATH=" + strings.Join([]string{filepath.Dir(e.s.python.path), "/usr/bin", "/bin"}, ":"),
		"HOME=" + workspace, "LANG=C.UTF-8", "TMPDIR=" + workspace + "/" + temporary,
		"PYTHONPATH=" + lib, "PYTHONDONTWRITEBYTECODE=1", "PYTHONUNBUFFERED=1",
		"MALLOC_ARENA_MAX=4", // arenas of many threads would use up the address space
		"AUTODATABENCH_SOCKET=" + socket,
	}
	return cmd, nil
}

// program is what start.sh becomes.
func (e *execution) program() ([]string, error) {
	if len(e.spec.Command) == 0 {
		return []string{e.s.python.path, e.spec.Code}, nil
	}
	name, args := e.spec.Command[0], e.spec.Command[1:]
	switch {
	case name == "python3" || name == "python":
		name = e.s.python.path
	case !strings.Contains(name, "/"):
		path, err := exec.LookPath(name)
		if err != nil {
			return nil, results.Bad(fmt.Errorf("command: %w", err), "the command must be there inside the sandbox: a system's program, or ./name in its folder")
		}
		name = path
	}
	return append([]string{name}, args...), nil
}
