package disk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/autodatabench/autodatabench/results"
)

// WriteFile writes data to path so that a reader, also after a crash, finds the
// old content or the new, never a part.
func WriteFile(path string, data []byte) error {
	return WriteStream(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// WriteStream is WriteFile of what write writes; where that fails, nothing is.
func WriteStream(path string, write func(io.Writer) error) error {
	if err := replace(path, write); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func replace(path string, write func(io.Writer) error) error {
	dir := filepath.Dir(path)
	if err := MkdirAll(dir); err != nil {
		return err
	}
	tmp, release, err := temporary(dir, newPrefix)
	if err != nil {
		return err
	}
	defer release()
	defer os.Remove(tmp.Name())
	if err = errors.Join(write(tmp), tmp.Sync(), tmp.Chmod(0o644), tmp.Close()); err != nil {
		return err
	}
	if err := Rename(tmp.Name(), path); err != nil {
		return err
	}
	return SyncDir(dir)
}

// WriteJSON writes v as indented JSON like WriteFile.
func WriteJSON(path string, v any) error {
	data, err := Canonical(v)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, data, "", "  "); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	b.WriteByte('\n')
	return WriteFile(path, b.Bytes())
}

// ReadJSON decodes the file into v.
func ReadJSON(path string, v any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return results.Bad(fmt.Errorf("%s: %w", path, err))
	}
	return nil
}

// Exists reports whether there is something at path.
func Exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR)
}

// Writable makes dir, and reports whether files can be written in it.
func Writable(dir string) error {
	if err := MkdirAll(dir); err != nil {
		return err
	}
	probe, release, err := temporary(dir, newPrefix)
	if err != nil {
		return err
	}
	defer release()
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// Unfinished reports whether a file of this base name is one that a killed
// process left half written, for a file of ours or for a lock.
func Unfinished(name string) bool {
	return strings.HasPrefix(name, ".new-") || strings.HasPrefix(name, ".lock-")
}

// AppendFile makes data durable at the end of the file, which it makes when needed.
func AppendFile(path string, data []byte) error {
	if err := MkdirAll(filepath.Dir(path)); err != nil {
		return err
	}
	f, err := OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

// TruncateFile cuts the file to size.
func TruncateFile(path string, size int64) error {
	if err := before(Truncate, path); err != nil {
		return err
	}
	return os.Truncate(path, size)
}
