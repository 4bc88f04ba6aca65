package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
)

const hint = "apt-get install bubblewrap python3, or see bench/doc/install.md"

// systemLinks are links into /usr on most systems and folders on others.
var systemLinks = []string{"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}

// systemFiles are all that is shown of /etc: they are needed to find libraries.
var systemFiles = []string{"/etc/ld.so.cache", "/etc/alternatives"}

// spareFolders below /usr are covered unless Python lives there: sources,
// toolchains and programs, perhaps this one, are installed into them.
var spareFolders = []string{"/usr/local", "/usr/src"}

// python is a real interpreter, behind whatever shim the command is.
type python struct {
	path     string   // the interpreter
	prefixes []string // folders it needs, outside /usr
}

const askPython = `import json, sys
print(json.dumps({"path": sys.executable, "prefixes": [sys.base_prefix, sys.base_exec_prefix, sys.prefix, sys.exec_prefix], "version": sys.version_info[:2]}))`

// findPython asks the command for its interpreter and the folders it needs.
func findPython(command string) (python, error) {
	const hint = "apt-get install python3 (3.9 or newer), or name another one"
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, command, "-c", askPython).Output()
	if err != nil {
		return python{}, results.Infra(fmt.Errorf("find python: run %s: %w", command, err), hint)
	}
	var said struct {
		Path     string   `json:"path"`
		Prefixes []string `json:"prefixes"`
		Version  [2]int   `json:"version"`
	}
	if err := json.Unmarshal(out, &said); err != nil || said.Path == "" {
		return python{}, results.Infra(fmt.Errorf("find python: %s does not say where it is", command), hint)
	}
	if v := said.Version; v[0] != 3 || v[1] < 9 {
		return python{}, results.Infra(fmt.Errorf("find python: %s is Python %d.%d", command, v[0], v[1]), hint)
	}
	p := python{path: said.Path}
	for _, prefix := range said.Prefixes {
		real, err := filepath.EvalSymlinks(prefix)
		if err != nil {
			return python{}, results.Infra(fmt.Errorf("find python: %w", err), hint)
		}
		p.prefixes = append(p.prefixes, prefix, real)
	}
	slices.Sort(p.prefixes)
	p.prefixes = slices.Compact(p.prefixes)
	return p, nil
}

// findBubblewrap returns the program's path if it has what a run needs.
func findBubblewrap() (path, version string, err error) {
	path, err = exec.LookPath("bwrap")
	if err != nil {
		return "", "", results.Infra(fmt.Errorf("find bubblewrap: %w", err), hint)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	help, err := exec.CommandContext(ctx, path, "--help").CombinedOutput()
	if err != nil {
		return "", "", results.Infra(fmt.Errorf("find bubblewrap: run %s: %w", path, err), hint)
	}
	if !bytes.Contains(help, []byte("--size")) {
		return "", "", results.Infra(fmt.Errorf("find bubblewrap: %s is too old", path), "install bubblewrap 0.8 or newer")
	}
	said, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return "", "", results.Infra(fmt.Errorf("find bubblewrap: run %s: %w", path, err), hint)
	}
	return path, cut.Bytes(strings.TrimSpace(strings.TrimPrefix(string(said), "bubblewrap ")), 40), nil
}

// canForbidNests reports whether bubblewrap can keep code from making user namespaces of
// its own; with the set-user-id bit it cannot.
func canForbidNests(path string) bool {
	info, err := os.Stat(path)
	if err != nil || info.Mode()&os.ModeSetuid != 0 {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	help, _ := exec.CommandContext(ctx, path, "--help").CombinedOutput()
	return bytes.Contains(help, []byte("--disable-userns"))
}

// kernel is the machine's, as it names itself.
func kernel() string {
	release, _ := ofThisMachine("/proc/sys/kernel/osrelease") // empty where there is none
	return cut.Bytes(release, 80)
}

// hidden lists what is covered where the system's folders would show it: this
// program, the spare folders, and what the configuration names. It is asked for
// each execution, since a folder may have been made after the one before.
func (s *Sandbox) hidden() []string {
	var paths []string
	for _, dir := range spareFolders {
		if !slices.ContainsFunc(s.python.prefixes, func(prefix string) bool { return prefix == dir || below(prefix, dir) }) {
			paths = append(paths, dir)
		}
	}
	named := s.cfg.Hide
	if program, err := os.Executable(); err == nil {
		named = append(slices.Clone(named), program)
	}
	for _, path := range named {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			paths = append(paths, real)
		}
	}
	covered := slices.DeleteFunc(paths, func(path string) bool {
		_, err := os.Lstat(path)
		return err != nil || !s.python.shows(path)
	})
	return slices.DeleteFunc(slices.Clone(covered), func(path string) bool { // it is gone with the folder around it
		return slices.ContainsFunc(covered, func(dir string) bool { return below(path, dir) })
	})
}

// shows reports whether path lies below a host folder that is bound.
func (p python) shows(path string) bool {
	bound := append([]string{"/usr"}, p.prefixes...)
	for _, dir := range systemLinks {
		if info, err := os.Lstat(dir); err == nil && info.IsDir() {
			bound = append(bound, dir)
		}
	}
	return slices.ContainsFunc(bound, func(dir string) bool { return below(path, dir) })
}

// below reports whether path lies inside dir.
func below(path, dir string) bool {
	return strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}

func oneLine(output []byte) string {
	text := strings.Join(strings.Fields(strings.ToValidUTF8(string(output), "?")), " ")
	if len(text) > 300 {
		text = "..." + cut.Tail(text, 300)
	}
	return text
}
