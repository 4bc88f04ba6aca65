package folder

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/template"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
)

// Content is a task to be written as a folder.
type Content struct {
	Config      Config
	Description string
	FewShot     []results.Shot
	Sample      []results.Row
	Public      []tasks.Item
	Seed        []string
	Manifest    any // where it was imported from; nil for none
}

// Hides reports which of the private items the content shows.
func (c Content) Hides(private []tasks.Item) []Finding {
	shown := ShownBy(tasks.Task{Public: c.Public, Seed: c.Seed, Brief: results.Brief{Description: c.Description, FewShot: c.FewShot, Sample: c.Sample}})
	placed := make([]Placed[tasks.Item], len(private))
	for i, item := range private {
		placed[i] = Placed[tasks.Item]{item, i + 1}
	}
	findings := shown.Hidden("", placed)
	for i, f := range findings { // the set is no file yet
		findings[i].File, findings[i].Line = "private item "+private[f.Line-1].ID, 0
	}
	return findings
}

//go:embed task.yaml.tmpl
var taskYAML string

var taskTemplate = template.Must(template.New(ConfigFile).Funcs(template.FuncMap{"text": quoted}).Parse(taskYAML))

// quoted writes a text or a list of texts as JSON, which YAML reads as well.
func quoted(v any) (string, error) {
	text, err := encode(v, "")
	return string(bytes.TrimSpace(text)), err
}

// Write makes the folder dir, which must not exist or be empty.
func Write(dir string, c Content) error {
	if err := Vacant(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Clean(dir)), 0o755); err != nil {
		return results.Infra(fmt.Errorf("write task folder: %w", err))
	}
	fresh, err := os.MkdirTemp(filepath.Dir(filepath.Clean(dir)), ".task-")
	if err != nil {
		return results.Infra(fmt.Errorf("write task folder: %w", err))
	}
	err = errors.Join(c.write(fresh), os.Chmod(fresh, 0o755))
	if err == nil {
		if err = os.Remove(dir); errors.Is(err, os.ErrNotExist) {
			err = nil
		}
	}
	if err == nil {
		err = os.Rename(fresh, dir)
	}
	if err != nil {
		return results.Infra(fmt.Errorf("write task folder %s: %w", dir, errors.Join(err, os.RemoveAll(fresh))))
	}
	return nil
}

// Vacant refuses a path that something else stands at.
func Vacant(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return results.Bad(fmt.Errorf("write task folder: %w", err))
	case len(entries) > 0:
		return results.Bad(fmt.Errorf("%s: the folder is not empty", dir), "choose another folder, or move this one away")
	}
	return nil
}

func (c Content) write(dir string) error {
	c.Config.RowFields = RowFields()
	c.Config.Sizes.Public, c.Config.Sizes.Seed = len(c.Public), len(c.Seed)
	var head bytes.Buffer
	if err := taskTemplate.Execute(&head, c.Config); err != nil {
		return err
	}
	public, err := EncodeItems(c.Public)
	if err != nil {
		return err
	}
	files := map[string][]byte{ConfigFile: head.Bytes(), descriptionFile: []byte(c.Description), publicFile: public}
	lists := map[string]any{shotsFile: list(c.FewShot), sampleFile: list(c.Sample), seedFile: list(c.Seed)}
	if c.Manifest != nil {
		lists[manifestFile] = c.Manifest
	}
	for name, v := range lists {
		if files[name], err = encode(v, "  "); err != nil {
			return err
		}
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// list is never null in JSON.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

// EncodeItems is a file of items.
func EncodeItems(items []tasks.Item) ([]byte, error) {
	var b bytes.Buffer
	for _, item := range items {
		line, err := encode(item, "")
		if err != nil {
			return nil, err
		}
		b.Write(line)
	}
	return b.Bytes(), nil
}

func encode(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	err := e.Encode(v)
	return b.Bytes(), err
}
