package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// Bounds of an environment: its files, and their bytes together.
const (
	mostEnvironmentFiles = 500_000
	mostEnvironmentBytes = 64 << 30
)

// openEnvironment looks at a virtual environment: its interpreter, its digest and the
// copies of this program in it. The digest is of names, links and contents, without the
// folders of compiled modules, which Python writes by itself.
func openEnvironment(path string) (python, digest string, copies []string, err error) {
	if path, err = filepath.Abs(path); err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err == nil && !disk.Exists(filepath.Join(path, "pyvenv.cfg")) {
		err = errors.New("it has no pyvenv.cfg")
	}
	if err != nil {
		return "", "", nil, results.Bad(fmt.Errorf("sandbox.environment: %w", err), "name the folder of a virtual environment, as python3 -m venv makes it")
	}
	program, err := ownProgram()
	if err != nil {
		return "", "", nil, results.Infra(err)
	}
	sum := sha256.New()
	files, bytes := 0, int64(0)
	err = filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == "__pycache__" {
				return fs.SkipDir
			}
			return nil
		}
		name, err := filepath.Rel(path, file)
		if err != nil {
			return err
		}
		content, size, err := contentOf(file, d)
		if err != nil {
			return err
		}
		if files, bytes = files+1, bytes+size; files > mostEnvironmentFiles || bytes > mostEnvironmentBytes {
			return fmt.Errorf("it has more than %d files or %d GiB", mostEnvironmentFiles, mostEnvironmentBytes>>30)
		}
		if content == program {
			copies = append(copies, file)
		}
		fmt.Fprintf(sum, "%q %s\n", name, content)
		return nil
	})
	if err != nil {
		return "", "", nil, results.Infra(fmt.Errorf("sandbox.environment: read %s: %w", path, err))
	}
	return filepath.Join(path, "bin", "python3"), "sha256:" + hex.EncodeToString(sum.Sum(nil)), copies, nil
}

// contentOf says what a file of an environment is: a digest, or where a link leads.
func contentOf(file string, d fs.DirEntry) (content string, size int64, err error) {
	switch {
	case d.Type() == fs.ModeSymlink:
		target, err := os.Readlink(file)
		return fmt.Sprintf("-> %q", target), 0, err
	case !d.Type().IsRegular():
		return "", 0, fmt.Errorf("%s is no file, folder or link", file)
	}
	f, err := os.Open(file)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	sum := sha256.New()
	size, err = io.Copy(sum, f)
	return hex.EncodeToString(sum.Sum(nil)), size, err
}

// ownProgram is the content of this program.
func ownProgram() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	content, _, err := contentOf(path, fs.FileInfoToDirEntry(info))
	return content, err
}
