package disk_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/disk/disktest"
)

// A file has its old content or its new one, whichever operation fails, and no
// half of a file is left beside it.
func TestWriteFileOnAFailingDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "below", "file")
	was := "old"
	disktest.Sweep(t, func(t *testing.T) error {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(was), 0o600); err != nil {
			t.Fatal(err)
		}
		return disk.WriteFile(path, []byte("new content"))
	}, func(t *testing.T, failed, err error) {
		data, read := os.ReadFile(path)
		switch now := string(data); {
		case read != nil:
			t.Error(read)
		case (failed != nil) != (err != nil):
			t.Errorf("made to fail: %v, got %v", failed, err)
		case err == nil && now != "new content", err != nil && now != was && now != "new content":
			t.Errorf("after %v the file holds %q", err, now)
		case err != nil && !strings.Contains(err.Error(), path):
			t.Errorf("the error %v does not name the file", err)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".new-*")); len(left) != 0 {
			t.Errorf("left behind: %q", left)
		}
	})
}

// A log holds the lines of every append that succeeded and of no other, whichever
// operation fails and whatever is appended after it.
func TestLogOnAFailingDisk(t *testing.T) {
	type line struct {
		Text string `json:"text"`
	}
	texts := []string{"first, longer than what follows it", "second", "third one"}
	var path string
	var appended []string
	disktest.Sweep(t, func(t *testing.T) (err error) {
		path, appended = filepath.Join(t.TempDir(), "log.jsonl"), nil
		l, err := disk.OpenLog(path, func([]byte) error { return nil })
		if err != nil {
			return err
		}
		for _, text := range texts {
			if _, failed := l.Append(line{text}); failed != nil {
				err = errors.Join(err, failed)
				continue
			}
			appended = append(appended, text)
		}
		return errors.Join(err, l.Close())
	}, func(t *testing.T, failed, err error) {
		if (failed != nil) != (err != nil) {
			t.Errorf("made to fail: %v, got %v", failed, err)
		}
		var found []string
		l, err := disk.OpenLog(path, func(data []byte) error {
			_, rest, _ := strings.Cut(string(data), `"text":"`)
			text, _, _ := strings.Cut(rest, `"`)
			found = append(found, text)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Join(found, "|") != strings.Join(appended, "|") {
			t.Errorf("the log holds %q, appended were %q", found, appended)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A lock that could not be taken leaves the folder free for the next.
func TestLockOnAFailingDisk(t *testing.T) {
	var path string
	disktest.Sweep(t, func(t *testing.T) error {
		path = lockOf(t.TempDir())
		l, err := disk.Lock(path, me())
		if err != nil {
			return err
		}
		return l.Unlock()
	}, func(t *testing.T, failed, err error) {
		if (failed != nil) != (err != nil) {
			t.Errorf("made to fail: %v, got %v", failed, err)
		}
		if disk.Exists(path) && failed == nil {
			t.Error("the lock is still there")
		}
	})
}
