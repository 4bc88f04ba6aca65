package sandbox

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
)

// The sandbox must not outlive this program, also when SIGKILL ends it. Bubblewrap
// makes two processes: a monitor outside, and the first process of the sandbox,
// which does nothing until the monitor has written to it. The kernel ends the
// monitor with the program, and the sandbox with the monitor once it runs. Between
// its birth and the monitor's word it has no such bond, and waits for ever for a
// monitor that is gone.
//
// A program that is root therefore starts the monitor as the first process of a
// process namespace: the kernel ends all of a namespace with its first process.
// Users may not do that on every system. Theirs can be left waiting, before any
// code was reached, and the next start ends it.

// EndOrphans ends sandboxes that were begun with a temporary folder whose owner is
// gone.
func EndOrphans(dir string) {
	commands, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range commands {
		line, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(line, []byte("\x00"+dir+"/")) {
			continue
		}
		program, _, _ := bytes.Cut(line, []byte{0})
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil && filepath.Base(string(program)) == "bwrap" {
			kill(pid)
		}
	}
}
