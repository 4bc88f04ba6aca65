package record

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/autodatabench/autodatabench/results/disk"
)

// Intact reports whether the adapter that the report is of is there, as it was left.
func (t Training) Intact(done Trained) bool {
	if done.Failure != "" {
		return true
	}
	files := done.Files
	if files == nil && done.Digest != "" { // of version 1
		files = map[string]string{weightsName: done.Digest}
	}
	for name, digest := range files {
		if now, err := disk.DigestFile(filepath.Join(string(t), name)); err != nil || now != digest {
			return false
		}
	}
	return true
}

// Files digests the adapter's files.
func (t Training) Files() (map[string]string, error) {
	entries, err := os.ReadDir(string(t))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for _, entry := range entries {
		if !entry.Type().IsRegular() || entry.Name() == trainFile {
			continue
		}
		if files[entry.Name()], err = disk.DigestFile(filepath.Join(string(t), entry.Name())); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// weightsName is the name that all back ends give an adapter's weights.
const weightsName = "adapter_model.safetensors"
