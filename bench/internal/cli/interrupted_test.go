package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

var errCut = errors.New("cut")

// cutWatch ends the work when the first trial is at its first public score.
type cutWatch struct {
	microWatch
	cancel context.CancelCauseFunc
}

func (w cutWatch) Doing(_ results.TrialID, what string, _ *results.Trial) {
	if what == "evaluate" {
		w.cancel(errCut)
	}
}

// cutMicro is the folder of a micro experiment that was interrupted after the public
// score of its first attempt.
func cutMicro(t *testing.T) (root string) {
	t.Helper()
	root = filepath.Join(t.TempDir(), "micro")
	s := micro(t, root)
	ctx, cancel := context.WithCancelCause(context.Background())
	s.File.Parallel, s.Watch = 1, cutWatch{cancel: cancel}
	if _, err := s.Run(ctx); !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	return root
}

// keepLines leaves the first lines of a file.
func keepLines(n int) func([]byte) []byte {
	return func(data []byte) []byte { return bytes.Join(bytes.SplitAfter(data, []byte("\n"))[:n], nil) }
}

// A file that changed while its trial was interrupted is named before it is used.
func TestChangedWhileInterrupted(t *testing.T) {
	whole := cutMicro(t)
	replace := func(old, new string) func([]byte) []byte {
		return func(data []byte) []byte { return bytes.Replace(data, []byte(old), []byte(new), 1) }
	}
	for _, c := range []struct {
		name   string // below the trial
		events int    // lines that are left; 0 for all
		change func([]byte) []byte
	}{
		{"attempts/1/prompt.json", 2, replace("student", "teacher")},
		{"attempts/1/reply.json", 3, replace("A plan", "Another plan")},
		{"attempts/1/code.py", 3, replace("attempt", "Attempt")},
		{"attempts/1/submission.json", 5, replace("answer", "number")},
		{"attempts/1/submission.json", 0, replace("answer", "number")},
		{"attempts/1/submission.json", 6, func([]byte) []byte { return nil }},
		{"attempts/1/plan.md", 0, replace("plan", "scheme")},
		{"attempts/1/public.json", 0, replace(`"correct": true`, `"correct": false`)},
		{"ledger.jsonl", 0, func([]byte) []byte { return nil }},
	} {
		root := copyTree(t, whole)
		if c.events > 0 {
			edit(t, filepath.Join(root, alpha1, "events.jsonl"), keepLines(c.events))
		}
		edit(t, filepath.Join(root, alpha1, c.name), c.change)
		_, err := micro(t, root).Run(context.Background())
		var known *results.Error
		if !errors.As(err, &known) || known.Kind != results.Verification || !strings.Contains(err.Error(), c.name) {
			t.Errorf("%s with %d events: %v", c.name, c.events, err)
		}
	}
}

// TestTrainingBeforeAKill kills a trial between a training and its event, with the
// adapter as it was left or not: it counts once, and is done again only if its files
// are not whole.
func TestTrainingBeforeAKill(t *testing.T) {
	whole := cutMicro(t)
	undisturbed := micro(t, copyTree(t, whole))
	want, err := undisturbed.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	trainings := undisturbed.Student.(*microStudent).trained
	for name, c := range map[string]struct {
		change func(t *testing.T, root string)
		more   int
	}{
		"whole":             {func(*testing.T, string) {}, 0},
		"a torn adapter":    {cached("adapter_model.safetensors", func(data []byte) []byte { return data[:5] }), 1},
		"a changed setting": {cached("adapter_config.json", func([]byte) []byte { return []byte("[]") }), 1},
		"a torn report":     {cached("train.json", func(data []byte) []byte { return data[:5] }), 1},
	} {
		for events, again := range map[int]string{5: "before the event", 6: "after it"} {
			root := copyTree(t, whole)
			edit(t, filepath.Join(root, alpha1, "events.jsonl"), keepLines(events))
			c.change(t, root)
			s := micro(t, root)
			got, err := s.Run(context.Background())
			if err != nil {
				t.Fatalf("%s, %s: %v", name, again, err)
			}
			if n := s.Student.(*microStudent).trained; n != trainings+c.more {
				t.Errorf("%s, %s: %d trainings, want %d", name, again, n, trainings+c.more)
			}
			for i, o := range got {
				if o.Final() != want[i].Final() || *o.Public != *want[i].Public {
					t.Errorf("%s, %s: %s came out otherwise", name, again, o.TrialID)
				}
			}
			if cachedEvents(t, root) != 0 {
				t.Errorf("%s, %s: a training that the trial did counts as another's", name, again)
			}
		}
	}
}

