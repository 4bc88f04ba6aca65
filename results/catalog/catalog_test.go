package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

func trialID(run int) results.TrialID {
	return results.TrialID{Domain: results.Science, Workflow: results.OneShot, Setting: results.Scratch, Agent: "a", Run: run}
}

// must ends the test at the first error.
func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// experimentOf writes the folder of an experiment whose trials have ended, are sealed
// and are scored: of ten private questions run n has n right, and the base student
// none.
func experimentOf(t *testing.T, out, name string, runs int) record.Experiment {
	t.Helper()
	root := record.Experiment(filepath.Join(out, name))
	must(t, root.Lock().Write(record.Lock{Format: record.Mark(), File: json.RawMessage(`{}`)}))
	scores, err := root.OpenScores()
	must(t, err, scores.Lock())
	score(t, root.Base(results.Science), 0)
	must(t, scores.EnterBase(results.Science))
	for run := 1; run <= runs; run++ {
		dir := root.Trial(trialID(run))
		end(t, dir, results.Spec{
			TrialID: trialID(run), Experiment: name, Format: record.Mark(), Protocol: results.Protocol{FinalSeeds: 1},
			StudentDigest: "student", TaskDigest: "task",
		})
		must(t, scores.Seal(dir))
		score(t, dir.Final(1), run)
		must(t, scores.EnterFinal(trialID(run), 1))
	}
	return root
}

// end writes the events of a trial that has ended.
func end(t *testing.T, dir record.Trial, spec results.Spec) {
	t.Helper()
	data, err := json.Marshal(spec)
	must(t, err, disk.MkdirAll(string(dir)))
	log, err := disk.OpenLog(dir.Events(), nil)
	must(t, err)
	at := time.Unix(0, 0).UTC()
	_, err = log.Append(
		results.Event{Time: at, Kind: results.TrialStarted, Data: data},
		results.Event{Time: at, Kind: results.TrialEnded, Data: json.RawMessage(`{"reason":"attempts used up"}`)})
	must(t, err, log.Close())
}

// score writes a score folder with so many right answers of ten.
func score(t *testing.T, f record.Final, right int) {
	t.Helper()
	s := record.Score{Valid: true, Terms: record.Terms{Student: "student", Task: "task"}}
	judged, correct := make([]results.Judged, 10), make([]bool, 10)
	for i := range judged {
		correct[i] = i < right
		judged[i].Correct = correct[i]
	}
	s.Private = results.Score{Correct: right, Total: len(judged), Items: results.ItemsOf(correct)}
	var err error
	s.Predictions, err = f.Predictions().Write(judged)
	must(t, err, f.Rows().Write([]results.Row{}), f.Score().Write(s))
}

func opened(t *testing.T, out string) *Catalog {
	t.Helper()
	c, err := Open(t.Context(), out)
	must(t, err)
	t.Cleanup(func() { must(t, c.Close()) })
	return c
}

func reading(t *testing.T, c *Catalog) Reading {
	t.Helper()
	r, err := c.Read(t.Context(), "")
	must(t, err)
	return r
}

// shown is an outcome in a line: its experiment, its run and what it scored.
func shown(list []results.Outcome) (lines []string) {
	for _, o := range list {
		line := fmt.Sprintf("%s %d:", o.Experiment, o.Run)
		for _, s := range o.Finals {
			line += fmt.Sprintf(" %d/%d", s.Correct, s.Total)
		}
		if o.Changed != "" {
			line += " changed"
		}
		lines = append(lines, line)
	}
	return lines
}

// A folder is read once: after that its outcomes come from the index, until a file of
// it changes.
func TestFoldersAreReadOnce(t *testing.T) {
	out := t.TempDir()
	root := experimentOf(t, out, "one", 2)
	want := []string{"one 1: 1/10", "one 2: 2/10"}
	first := reading(t, opened(t, out))
	if d := cmp.Diff(want, shown(first.Outcomes)); d != "" || len(first.Faults) > 0 {
		t.Fatalf("%v %s", first.Faults, d)
	}
	scores, err := root.OpenScores()
	must(t, err)
	if got := first.Heads["one"]; got != results.ShortDigest(scores.Head()) {
		t.Errorf("head is %q", got)
	}
	c := opened(t, out)
	if read := c.lookAt(c.places("one", c.experiment("one"))); len(read) > 0 {
		t.Errorf("read again: %v", read)
	}
	if d := cmp.Diff(first, reading(t, c)); d != "" {
		t.Error(d)
	}
	later := time.Now().Add(time.Hour)
	must(t, os.Chtimes(root.Trial(trialID(2)).Events(), later, later))
	c = opened(t, out)
	if read := c.lookAt(c.places("one", c.experiment("one"))); len(read) != 1 || !strings.HasSuffix(read[0], "run-2") {
		t.Errorf("read again: %v", read)
	}
}

