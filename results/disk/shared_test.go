package disk_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/autodatabench/autodatabench/results/disk"
)

// shared opens the log at path and counts the lines that it is shown.
func shared(t *testing.T, path string) (log *disk.SharedLog, seen *int) {
	t.Helper()
	seen = new(int)
	log, err := disk.OpenShared(path, func(line []byte) error {
		*seen++
		return json.Unmarshal(line, &struct{}{})
	})
	if err != nil {
		t.Fatal(err)
	}
	return log, seen
}

func one(n int) func() ([]any, error) {
	return func() ([]any, error) { return []any{map[string]int{"n": n}}, nil }
}

// Writers with the same log, and with logs of their own on the same file, append one at
// a time, and each sees every line once.
func TestSharedLogOfSeveralWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	a, seenByA := shared(t, path)
	b, seenByB := shared(t, path)
	var group sync.WaitGroup
	for i := range 40 {
		group.Go(func() {
			for _, log := range []*disk.SharedLog{a, b} {
				if err := log.Append(one(i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	for _, log := range []*disk.SharedLog{a, b} {
		if err := log.Refresh(); err != nil {
			t.Fatal(err)
		}
	}
	head, err := disk.Head(path)
	if err != nil || a.Len() != 80 || b.Len() != 80 || *seenByA != 80 || *seenByB != 80 || a.Head() != head || b.Head() != head {
		t.Errorf("%v; %d and %d lines, seen %d and %d", err, a.Len(), b.Len(), *seenByA, *seenByB)
	}
}

// A torn last line is cut off by the next writer; a log that became shorter or whose
// chain is broken is refused.
func TestSharedLogIsChecked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	log, _ := shared(t, path)
	for i := range 3 {
		if err := log.Append(one(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := disk.AppendFile(path, []byte(`{"n":3,"se`)); err != nil {
		t.Fatal(err)
	}
	if err := log.Append(one(3)); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil || strings.Count(string(whole), "\n") != 4 || log.Len() != 4 {
		t.Fatalf("%v; %d lines:\n%s", err, log.Len(), whole)
	}
	for name, data := range map[string]string{
		"shorter": string(whole[:len(whole)/2]),
		"another": string(whole) + string(whole),
	} {
		if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := log.Append(one(4)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
