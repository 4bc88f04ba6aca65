package disk

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// Within reports whether path is dir or lies below it.
func Within(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// RealPath is the absolute path without symbolic links, of which the end need not
// exist.
func RealPath(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	known, err := filepath.EvalSymlinks(path)
	if up := filepath.Dir(path); errors.Is(err, fs.ErrNotExist) && up != path {
		known, err = RealPath(up)
		return filepath.Join(known, filepath.Base(path)), err
	}
	return known, err
}