// What changed after the index was made, or before it was made anew, has no figures
// and is named. Everything else is as before.
func TestChangedFoldersAreNamed(t *testing.T) {
	rest := []string{"other 1: 1/10"}
	for name, c := range map[string]struct {
		change func(t *testing.T, root record.Experiment)
		want   []string // of experiment one
		fault  string
	}{
		"a better score": {func(t *testing.T, root record.Experiment) {
			score(t, root.Trial(trialID(1)).Final(1), 9)
		}, []string{"one 1: changed", "one 2: 2/10"}, "run-1/final/1/predictions.jsonl: changed since it was scored"},
		"a better score without its answers": {func(t *testing.T, root record.Experiment) {
			edit(t, string(root.Trial(trialID(1)).Final(1).Score()), `"correct": 1`, `"correct": 9`)
		}, []string{"one 1: changed", "one 2: 2/10"}, "says 9 of 10 correct, the predictions beside it 1 of 10"},
		"a worse base": {func(t *testing.T, root record.Experiment) {
			score(t, root.Base(results.Science), 1)
		}, []string{"one 1: changed", "one 2: changed"}, "changed since it was scored"},
		"other events": {func(t *testing.T, root record.Experiment) {
			edit(t, root.Trial(trialID(2)).Events(), "attempts used up", "attempts used in")
		}, []string{"one 1: 1/10", "one 2: changed"}, "run-2/events.jsonl: changed since"},
		"no seal": {func(t *testing.T, root record.Experiment) {
			must(t, os.Remove(string(root.Trial(trialID(2)).SealFile())))
		}, []string{"one 1: 1/10", "one 2: changed"}, "seal.json: is missing from a trial that was sealed"},
		"no trial": {func(t *testing.T, root record.Experiment) {
			must(t, os.RemoveAll(string(root.Trial(trialID(2)))))
		}, []string{"one 1: 1/10", "one 2: changed"}, "run-2: the trial that was sealed here is gone"},
		"another lock": {func(t *testing.T, root record.Experiment) {
			must(t, root.Lock().Write(record.Lock{Format: record.Mark(), Version: "other", File: json.RawMessage(`{}`)}))
		}, []string{"one 1: changed", "one 2: changed"}, "experiment.lock.json: changed since the experiment began"},
		"another name": {func(t *testing.T, root record.Experiment) {
			must(t, os.Rename(string(root), string(root)+"-b"))
		}, []string{"one 1: changed", "one 2: changed"}, "recorded"},
		"no experiment": {func(t *testing.T, root record.Experiment) {
			must(t, os.RemoveAll(string(root)))
		}, nil, "one: "},
	} {
		t.Run(name, func(t *testing.T) {
			out := t.TempDir()
			root := experimentOf(t, out, "one", 2)
			experimentOf(t, out, "other", 1)
			reading(t, opened(t, out))
			c.change(t, root)
			for _, again := range []bool{false, true} {
				shelf := opened(t, out)
				if again {
					must(t, shelf.Rebuild(t.Context()))
				}
				r := reading(t, shelf)
				var one, others []string
				for _, line := range shown(r.Outcomes) {
					if strings.HasPrefix(line, "one ") {
						one = append(one, line)
					} else {
						others = append(others, line)
					}
				}
				if c.want != nil && cmp.Diff(c.want, one) != "" || strings.Contains(strings.Join(one, "\n"), "/") && c.want == nil || cmp.Diff(rest, others) != "" {
					t.Errorf("made anew %v: %q, %q", again, one, others)
				}
				var known *results.Error
				if said := errors.Join(r.Faults...); said == nil || !errors.As(said, &known) || !strings.Contains(said.Error(), c.fault) {
					t.Errorf("made anew %v: faults %v", again, r.Faults)
				}
			}
		})
	}
}

func edit(t *testing.T, path, from, to string) {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	if !bytes.Contains(data, []byte(from)) {
		t.Fatalf("%s has no %q", path, from)
	}
	must(t, os.WriteFile(path, bytes.ReplaceAll(data, []byte(from), []byte(to)), 0o644))
}

// One folder that cannot be read is named as bad input, and the others are shown.
func TestUnreadableFolderIsNamed(t *testing.T) {
	out := t.TempDir()
	root := experimentOf(t, out, "one", 2)
	must(t, os.WriteFile(root.Trial(trialID(1)).Events(), []byte("{\"seq\":7}\n"), 0o644))
	r := reading(t, opened(t, out))
	var known *results.Error
	if len(r.Faults) != 1 || !errors.As(r.Faults[0], &known) || known.Kind != results.BadInput || !strings.Contains(r.Faults[0].Error(), "run-1/events.jsonl line 1") {
		t.Errorf("faults %v", r.Faults)
	}
	// The row of the trial has a place for it, so that no mean leaves it out.
	if d := cmp.Diff([]string{"one 1: changed", "one 2: 2/10"}, shown(r.Outcomes)); d != "" {
		t.Error(d)
	}
}

