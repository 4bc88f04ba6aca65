package private

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/evaluators"
	"github.com/autodatabench/autodatabench/tasks/folder"
)

func hidden() []tasks.Item {
	return []tasks.Item{{ID: "x", Question: "How long is the Oder?", Answer: "854"}, {ID: "y", Question: "How long is the Ebro?", Answer: "930"}}
}

// task writes a task folder and its private set below one temporary folder.
func task(t *testing.T, items []tasks.Item) (root, dir string) {
	t.Helper()
	base := t.TempDir()
	root, dir = filepath.Join(base, "private"), filepath.Join(base, "rivers")
	digest, err := Write(root, "rivers", items)
	if err != nil {
		t.Fatal(err)
	}
	err = folder.Write(dir, folder.Content{
		Config: folder.Config{
			Name: "rivers", Domain: "geography", Evaluator: evaluators.Spec{Kind: "numeric"}, StudentSampling: folder.Sampling{MaxTokens: 9},
			Sizes: folder.Sizes{Private: len(items)}, Licence: "CC0", Source: "test", PrivateDigest: digest,
		},
		Description: "Lengths of rivers.",
		Sample:      []results.Row{{Instruction: "How long is the Rhine?", Output: "1230"}},
		Public:      []tasks.Item{{ID: "a", Question: "How long is the Po?", Answer: "652"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return root, dir
}

func lint(t *testing.T, root, dir string) []folder.Finding {
	t.Helper()
	f, findings, err := folder.Open(dir)
	if err != nil || len(findings) > 0 {
		t.Fatalf("%q, %v", findings, err)
	}
	return Lint(root, f)
}

func TestFolder(t *testing.T) {
	root, dir := task(t, hidden())
	loaded, err := folder.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	items, err := Open(root, loaded)
	if d := cmp.Diff(hidden(), items); d != "" || err != nil {
		t.Errorf("%v, %s", err, d)
	}
	if findings := lint(t, root, dir); len(findings) > 0 {
		t.Errorf("findings %q", findings)
	}
	if digest, err := Write(root, "rivers", hidden()); err != nil || digest != loaded.PrivateDigest {
		t.Errorf("the same set again: %s, %v", digest, err)
	}
	if _, err := Write(root, "rivers", hidden()[:1]); err == nil {
		t.Error("another set of the same name is written over it")
	}
}

// A private set that is not there, another one, or one that is shown is refused
// by the score and found by lint.
func TestFolderFaults(t *testing.T) {
	shown := append(hidden(), tasks.Item{ID: "z", Question: "how long is the PO?", Answer: "652"})
	for _, tt := range []struct {
		name        string
		items       []tasks.Item
		spoil       func(path string) error
		opens, lint string
	}{
		{"missing", hidden(), os.Remove, "is not there", "the private set is not there"},
		{"changed", hidden(), func(path string) error {
			return os.WriteFile(path, []byte(`{"id":"x","question":"How long is the Oder?","answer":"855"}`+"\n"), 0o600)
		}, "another one than task.yaml has the digest of", "task.yaml:24: the digest of"},
		{"shown", shown, nil, "private.jsonl:3: the private question is also in public.jsonl", "private.jsonl:3: the private question is also in public.jsonl:1"},
		{"unanswerable", []tasks.Item{{ID: "x", Question: "How long is the Oder?", Answer: "long"}}, nil, "private.jsonl:1: the item's answer", "private.jsonl:1: the item's answer"},
	} {
		root, dir := task(t, tt.items)
		if tt.spoil != nil {
			if err := tt.spoil(folder.PrivateFile(root, "rivers")); err != nil {
				t.Fatal(err)
			}
		}
		loaded, err := folder.Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Open(root, loaded)
		if e := new(results.Error); !errors.As(err, &e) || e.Kind != results.BadInput || !strings.Contains(err.Error(), tt.opens) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.opens)
		}
		if found := fmt.Sprint(lint(t, root, dir)); !strings.Contains(found, tt.lint) {
			t.Errorf("%s: %s, want %q", tt.name, found, tt.lint)
		}
	}
}

func TestApart(t *testing.T) {
	for _, tt := range []struct {
		root, dir string
		ok        bool
	}{
		{"private", "law", true}, {"a/private", "a/law", true}, {"law", "law", false}, {"law/private", "law", false}, {".", "law", false}, {"law2", "law", true},
	} {
		if err := Apart(tt.root, tt.dir); (err == nil) != tt.ok {
			t.Errorf("private root %s, task folder %s: %v", tt.root, tt.dir, err)
		}
	}
}

// A link changes nothing about where the private set lies.
func TestApartByLinks(t *testing.T) {
	base := t.TempDir()
	at := func(name string) string { return filepath.Join(base, name) }
	if err := errors.Join(os.MkdirAll(at("law/data"), 0o700), os.MkdirAll(at("sets"), 0o700),
		os.Symlink(at("law/data"), at("inside")), os.Symlink(base, at("around")), os.Symlink(at("law"), at("other-law")), os.Symlink(at("sets"), at("elsewhere"))); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		root, dir string
		ok        bool
	}{
		{"inside", "law", false}, {"inside/new", "law", false}, {"around", "law", false}, {"law/data", "other-law", false}, {"elsewhere", "other-law", true}, {"sets", "inside", true},
	} {
		if err := Apart(at(tt.root), at(tt.dir)); (err == nil) != tt.ok {
			t.Errorf("private root %s, task folder %s: %v", tt.root, tt.dir, err)
		}
	}
}
