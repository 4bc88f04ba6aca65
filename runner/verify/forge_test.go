package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// fixture is a bundle of format 1 with everything in it but adapters: the experiment of
// two agents, one domain and one run that fixture.yaml beside it describes, packed with
//
//	autodatabench pack --teacher --predictions --to format-1.adb fixture
//
// After a change of suite mini or of the prompts it still verifies, with more taken on
// trust; it is made anew then, so that the tampering below is found again.
const fixture = "testdata/format-1.adb"

// Trials of the fixture.
const (
	pipeline = "trials/science/iterative-scratch/pipeline/run-1"
	careless = "trials/science/iterative-scratch/careless/run-1"
)

// forger changes the files of an unpacked bundle.
type forger struct {
	t    *testing.T
	root record.Experiment
}

// unpacked is the fixture in a folder of its own.
func unpacked(t *testing.T) (*forger, *bundle.Bundle) {
	t.Helper()
	b, err := bundle.Open(fixture, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &forger{t, b.Root}, b
}

func (f *forger) path(name string) string {
	return filepath.Join(string(f.root), filepath.FromSlash(name))
}

func (f *forger) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// text changes a file's bytes; the change must be one.
func (f *forger) text(name string, change func([]byte) []byte) {
	f.t.Helper()
	data, err := os.ReadFile(f.path(name))
	f.must(err)
	changed := change(bytes.Clone(data))
	if bytes.Equal(changed, data) {
		f.t.Fatalf("%s: nothing was changed", name)
	}
	f.must(os.WriteFile(f.path(name), changed, 0o644))
}

func (f *forger) replace(name, old, new string) {
	f.t.Helper()
	f.text(name, func(data []byte) []byte { return bytes.Replace(data, []byte(old), []byte(new), 1) })
}

func (f *forger) remove(name string) { f.must(os.RemoveAll(f.path(name))) }

func (f *forger) rename(from, to string) {
	f.must(errors.Join(os.MkdirAll(filepath.Dir(f.path(to)), 0o755), os.Rename(f.path(from), f.path(to))))
}

// object changes a JSON file.
func (f *forger) object(name string, change func(o map[string]any)) {
	f.t.Helper()
	f.text(name, func(data []byte) []byte {
		o := map[string]any{}
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.UseNumber() // a seed has more digits than a float
		f.must(dec.Decode(&o))
		change(o)
		out, err := json.MarshalIndent(o, "", "  ")
		f.must(err)
		return append(out, '\n')
	})
}

// lines changes a file of JSON lines; a nil line goes. A chain is made anew.
func (f *forger) lines(name string, change func(i int, o map[string]any) map[string]any) {
	f.t.Helper()
	data, err := os.ReadFile(f.path(name))
	f.must(err)
	f.must(os.Remove(f.path(name)))
	log, err := disk.OpenLog(f.path(name), func([]byte) error { return nil })
	f.must(err)
	i := 0
	for line := range bytes.Lines(data) {
		o := map[string]any{}
		dec := json.NewDecoder(bytes.NewReader(line))
		dec.UseNumber()
		f.must(dec.Decode(&o))
		if o = change(i, o); o != nil {
			_, err := log.Append(o)
			f.must(err)
		}
		i++
	}
	f.must(log.Close())
}

// events changes the data of the trial's events of a kind.
func (f *forger) events(trial, kind string, change func(data map[string]any)) {
	f.t.Helper()
	f.lines(trial+"/events.jsonl", func(_ int, o map[string]any) map[string]any {
		if o["kind"] == kind {
			change(o["data"].(map[string]any))
		}
		return o
	})
}

// consistent makes seals and the log of scores anew, as somebody would who knows the
// format and has all the time in the world.
func (f *forger) consistent() {
	f.t.Helper()
	_ = os.Remove(f.path("scores.jsonl"))
	scores, err := f.root.OpenScores()
	f.must(err)
	f.must(scores.Lock())
	dirs, err := f.root.Trials()
	f.must(err)
	for _, dir := range dirs {
		final, aside := filepath.Join(string(dir), "final"), filepath.Join(f.t.TempDir(), "final")
		f.must(errors.Join(os.RemoveAll(string(dir.SealFile())), os.Rename(final, aside)))
		f.must(scores.Seal(dir))
		f.must(os.Rename(aside, final))
	}
	f.must(scores.EnterBase(results.Science))
	for _, dir := range dirs {
		state, err := dir.Load()
		f.must(err)
		f.must(scores.EnterFinal(state.Spec.TrialID, 1))
	}
}

// pack packs what the folder has now, as a bundle of the trials that the fixture has.
func (f *forger) pack(o bundle.Options) string {
	f.t.Helper()
	path := filepath.Join(f.t.TempDir(), "forged.adb")
	if o.Trials == nil {
		dirs, err := f.root.Trials()
		f.must(err)
		for _, dir := range dirs {
			id, ok := f.root.EntryOf(rel(f.root, dir)).Trial()
			if !ok {
				f.t.Fatalf("%s is no trial", dir)
			}
			o.Trials = append(o.Trials, id)
		}
	}
	o.Name, o.Program, o.Answers = "fixture", "test", true
	_, _, err := bundle.Pack(path, f.root, o)
	f.must(err)
	return path
}

func rel(root record.Experiment, dir record.Trial) string {
	name, err := filepath.Rel(string(root), string(dir))
	if err != nil {
		return ""
	}
	return filepath.ToSlash(name)
}

// verifier opens the bundle at the path.
func verifier(t *testing.T, path string) (*Verifier, error) {
	t.Helper()
	b, err := bundle.Open(path, t.TempDir())
	if err != nil {
		return nil, err
	}
	task, err := mini.Load(results.Science)
	if err != nil {
		t.Fatal(err)
	}
	return &Verifier{Bundle: b, Tasks: map[results.Domain]tasks.Task{results.Science: task}}, nil
}

func verified(t *testing.T, path string) Report {
	t.Helper()
	v, err := verifier(t, path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := v.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (f *forger) digest(name string) string {
	f.t.Helper()
	digest, err := disk.DigestFile(f.path(name))
	f.must(err)
	return digest
}

// best is the number of the trial's best attempt.
func (f *forger) best(trial string) int {
	f.t.Helper()
	state, err := record.Trial(f.path(trial)).Load()
	f.must(err)
	return state.Best
}

func (f *forger) id(trial string) results.TrialID {
	id, ok := f.root.EntryOf(trial).Trial()
	if !ok {
		f.t.Fatalf("%s is no trial", trial)
	}
	return id
}

// replaceAnswers gives a trial the private answers of another one.
func (f *forger) replaceAnswers(of, by string) {
	f.t.Helper()
	data, err := os.ReadFile(f.path(by + final1 + "predictions.jsonl"))
	f.must(err)
	f.must(os.WriteFile(f.path(of+final1+"predictions.jsonl"), data, 0o644))
	f.object(of+final1+"score.json", func(o map[string]any) {
		better := map[string]any{}
		score, err := os.ReadFile(f.path(by + final1 + "score.json"))
		f.must(err)
		f.must(json.Unmarshal(score, &better))
		o["private"], o["predictions"] = better["private"], better["predictions"]
	})
}