// A copy beside an experiment is named, and its outcomes count once.
func TestCopiesCountOnce(t *testing.T) {
	out := t.TempDir()
	root := experimentOf(t, out, "one", 2)
	must(t, os.CopyFS(filepath.Join(out, "a-copy"), os.DirFS(string(root))))
	r := reading(t, opened(t, out))
	if d := cmp.Diff([]string{"one 1: 1/10", "one 2: 2/10"}, shown(r.Outcomes)); d != "" || len(r.Copies) != 1 || !strings.HasPrefix(r.Copies[0], "a-copy: 2 ") {
		t.Errorf("%s\ncopies %q", d, r.Copies)
	}
}

// An unpacked bundle takes no place of one's own experiment: not by its folder's name, and
// not by calling itself that experiment.
func TestUnpackedIsNoneOfOnesOwn(t *testing.T) {
	out := t.TempDir()
	experimentOf(t, out, "one", 2)
	theirs := experimentOf(t, t.TempDir(), "one", 3)
	must(t, theirs.LeftOut().Write(record.LeftOut{Bundle: "b", Files: []record.LeftFile{}}))
	must(t, os.CopyFS(filepath.Join(out, "a-theirs"), os.DirFS(string(theirs))))
	experimentOf(t, out, "two", 1)
	two := experimentOf(t, t.TempDir(), "three", 1)
	must(t, two.LeftOut().Write(record.LeftOut{Bundle: "b", Files: []record.LeftFile{}}))
	must(t, os.CopyFS(filepath.Join(out, "three"), os.DirFS(string(two))))
	r := reading(t, opened(t, out))
	if d := cmp.Diff([]string{"a-theirs 3: changed", "one 1: 1/10", "one 2: 2/10", "three 1: 1/10", "two 1: 1/10"}, shown(r.Outcomes)); d != "" {
		t.Error(d)
	}
	for _, o := range r.Outcomes {
		if o.Unpacked != (o.Experiment == "a-theirs" || o.Experiment == "three") {
			t.Errorf("%s: unpacked %v", o.Experiment, o.Unpacked)
		}
	}
}

// An index that is corrupt or gone is made again; without any experiment there is
// nothing to make it of.
func TestIndexIsMadeAgain(t *testing.T) {
	out := t.TempDir()
	if _, err := Existing(t.Context(), out); err == nil {
		t.Error("an empty folder has a catalog")
	}
	experimentOf(t, out, "one", 1)
	want := reading(t, opened(t, out))
	for name, spoil := range map[string]func(string) error{
		"corrupt": func(file string) error { return os.WriteFile(file, []byte("no database"), 0o644) },
		"gone":    os.Remove,
	} {
		must(t, spoil(record.Index(out)))
		if d := cmp.Diff(want, reading(t, opened(t, out))); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// A single trial is read as it is now, whether the index knows it or not. One that was
// sealed and is gone is told from one that has not begun.
func TestTrial(t *testing.T) {
	out := t.TempDir()
	root := experimentOf(t, out, "one", 2)
	for _, known := range []bool{false, true} {
		if known {
			reading(t, opened(t, out))
		}
		c, err := Beside(t.Context(), root)
		must(t, err)
		o, err := c.Trial(root, trialID(2))
		if d := cmp.Diff([]string{"one 2: 2/10"}, shown([]results.Outcome{o})); d != "" || err != nil {
			t.Errorf("in the index %v: %v %s", known, err, d)
		}
	}
	must(t, os.RemoveAll(string(root.Trial(trialID(2)))))
	c, err := Beside(t.Context(), root)
	must(t, err)
	var fault *results.Error
	if err := c.Missing(root, trialID(2)); !errors.As(err, &fault) || fault.Kind != results.Verification {
		t.Errorf("a sealed trial that is gone: %v", err)
	}
	if err := c.Missing(root, trialID(3)); err != nil {
		t.Errorf("a trial that has not begun: %v", err)
	}
}

// Experiments whose folders are gone are named until they are forgotten.
func TestForget(t *testing.T) {
	out := t.TempDir()
	root := experimentOf(t, out, "one", 1)
	experimentOf(t, out, "other", 1)
	reading(t, opened(t, out))
	must(t, os.RemoveAll(string(root)))
	c := opened(t, out)
	gone, err := c.Forget()
	must(t, err, c.Rebuild(t.Context()))
	if len(gone) != 1 || !strings.Contains(gone[0].Error(), string(root)) {
		t.Errorf("gone: %v", gone)
	}
	for _, c := range []*Catalog{c, opened(t, out)} {
		if r := reading(t, c); len(r.Faults) > 0 || cmp.Diff([]string{"other 1: 1/10"}, shown(r.Outcomes)) != "" {
			t.Errorf("%v, faults %v", shown(r.Outcomes), r.Faults)
		}
	}
}
