package folder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/tasks"
)

// Hidden finds what a private set shares with what is shown.
func TestHidden(t *testing.T) {
	c := content()
	c.Description = "Such as: How long is the Danube in km?"
	c.Public[0].Fields = map[string]string{GroupField: "g"}
	shown := ShownBy(tasks.Task{Public: c.Public, Seed: c.Seed, Brief: results.Brief{Description: c.Description, FewShot: c.FewShot, Sample: c.Sample}})
	place := func(id, question, group string) []Placed[tasks.Item] {
		item := tasks.Item{ID: id, Question: question, Answer: "1", Fields: map[string]string{GroupField: group}}
		return []Placed[tasks.Item]{{item, 1}, {tasks.Item{ID: "z", Question: "How long is the Ebro?"}, 2}}
	}
	for _, tt := range []struct {
		name  string
		items []Placed[tasks.Item]
		want  string
	}{
		{"clean", place("x", "How long is the Oder?", "h"), ""},
		{"public question", place("x", "How long is  the ELBE?", ""), "is also in public.jsonl"},
		{"seed question", place("x", "How long is the Seine?", ""), "is also in seed.json"},
		{"few-shot question", place("x", "How long is the Rhine?", ""), "is also in few_shot.json"},
		{"description", place("x", "How long is the Danube in km?", ""), "is also in description.md"},
		{"public id", place("a", "How long is the Oder?", ""), `id "a" is also in public.jsonl`},
		{"group", place("x", "How long is the Oder?", "g"), `group "g" is shown`},
		{"twice", place("z", "How long is the Ebro?", ""), "is also in line 1"},
	} {
		findings := shown.Hidden("private.jsonl", tt.items)
		if tt.want == "" && len(findings) > 0 || !strings.Contains(fmt.Sprint(findings), tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, findings, tt.want)
		}
	}
}

// TestStrangers: the private set is found in the folder under any name and in any
// place, and so is what may be one.
func TestStrangers(t *testing.T) {
	const set = `{"id":"c","question":"How long is the Oder?","answer":"854"}` + "\n"
	const itself, unknown = ": it is the private set", ": of such files, a task folder holds only few_shot.json, sample_submission.json, public.jsonl, seed.json, manifest.json"
	for _, tt := range []struct{ name, file, text, want string }{
		{"the set as a text", "notes.txt", set, "notes.txt" + itself},
		{"the set without an extension", "a/b/notes", set, "a/b/notes" + itself},
		{"the set in a hidden folder", ".cache/x", set, ".cache/x" + itself},
		{"the set as the manifest", manifestFile, set, manifestFile + itself},
		{"the set as the public one", publicFile, set, publicFile + itself},
		{"a name", "a/Private_v2.txt", "x", "a/Private_v2.txt: private data must not lie in the task folder"},
		{"another list", "hidden.jsonl", set + set, "hidden.jsonl" + unknown},
		{"another list in capitals", "hidden.JSON", "[]", "hidden.JSON" + unknown},
		{"a known name elsewhere", "old/public.jsonl", set + set, "old/public.jsonl" + unknown},
		{"notes", "notes.md", "Rivers.", ""},
		{"the pairs", "data/pairs.csv", "question,answer\n", ""},
	} {
		c := content()
		c.Config.PrivateDigest = disk.Digest([]byte(set))
		dir := filepath.Join(t.TempDir(), "rivers")
		path := filepath.Join(dir, tt.file)
		if err := errors.Join(Write(dir, c), os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(tt.text), 0o600)); err != nil {
			t.Fatal(err)
		}
		_, findings, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.ReplaceAll(fmt.Sprint(findings), dir+"/", ""); tt.want == "" && len(findings) > 0 || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s, want %q", tt.name, got, tt.want)
		}
	}
	dir := written(t)
	for _, name := range []string{"more", manifestFile} {
		if err := os.Symlink("/etc", filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		if _, findings, err := Open(dir); err != nil || len(findings) != 1 || !strings.HasSuffix(findings[0].String(), name+": a task folder holds no links and no devices") {
			t.Errorf("a link: %q, %v", findings, err)
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	// The folder itself may be one.
	link := filepath.Join(t.TempDir(), "link")
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "x.json"), nil, 0o600), os.Symlink(dir, link)); err != nil {
		t.Fatal(err)
	}
	if _, findings, err := Open(link); err != nil || len(findings) != 1 {
		t.Errorf("a linked folder: %q, %v", findings, err)
	}
}
