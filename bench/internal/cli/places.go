package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/autodatabench/autodatabench/results"
)

// Limits of file systems on the bytes of a name, and of a path with room for what lies
// below a folder of experiments.
const (
	maxNameBytes = 255
	maxPathBytes = 3_500
)

// checkFolder refuses what cannot be a folder: a file, or a path through one.
func checkFolder(flag, path string) error {
	if err := checkLength(flag, path); err != nil {
		return err
	}
	for at := filepath.Clean(path); ; at = filepath.Dir(at) {
		switch info, err := os.Stat(at); {
		case err == nil && !info.IsDir():
			return results.Bad(fmt.Errorf("%s: %s is no folder", flag, at))
		case err == nil || !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
			return nil // the command says more of what is there
		case at == filepath.Dir(at):
			return nil
		}
	}
}

// checkParent refuses a file in a folder that does not exist: what is wrong may be the
// folder's name.
func checkParent(flag, path string) error {
	if err := checkLength(flag, path); err != nil {
		return err
	}
	dir := filepath.Dir(filepath.Clean(path))
	switch info, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return results.Bad(fmt.Errorf("%s: the folder %s does not exist", flag, dir), "make it first, or name another place")
	case err == nil && !info.IsDir(), errors.Is(err, syscall.ENOTDIR):
		return results.Bad(fmt.Errorf("%s: %s is no folder", flag, dir))
	}
	return nil
}

// checkLength refuses paths that no file system takes.
func checkLength(flag, path string) error {
	if len(path) > maxPathBytes {
		return results.Bad(fmt.Errorf("%s: a path of %d bytes; at most %d", flag, len(path), maxPathBytes))
	}
	for name := range strings.SplitSeq(filepath.ToSlash(path), "/") {
		if len(name) > maxNameBytes {
			return results.Bad(fmt.Errorf("%s: a name of %d bytes in the path; at most %d", flag, len(name), maxNameBytes))
		}
	}
	return nil
}
