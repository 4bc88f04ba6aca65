package record_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/disk/disktest"
	"github.com/autodatabench/autodatabench/results/record"
)

var id = results.TrialID{Domain: results.Science, Workflow: results.OneShot, Setting: results.Scratch, Agent: "a", Run: 1}

// trial writes an ended trial without a valid submission, and its seal.
func trial(t *testing.T, e record.Experiment, spec results.Spec) record.Trial {
	t.Helper()
	dir := e.Trial(spec.TrialID)
	if err := errors.Join(events(dir, spec), dir.Seal()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func events(dir record.Trial, spec results.Spec) error {
	if err := disk.MkdirAll(string(dir)); err != nil {
		return err
	}
	log, err := disk.OpenLog(dir.Events(), nil)
	if err != nil {
		return err
	}
	data, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	at := time.Unix(0, 0).UTC()
	_, err = log.Append(
		results.Event{Time: at, Kind: results.TrialStarted, Data: data},
		results.Event{Time: at, Kind: results.TrialEnded, Data: json.RawMessage(`{"reason":"attempts used up"}`)})
	return errors.Join(err, log.Close())
}

// The paths of the folder are a contract with everybody who reads one.
func TestLayout(t *testing.T) {
	e := record.Experiment("x")
	a, f := e.Trial(id).Attempt(2), e.Trial(id).Final(1)
	for want, got := range map[string]string{
		"x/experiment.yaml":                                             string(e.Given()),
		"x/experiment.lock.json":                                        string(e.Lock()),
		"x/agents/a.json":                                               string(e.Definition("a")),
		"x/leaderboard.md":                                              string(e.Leaderboard()),
		"x/base/science/public.json":                                    string(e.BasePublic("science")),
		"x/base/science/private/score.json":                             string(e.Base("science").Score()),
		"x/cache/0123/train.json":                                       string(e.Training("0123").Report()),
		"x/given/n/science/given.json":                                  string(e.Submission("n", "science").Terms()),
		"x/given/n/science/run-3/predictions.jsonl":                     string(e.Submission("n", "science").Run(3).Predictions()),
		"x/trials/science/one-shot-scratch/a/run-1/events.jsonl":        e.Trial(id).Events(),
		"x/trials/science/one-shot-scratch/a/run-1/ledger.jsonl":        e.Trial(id).Ledger(),
		"x/trials/science/one-shot-scratch/a/run-1/lock.json":           e.Trial(id).Writer(),
		"x/trials/science/one-shot-scratch/a/run-1/seal.json":           string(e.Trial(id).SealFile()),
		"x/trials/science/one-shot-scratch/a/run-1/audit.json":          string(e.Trial(id).AuditFile()),
		"x/trials/science/one-shot-scratch/a/run-1/teacher/d.jsonl.zst": e.Trial(id).Teacher().Finished("d"),
		"prompt.json reply.json agent.log model.jsonl plan.md code.py run.log submission.json check.json train.json public.json": strings.Join([]string{
			base(a.Prompt()), base(a.Reply()), base(a.AgentLog()), base(a.Calls()), base(a.Plan()), base(a.Code()), base(a.RunLog()),
			base(a.Submission()), base(a.Check()), base(a.Train()), base(a.Public()),
		}, " "),
		"x/trials/science/one-shot-scratch/a/run-1/attempts/2":         string(a),
		"x/trials/science/one-shot-scratch/a/run-1/final/1/score.json": string(f.Score()),
		"x/trials/science/one-shot-scratch/a/run-1/final/rounds/2":     string(e.Trial(id).Round(2)),
		"o/results.db": record.Index("o"),
		"o/replay/x":   string(record.Replays("o", "x")),
	} {
		if filepath.ToSlash(got) != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func base[T ~string](path T) string { return filepath.Base(string(path)) }

// A program reads formats up to its own and refuses newer ones by name, in every
// file that says its format.
func TestFormat(t *testing.T) {
	for format, ok := range map[int]bool{0: true, record.Format: true, record.Format + 1: false, -1: false} {
		e := record.Experiment(t.TempDir())
		dir := e.Trial(id)
		if err := events(dir, results.Spec{TrialID: id, Format: format}); err != nil {
			t.Fatal(err)
		}
		if err := e.Lock().Write(record.Lock{Format: format, File: json.RawMessage(`{}`)}); err != nil {
			t.Fatal(err)
		}
		alone := record.Experiment(t.TempDir())
		given := alone.Submission("n", results.Science)
		scores, err := alone.OpenScores()
		if err != nil {
			t.Fatal(err)
		}
		if err := given.Terms().Write(record.GivenTerms{Format: format, Name: "n", Domain: results.Science}); err != nil {
			t.Fatal(err)
		}
		_, ofTrial := dir.Load()
		_, ofLock := e.ReadLock()
		_, ofGiven := scores.GivenOutcomes(given)
		if errors.Is(ofGiven, fs.ErrNotExist) { // no base score, which it looks for after the format
			ofGiven = nil
		}
		for name, err := range map[string]error{"trial": ofTrial, "lock": ofLock, "given": ofGiven} {
			var known *results.Error
			if (err == nil) != ok || err != nil && (!errors.As(err, &known) || known.Kind != results.BadInput || known.Hint == "" || !strings.Contains(err.Error(), "format")) {
				t.Errorf("%s of format %d: %v", name, format, err)
			}
		}
	}
}

// One broken trial is named, and the others are read.
func TestBrokenTrialKeepsTheOthers(t *testing.T) {
	out := t.TempDir()
	one, two := record.Experiment(filepath.Join(out, "one")), record.Experiment(filepath.Join(out, "two"))
	for _, e := range []record.Experiment{one, two} {
		if err := e.Lock().Write(record.Lock{File: json.RawMessage(`{}`)}); err != nil {
			t.Fatal(err)
		}
	}
	other := id
	other.Run = 2
	trial(t, one, results.Spec{TrialID: id})
	bad := trial(t, one, results.Spec{TrialID: other})
	trial(t, two, results.Spec{TrialID: id})
	if err := os.WriteFile(bad.Events(), []byte("{\"seq\":7}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(out, "a file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	list, err := record.Recorded(out)
	if err != nil || len(list) != 2 {
		t.Fatalf("%v, %v", list, err)
	}
	var outcomes int
	var broken []string
	for _, e := range list {
		scores, err := e.OpenScores()
		if err != nil {
			t.Fatal(err)
		}
		entries, _ := e.Entries()
		for _, entry := range entries {
			got, err := scores.Outcomes(entry)
			if outcomes += len(got); err != nil {
				broken = append(broken, err.Error())
			}
		}
	}
	if outcomes != 2 || len(broken) != 1 || !strings.Contains(broken[0], bad.Events()+" line 1") {
		t.Errorf("%d outcomes, broken %v", outcomes, broken)
	}
	if _, err := record.Recorded(t.TempDir()); err == nil {
		t.Error("a folder without experiments is one")
	}
}

// A seal names what was changed, removed or added, and covers neither the writer's
// lock nor half-written files nor final scores.
func TestSeal(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(dir record.Trial) error
		names  string // empty: the seal holds
	}{
		"nothing":        {func(record.Trial) error { return nil }, ""},
		"a final score":  {func(d record.Trial) error { return d.Final(1).Score().Write(record.Score{}) }, ""},
		"a lock":         {func(d record.Trial) error { return os.WriteFile(d.Writer(), nil, 0o644) }, ""},
		"half a file":    {func(d record.Trial) error { return os.WriteFile(filepath.Join(string(d), ".new-1"), nil, 0o644) }, ""},
		"a changed plan": {func(d record.Trial) error { return d.Attempt(1).Plan().Write([]byte("other")) }, "plan.md"},
		"a removed plan": {func(d record.Trial) error { return d.Attempt(1).Plan().Remove() }, "plan.md"},
		"an added reply": {func(d record.Trial) error { return d.Attempt(1).Reply().Write(record.Reply{}) }, "reply.json"},
	} {
		dir := record.Experiment(t.TempDir()).Trial(id)
		if err := errors.Join(events(dir, results.Spec{TrialID: id}), dir.Attempt(1).Plan().Write([]byte("plan")), dir.Seal(), tt.change(dir)); err != nil {
			t.Fatal(err)
		}
		err := dir.CheckSeal()
		var known *results.Error
		if (err == nil) != (tt.names == "") || err != nil && (!errors.As(err, &known) || known.Kind != results.Verification || !strings.Contains(err.Error(), tt.names)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Lines that a crash tore are cut off; whole ones are kept.
func TestLinesRecover(t *testing.T) {
	file := record.Experiment(t.TempDir()).Trial(id).Attempt(1).Calls()
	for n := range 3 {
		if _, err := file.Append(record.ModelCall{Call: n + 1}); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(string(file))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(string(file), append(whole, `{"call":4`...), 0o644); err != nil {
		t.Fatal(err)
	}
	var found []int
	err = file.Recover(func(_ []byte, c record.ModelCall) error { found = append(found, c.Call); return nil })
	now, _ := os.ReadFile(string(file))
	if d := cmp.Diff([]int{1, 2, 3}, found); d != "" || err != nil || string(now) != string(whole) {
		t.Errorf("%v, %s, %q", err, d, now)
	}
}

// A seal is there or it is not, whichever operation of the disk fails.
func TestSealOnAFailingDisk(t *testing.T) {
	var dir record.Trial
	disktest.Sweep(t, func(t *testing.T) error {
		dir = record.Experiment(t.TempDir()).Trial(id)
		if err := events(dir, results.Spec{TrialID: id}); err != nil {
			return err
		}
		return dir.Seal()
	}, func(t *testing.T, failed, err error) {
		if (failed != nil) != (err != nil) {
			t.Errorf("made to fail: %v, got %v", failed, err)
		}
		if dir.SealFile().Exists() {
			if err := dir.CheckSeal(); err != nil {
				t.Error(err)
			}
		}
	})
}

// A trial is found by its folder or by words that name one.
func TestFindTrial(t *testing.T) {
	out := t.TempDir()
	e := record.Experiment(filepath.Join(out, "demo [1]"))
	if err := e.Lock().Write(record.Lock{File: json.RawMessage("{}")}); err != nil {
		t.Fatal(err)
	}
	for _, agent := range []string{"a", "b"} {
		id := results.TrialID{Domain: results.Science, Workflow: results.OneShot, Setting: results.Seed, Agent: agent, Run: 1}
		if err := disk.WriteFile(e.Trial(id).Events(), nil); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"demo [1]/a": "a", "demo [1]/science/one-shot/seed/b/1": "b", "demo [1]/one-shot-seed/b/run-1": "b",
		"demo [1]": "", "demo [1]/c": "", "demo [1]/scratch": "", "other/a": "",
	} {
		_, dir, err := record.FindTrial(out, name)
		if (err == nil) != (want != "") || err == nil && filepath.Base(filepath.Dir(string(dir))) != want {
			t.Errorf("%s: %s, %v", name, dir, err)
		}
	}
}

// Every lock of an experiment is a part of what its figures are checked with.
func TestLocksAreProof(t *testing.T) {
	e := record.Experiment("x")
	for _, file := range []string{string(e.Lock()), string(e.Grown(2)), string(e.Grown(12))} {
		if part := record.PartOf(strings.TrimPrefix(filepath.ToSlash(file), "x/")); part != record.Proof {
			t.Errorf("%s is %s", file, part)
		}
	}
}

// A segment that is one endless line takes no memory beyond a line's.
func TestEndlessLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.jsonl.zst")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	enc, err := zstd.NewWriter(f)
	if err != nil {
		t.Fatal(err)
	}
	for range 70 {
		if _, err := enc.Write(bytes.Repeat([]byte("x"), 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(enc.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	err = record.ReadSegment(path, func([]byte) error { return errors.New("a line was read") })
	if !errors.Is(err, record.ErrTorn) || !errors.Is(err, bufio.ErrTooLong) {
		t.Errorf("%v", err)
	}
}
