package private

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/evaluators"
	"github.com/autodatabench/autodatabench/tasks/folder"
)

const rootHint = "--private-root names the folder that holds <task>/private.jsonl"

// openFolder reads the private set that task.yaml has the digest of.
func openFolder(root string, t tasks.Task) ([]tasks.Item, error) {
	path := folder.PrivateFile(root, t.Name)
	digest, err := disk.DigestFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, results.Bad(fmt.Errorf("private set of task %s: %s is not there", t.Name, path), rootHint)
	}
	if err != nil {
		return nil, results.Infra(fmt.Errorf("private set of task %s: %w", t.Name, err))
	}
	if digest != t.PrivateDigest {
		return nil, results.Bad(fmt.Errorf("private set of task %s: %s is another one than task.yaml has the digest of", t.Name, path),
			"autodatabench tasks lint says which digest belongs into task.yaml")
	}
	placed, findings := folder.ReadItems(path, checker(t.Evaluator))
	if len(placed) != t.Brief.PrivateItems && len(findings) == 0 {
		findings = []folder.Finding{{File: path, Reason: fmt.Sprintf("it holds %d items, and task.yaml says %d", len(placed), t.Brief.PrivateItems)}}
	}
	findings = append(findings, folder.ShownBy(t).Hidden(path, placed)...)
	if len(findings) > 0 {
		return nil, results.Bad(fmt.Errorf("private set of task %s: %s", t.Name, findings[0]), "autodatabench tasks lint lists everything")
	}
	items := make([]tasks.Item, len(placed))
	for i, p := range placed {
		items[i] = p.Value
	}
	return items, nil
}

func checker(e tasks.Evaluator) evaluators.Evaluator {
	checked, _ := e.(evaluators.Evaluator) // nil checks no answers
	return checked
}

// Lint reports what is wrong with the folder's private set.
func Lint(root string, f *folder.Folder) []folder.Finding {
	path := folder.PrivateFile(root, f.Config.Name)
	if why := Apart(root, f.Dir); why != nil {
		return []folder.Finding{{File: path, Reason: why.Error()}}
	}
	digest, err := disk.DigestFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return []folder.Finding{{File: path, Reason: "the private set is not there (" + rootHint + ")"}}
	}
	if err != nil {
		return []folder.Finding{{File: path, Reason: err.Error()}}
	}
	placed, findings := folder.ReadItems(path, f.Evaluator.Evaluator)
	if digest != f.Config.PrivateDigest {
		findings = append(findings, f.AtKey("private_digest", "the digest of "+path+" is "+digest))
	}
	if len(placed) != f.Config.Sizes.Private {
		findings = append(findings, f.AtKey("private", fmt.Sprintf("sizes.private: %s holds %d good items", path, len(placed))))
	}
	shown, _ := f.Shown()
	return append(findings, shown.Hidden(path, placed)...)
}

// Similar finds questions that are nearly the same as one in another set of the task,
// the private one among them. A set that cannot be read has none; [Lint] says why.
func Similar(root string, f *folder.Folder) []folder.Similar {
	path := folder.PrivateFile(root, f.Config.Name)
	placed, _ := folder.ReadItems(path, nil)
	return f.Similar(path, placed)
}

// Apart refuses a private root that lies in the task folder or holds it, by
// whatever links.
func Apart(root, dir string) error {
	a, err := disk.RealPath(root)
	if err != nil {
		return err
	}
	b, err := disk.RealPath(dir)
	if err != nil {
		return err
	}
	if disk.Within(a, b) || disk.Within(b, a) {
		return fmt.Errorf("the private root %s and the task folder %s must lie apart", root, dir)
	}
	return nil
}

// Write makes the private set of the task below root and returns its digest. It
// refuses to replace another one.
func Write(root, name string, items []tasks.Item) (digest string, err error) {
	data, err := folder.EncodeItems(items)
	if err != nil {
		return "", err
	}
	path := folder.PrivateFile(root, name)
	digest = disk.Digest(data)
	switch was, err := disk.DigestFile(path); {
	case err == nil && was == digest:
		return digest, nil
	case err == nil:
		return "", results.Bad(fmt.Errorf("%s: there is a private set of another task of this name", path),
			"choose another name or --private-root, or move it away")
	case !errors.Is(err, fs.ErrNotExist):
		return "", results.Infra(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", results.Infra(fmt.Errorf("write private set: %w", err))
	}
	if err := disk.WriteFile(path, data); err != nil {
		return "", err
	}
	return digest, nil
}
