package definitions

import (
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// Digest is the digest of the definition without its age. Of provider command, the
// files of its folder are part of it.
func (d Definition) Digest() (string, error) {
	d.Age = Age{}
	folder := d.Folder
	if d.Provider == Command {
		d.Folder = "" // what lies in it counts, and not where it lies
	}
	own, err := disk.DigestOf(d)
	if err != nil || d.Provider != Command {
		return own, err
	}
	files := map[string]string{"": own}
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if !entry.Type().IsRegular() {
			return results.Bad(fmt.Errorf("%s: an agent's folder may hold files and folders only", path))
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)], err = disk.DigestFile(path)
		return err
	})
	if err != nil {
		return "", err
	}
	return disk.DigestOf(files)
}
