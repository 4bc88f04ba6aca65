// Package folder reads, checks and writes task folders: a user's own task as files.
//
//	task.yaml               name, domain, evaluator, sampling, sizes ([Config])
//	description.md          goal, components, examples, for the agent
//	few_shot.json           [{"question", "solution"}], for the agent alone
//	sample_submission.json  [{"instruction", "input", "output"}]
//	public.jsonl            {"id", "question", "answer", "fields"} a line
//	seed.json               ["question", ...] without answers; may be empty
//
// "fields" is optional. It holds strings that an official evaluator reads, and
// "group": a name shared by items that must stay in the same set (for example all
// items on one context). All files are UTF-8. The private set has the form of
// public.jsonl and lies at <private root>/<name>/private.jsonl, outside the folder;
// task.yaml holds its digest.
//
// The package never opens a private set (tasks/private does). Invariant: a folder
// that [Load] accepts has none of the faults that [Open] can find.
package folder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/evaluators"
)

// Names of the files in a task folder.
const (
	ConfigFile      = "task.yaml"
	descriptionFile = "description.md"
	shotsFile       = "few_shot.json"
	sampleFile      = "sample_submission.json"
	publicFile      = "public.jsonl"
	seedFile        = "seed.json"
	manifestFile    = "manifest.json" // of an imported task
)

// Suite is the [tasks.Task.Suite] of all tasks in folders.
const Suite = "folder"

// Finding is a fault of a task folder.
type Finding struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"` // from 1; 0 where no line is at fault
	Reason string `json:"reason"`
}

func (f Finding) String() string {
	if f.Line == 0 {
		return f.File + ": " + f.Reason
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Reason)
}

// Placed is a value with the line it begins on.
type Placed[T any] struct {
	Value T
	Line  int
}

// Folder is a task folder as read.
type Folder struct {
	Dir         string
	Config      Config
	Evaluator   evaluators.Named
	Description string
	FewShot     []Placed[results.Shot]
	Sample      []Placed[results.Row]
	Public      []Placed[tasks.Item]
	Seed        []Placed[string]
}

// Open reads the folder and everything that is wrong with what it shows. The
// error is for a path that is no task folder at all.
func Open(dir string) (*Folder, []Finding, error) {
	if _, err := os.Stat(filepath.Join(dir, ConfigFile)); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%s: no task folder: it holds no %s", dir, ConfigFile)
		}
		return nil, nil, results.Bad(err, "autodatabench tasks new DIR makes one")
	}
	f := &Folder{Dir: dir}
	findings := f.readConfig()
	var more []Finding
	f.Description, more = f.readDescription()
	findings = append(findings, more...)
	f.FewShot, more = readArray(f.path(shotsFile), readShot)
	findings = append(findings, more...)
	f.Sample, more = readArray(f.path(sampleFile), readRow)
	findings = append(findings, more...)
	f.Public, more = ReadItems(f.path(publicFile), f.Evaluator.Evaluator)
	findings = append(findings, more...)
	f.Seed, more = readArray(f.path(seedFile), readSeed)
	return f, append(append(findings, more...), f.check()...), nil
}

// Load returns the task of the folder, or its first fault.
func Load(dir string) (tasks.Task, error) {
	f, findings, err := Open(dir)
	if err != nil {
		return tasks.Task{}, err
	}
	if len(findings) > 0 {
		return tasks.Task{}, results.Bad(fmt.Errorf("%s (%d faults in all)", findings[0], len(findings)),
			"autodatabench tasks lint "+dir+" lists everything")
	}
	return f.Task()
}

// Task is what the folder, which has no faults, says.
func (f *Folder) Task() (tasks.Task, error) {
	c := f.Config
	t := tasks.Task{
		Name: c.Name, Suite: Suite, Public: values(f.Public), Seed: values(f.Seed),
		Evaluator: f.Evaluator, PrivateDigest: c.PrivateDigest,
		Brief: results.Brief{
			Domain: c.Domain, Title: c.title(), Description: f.Description, EvaluationRule: evaluators.Told(c.Evaluator),
			FewShot: values(f.FewShot), Sample: values(f.Sample), Sampling: c.sampling(),
			PublicItems: len(f.Public), PrivateItems: c.Sizes.Private, SeedItems: len(f.Seed),
		},
	}
	evaluator, err := quoted(c.Evaluator)
	if err != nil {
		return t, err
	}
	t.Digest, err = tasks.Digest(t, evaluator)
	return t, err
}

// PrivateFile is where the private set of the task lies.
func PrivateFile(root, name string) string { return filepath.Join(root, name, "private.jsonl") }

func (f *Folder) path(name string) string { return filepath.Join(f.Dir, name) }

func (f *Folder) readDescription() (string, []Finding) {
	const most = 64 << 10
	path := f.path(descriptionFile)
	text, findings := readText(path, most)
	if findings == nil && strings.TrimSpace(text) == "" {
		findings = []Finding{{File: path, Reason: "the description is empty"}}
	}
	return text, findings
}

func values[T any](placed []Placed[T]) []T {
	list := make([]T, len(placed))
	for i, p := range placed {
		list[i] = p.Value
	}
	return list
}
