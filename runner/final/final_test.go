package final

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// fake is a student that knows nothing and counts what it is asked.
type fake struct{ trained, answered int }

// unbooked is the way of a score that no log has.
func unbooked(dir record.Final) books {
	return books{read: dir.Score().Read, enter: func() error { return nil }}
}

func (f *fake) Train(_ context.Context, _ results.Recipe, rows []results.Row, _ int64, _ string, _ func(student.Progress)) (results.TrainReport, error) {
	f.trained++
	return results.TrainReport{Rows: len(rows)}, nil
}

func (f *fake) Generate(_ context.Context, _ string, prompts []string, _ results.Sampling, _ func(int, int)) ([]string, error) {
	f.answered++
	return make([]string, len(prompts)), nil
}

func science(t *testing.T) tasks.Task {
	t.Helper()
	task, err := mini.Load(results.Science)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

func scorer(t *testing.T, root record.Experiment, f *fake) *Scorer {
	t.Helper()
	scores, err := root.OpenScores()
	if err != nil {
		t.Fatal(err)
	}
	return &Scorer{
		Root: root, Scores: scores, Student: f,
		Identity: results.Identity{Name: "fake", Arithmetic: "go-1", Digest: "one"},
	}
}

// refused checks that err is bad input in one line with a hint.
func refused(t *testing.T, err error, want string) {
	t.Helper()
	var known *results.Error
	if !errors.As(err, &known) || known.Kind != results.BadInput || known.Hint == "" {
		t.Fatalf("error is %v, want bad input with a hint", err)
	}
	if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error is %q, want %q in it", err, want)
	}
}

// A change of what a score depends on.
var changes = []struct {
	name   string
	change func(*Scorer, *tasks.Task, *results.Recipe)
	base   bool // the base score depends on it too
}{
	{"another student", func(s *Scorer, _ *tasks.Task, _ *results.Recipe) { s.Identity.Digest = "two" }, true},
	{"another arithmetic", func(s *Scorer, _ *tasks.Task, _ *results.Recipe) { s.Identity.Arithmetic = "go-2" }, true},
	{"another task", func(_ *Scorer, task *tasks.Task, _ *results.Recipe) { task.Digest = "new" }, true},
	{"another sampling", func(_ *Scorer, task *tasks.Task, _ *results.Recipe) { task.Brief.Sampling.Seed++ }, true},
	{"another recipe", func(_ *Scorer, _ *tasks.Task, r *results.Recipe) { r.Epochs++ }, false},
}

// A score is kept under the terms that it was made with and refused under others.
func TestScoresAreKeptUnderTheirTermsOnly(t *testing.T) {
	root, f := record.Experiment(t.TempDir()), &fake{}
	dir, rows := record.Final(filepath.Join(string(root), "final")), []results.Row{{Instruction: "a", Output: "b"}}
	for range 2 {
		s := scorer(t, root, f)
		if _, err := s.Base(t.Context(), science(t)); err != nil {
			t.Fatal(err)
		}
		if err := s.submission(t.Context(), dir, unbooked(dir), science(t), results.Mini().Recipe, rows, 1); err != nil {
			t.Fatal(err)
		}
	}
	if f.trained != 1 || f.answered != 2 {
		t.Errorf("%d trainings and %d evaluations, want 1 and 2", f.trained, f.answered)
	}
	for _, tt := range changes {
		t.Run(tt.name, func(t *testing.T) {
			s, task, recipe := scorer(t, root, f), science(t), results.Mini().Recipe
			tt.change(s, &task, &recipe)
			refused(t, s.submission(t.Context(), dir, unbooked(dir), task, recipe, rows, 1), tt.name)
			if tt.base {
				_, err := s.Base(t.Context(), task)
				refused(t, err, tt.name)
			}
		})
	}
}

func TestGivenIsKeptUnderItsTermsOnly(t *testing.T) {
	root, rows := record.Experiment(t.TempDir()), []results.Row{{Instruction: "a", Output: "b"}}
	given := Given{Name: "sums", Suite: "mini", Protocol: results.Mini(), Seed: 1}
	file := filepath.Join(string(root), "given/sums/science/given.json")
	if _, err := scorer(t, root, &fake{}).Given(t.Context(), given, science(t), rows, 1); err != nil {
		t.Fatal(err)
	}
	was, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		change func(*Scorer, *Given)
	}{
		{"another student", func(s *Scorer, _ *Given) { s.Identity.Digest = "two" }},
		{"another protocol", func(_ *Scorer, g *Given) { g.Protocol.Recipe.Epochs++ }},
		{"another seed", func(_ *Scorer, g *Given) { g.Seed++ }},
	} {
		s, g := scorer(t, root, &fake{}), given
		tt.change(s, &g)
		_, err := s.Given(t.Context(), g, science(t), rows, 1)
		refused(t, err, tt.name)
	}
	if now, err := os.ReadFile(file); err != nil || string(now) != string(was) {
		t.Errorf("the record was changed by what was refused: %v", err)
	}
	list, err := scorer(t, root, &fake{}).Scores.GivenOutcomes(root.Submission("sums", results.Science))
	if err != nil || len(list) != 1 || list[0].Student != "fake" {
		t.Errorf("%v, %v", list, err)
	}
}

