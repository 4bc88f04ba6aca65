package live

import (
	"os/exec"
	"runtime"

	"github.com/autodatabench/autodatabench/runner/child"
)

// Browse opens the address with what the system has for it, which gets the environment
// without keys.
func Browse(environ []string, address string) error {
	command := map[string][]string{"darwin": {"open"}, "windows": {"rundll32", "url.dll,FileProtocolHandler"}}[runtime.GOOS]
	if command == nil {
		command = []string{"xdg-open"}
	}
	browser := exec.Command(command[0], append(command[1:], address)...) //nolint:noctx // the browser outlives the program
	browser.Env = child.Env(environ)
	if err := browser.Start(); err != nil {
		return err
	}
	go func() { _ = browser.Wait() }() // what it ends with says nothing
	return nil
}
