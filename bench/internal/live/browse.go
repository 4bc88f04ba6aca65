package live

import (
	"os/exec"
	"runtime"
)

// Browse opens the address with what the system has for it.
func Browse(address string) error {
	command := map[string][]string{"darwin": {"open"}, "windows": {"rundll32", "url.dll,FileProtocolHandler"}}[runtime.GOOS]
	if command == nil {
		command = []string{"xdg-open"}
	}
	return exec.Command(command[0], append(command[1:], address)...).Start() //nolint:noctx // the browser outlives the program
}