// sealedTrial writes a trial with the given events between its first and its last;
// with none it ended without a valid submission.
func sealedTrial(t *testing.T, root record.Experiment, spec results.Spec, between ...results.Event) (dir record.Trial) {
	t.Helper()
	dir = root.Trial(spec.TrialID)
	if err := os.MkdirAll(string(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	log, err := disk.OpenLog(dir.Events(), func([]byte) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	raw, err := disk.Canonical(spec)
	if err != nil {
		t.Fatal(err)
	}
	events := append([]results.Event{{Kind: results.TrialStarted, Data: raw}}, between...)
	events = append(events, results.Event{Kind: results.TrialEnded, Data: []byte(`{"reason":"attempts used up"}`)})
	for _, e := range events {
		e.Time = time.Unix(0, 0).UTC()
		if _, err := log.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	seal := record.Seal{Files: map[string]string{}}
	for _, name := range []string{"events.jsonl", "attempts/1/submission.json"} {
		digest, err := disk.DigestFile(filepath.Join(string(dir), name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		seal.Files[name] = digest
	}
	if err := dir.SealFile().Write(seal); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A trial is scored only with the student and task that it ran with.
func TestTrialIsScoredUnderItsTermsOnly(t *testing.T) {
	root := record.Experiment(t.TempDir())
	spec := results.Spec{
		TrialID:  results.TrialID{Domain: results.Science, Workflow: results.OneShot, Setting: results.Scratch, Agent: "a", Run: 1},
		Protocol: results.Mini(), TaskDigest: science(t).Digest, StudentDigest: "one", Arithmetic: "go-1",
	}
	dir := sealedTrial(t, root, spec)
	if _, err := scorer(t, root, &fake{}).Trial(t.Context(), dir, science(t)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range changes[:3] { // what the spec names
		f := &fake{}
		s, task := scorer(t, record.Experiment(t.TempDir()), f), science(t)
		tt.change(s, &task, nil)
		_, err := s.Trial(t.Context(), dir, task)
		refused(t, err, tt.name)
		if f.answered != 0 {
			t.Errorf("%s: the student was asked before the trial was refused", tt.name)
		}
	}
}

// diverging is a student whose numbers overflow: in training on any rows, or in
// the answers.
type diverging struct {
	fake
	training, answers bool
}

func (d *diverging) Train(ctx context.Context, recipe results.Recipe, rows []results.Row, seed int64, dir string, progress func(student.Progress)) (results.TrainReport, error) {
	if d.training {
		return results.TrainReport{}, fmt.Errorf("update 3: %w", student.ErrDiverged)
	}
	return d.fake.Train(ctx, recipe, rows, seed, dir, progress)
}

func (d *diverging) Generate(ctx context.Context, adapter string, prompts []string, s results.Sampling, progress func(int, int)) ([]string, error) {
	if d.answers {
		return nil, fmt.Errorf("generate: %w", student.ErrDiverged)
	}
	return d.fake.Generate(ctx, adapter, prompts, s, progress)
}

// Rows on which the student diverges are their maker's fault: a score, and never
// an error.
func TestDivergedStudentScoresNothing(t *testing.T) {
	for name, d := range map[string]*diverging{
		"the training failed": {training: true},
		"the answers failed":  {answers: true},
	} {
		dir, task := record.Final(filepath.Join(t.TempDir(), "final")), science(t)
		s := scorer(t, record.Experiment(t.TempDir()), nil)
		s.Student = d
		for range 2 {
			if err := s.submission(t.Context(), dir, unbooked(dir), task, results.Mini().Recipe, []results.Row{{Instruction: "a", Output: "b"}}, 1); err != nil {
				t.Fatal(err)
			}
		}
		got, err := dir.Score().Read()
		if err != nil {
			t.Fatal(err)
		}
		if got.Private.Groups == "" || got.Private != (results.Score{Total: 300, Items: results.ItemsOf(make([]bool, 300)), Groups: got.Private.Groups}) || got.Failure != results.OtherFailure ||
			!strings.Contains(got.Detail, name) || !strings.Contains(got.Detail, "diverged") || (got.Training != nil) != d.answers {
			t.Errorf("score %+v", got)
		}
		lines, err := os.ReadFile(string(dir.Predictions()))
		if err != nil || strings.Count(string(lines), "\n") != 300 || disk.Digest(lines) != got.Predictions {
			t.Errorf("%d bytes of predictions, %v", len(lines), err)
		}
	}
}

// A base student that overflows is no one's score.
func TestDivergedBaseIsAnError(t *testing.T) {
	s := scorer(t, record.Experiment(t.TempDir()), nil)
	s.Student = &diverging{answers: true}
	if _, err := s.Base(t.Context(), science(t)); !errors.Is(err, student.ErrDiverged) {
		t.Errorf("error %v, want ErrDiverged", err)
	}
}
