package folder

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results/disk"
)

// dataFiles are the JSON files that a task folder may hold.
func dataFiles() []string {
	return []string{shotsFile, sampleFile, publicFile, seedFile, manifestFile}
}

// strangers reports files anywhere in the folder that are, or may be, a private
// set beside the public one.
func (f *Folder) strangers() (findings []Finding) {
	err := filepath.WalkDir(f.Dir+string(filepath.Separator), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(f.Dir, path)
		if err != nil || name == "." {
			return err
		}
		reason, err := f.strange(path, name, e)
		if reason != "" {
			findings = append(findings, Finding{path, 0, reason})
		}
		if err == nil && len(findings) == maxFindings {
			err = fs.SkipAll
		}
		return err
	})
	if err != nil {
		findings = append(findings, Finding{f.Dir, 0, err.Error()})
	}
	return findings
}

// strange says why an entry of the folder should not lie in it.
func (f *Folder) strange(path, name string, e fs.DirEntry) (string, error) {
	known := slices.Contains(append(dataFiles(), ConfigFile, descriptionFile), name)
	extension := strings.ToLower(filepath.Ext(name))
	switch {
	case strings.Contains(strings.ToLower(e.Name()), "private"):
		return "private data must not lie in the task folder; move it to the private root", nil
	case e.IsDir() || known && name != manifestFile && !e.Type().IsRegular(): // which its reader refuses; the manifest has none
		return "", nil
	case !e.Type().IsRegular():
		return "a task folder holds no links and no devices", nil
	case !known && (extension == ".json" || extension == ".jsonl"):
		return fmt.Sprintf("of such files, a task folder holds only %s", strings.Join(dataFiles(), ", ")), nil
	}
	info, err := e.Info()
	if err != nil || info.Size() > maxFile { // more than a private set may have
		return "", err
	}
	digest, err := disk.DigestFile(path)
	if err == nil && digest == f.Config.PrivateDigest {
		return "it is the private set, which must not lie in the task folder; move it to the private root", nil
	}
	return "", err
}