// TestForgedAdapterIsTrainedAgain puts another adapter, and a report that names it, in the
// place of one that the trial's events have: it is not asked.
func TestForgedAdapterIsTrainedAgain(t *testing.T) {
	whole := cutMicro(t)
	undisturbed := micro(t, copyTree(t, whole))
	want, err := undisturbed.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	root := copyTree(t, whole)
	edit(t, filepath.Join(root, alpha1, "events.jsonl"), keepLines(6)) // the training is the last
	forged := []byte("another student")
	var was string
	cached("adapter_model.safetensors", func(data []byte) []byte {
		was = disk.Digest(data)
		return forged
	})(t, root)
	cached("train.json", func(data []byte) []byte { return bytes.ReplaceAll(data, []byte(was), []byte(disk.Digest(forged))) })(t, root)
	s := micro(t, root)
	got, err := s.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if n := s.Student.(*microStudent).trained; n != undisturbed.Student.(*microStudent).trained+1 {
		t.Errorf("%d trainings", n)
	}
	for i, o := range got {
		if o.Final() != want[i].Final() || *o.Public != *want[i].Public {
			t.Errorf("%s came out otherwise", o.TrialID)
		}
	}
}

// cached changes a file of the experiment's one training so far.
func cached(name string, change func([]byte) []byte) func(t *testing.T, root string) {
	return func(t *testing.T, root string) {
		files, err := filepath.Glob(filepath.Join(root, "cache", "*", name))
		if err != nil || len(files) != 1 {
			t.Fatalf("%v, %v", files, err)
		}
		edit(t, files[0], change)
	}
}

// cachedEvents counts the trainings that cost alpha's first run nothing.
func cachedEvents(t *testing.T, root string) (n int) {
	t.Helper()
	err := record.Trial(filepath.Join(root, alpha1)).EachEvent(func(e results.Event) error {
		var d results.TrainData
		if e.Kind == results.StudentTrained {
			if err := json.Unmarshal(e.Data, &d); err != nil {
				return err
			}
			if d.Cached {
				n++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A trial that was scored and not entered, as after a kill in between, is scored
// again to the same line.
func TestKilledBeforeTheLog(t *testing.T) {
	whole := filepath.Join(finishedMicro(t), "micro")
	log, err := os.ReadFile(filepath.Join(whole, "scores.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for n := bytes.Count(log, []byte("\n")); n > 0; n-- {
		line := bytes.Split(log, []byte("\n"))[n-1]
		if !bytes.Contains(line, []byte("scored")) {
			break // a seal, which is followed by its score
		}
		root := copyTree(t, whole)
		edit(t, filepath.Join(root, "scores.jsonl"), keepLines(n-1))
		for _, s := range []*experiment.Setup{micro(t, root), micro(t, root)} {
			if outcomes, err := s.Run(context.Background()); err != nil || len(outcomes) != 4 {
				t.Errorf("%d lines: %d outcomes, %v", n-1, len(outcomes), err)
			}
		}
		if now, err := os.ReadFile(filepath.Join(root, "scores.jsonl")); err != nil || bytes.Count(now, []byte("\n")) != bytes.Count(log, []byte("\n")) {
			t.Errorf("%d lines: the log is now\n%s(%v)", n-1, now, err)
		}
	}
}
