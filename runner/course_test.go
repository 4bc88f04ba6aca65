package runner_test

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/student"
)

// telling is a student that tells how its training goes, as one on a GPU does:
// 375 updates, the last of which has a loss that is no number.
type telling struct {
	runner.Student
	dir record.Trial

	seen []results.UpdateData // in the trial's log while the training ran
}

func (s *telling) Train(ctx context.Context, recipe results.Recipe, rows []results.Row, seed int64, dir string, progress func(student.Progress)) (results.TrainReport, error) {
	r, err := s.Student.Train(ctx, recipe, rows, seed, dir, nil)
	for step := 1; step <= 375 && err == nil; step++ {
		p := student.Progress{Step: step, Total: 375, Loss: 1, LearningRate: 1e-4, TokensPerSecond: 9000, PeakMemory: 5}
		if step == p.Total {
			p.Loss = math.NaN()
		}
		progress(p)
		var now *results.Trial
		if now, err = s.dir.Load(); err == nil && now.Training != nil && (len(s.seen) == 0 || s.seen[len(s.seen)-1] != *now.Training) {
			s.seen = append(s.seen, *now.Training)
		}
	}
	r.Trainable, r.Measured = 7, results.Measured{StartSeconds: 30, Seconds: 180, PeakMemory: 6}
	return r, err
}

// TestTrainingIsFollowedInTheLog checks that another process sees how a training
// goes, and that the record keeps it.
func TestTrainingIsFollowedInTheLog(t *testing.T) {
	env, spec := scriptedTrial(t, scripted{enough}, 1, results.Iterative, results.Scratch)
	dir := env.Root.Trial(spec.TrialID)
	s := &telling{Student: env.Student, dir: dir}
	env.Student = s
	state, err := runner.Run(t.Context(), env, spec)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.seen) != 20 || s.seen[0] != (results.UpdateData{Step: 18, Total: 375, Loss: 1, LearningRate: 1e-4, TokensPerSecond: 9000, Memory: 5}) {
		t.Errorf("seen %d: %+v", len(s.seen), s.seen)
	}
	if state.Training != nil || !state.Attempts[0].Trained || state.Attempts[0].Public == nil {
		t.Errorf("after it: %+v, %+v", state.Training, state.Attempts[0])
	}
	var kept struct{ Course *results.Course }
	if err := disk.ReadJSON(filepath.Join(string(dir.Attempt(1)), "train.json"), &kept); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&results.Course{StartSeconds: 30, UpdateSeconds: 180, PeakMemory: 6, Trainable: 7}, kept.Course); diff != "" {
		t.Errorf("course (-want +got):\n%s", diff)
	}
}

// TestSilentStudentHasNoCourse checks that the record of the student inside the
// program, which tells no times, says nothing of them.
func TestSilentStudentHasNoCourse(t *testing.T) {
	env, spec := scriptedTrial(t, scripted{enough}, 1, results.Iterative, results.Scratch)
	if _, err := runner.Run(t.Context(), env, spec); err != nil {
		t.Fatal(err)
	}
	kept := map[string]any{}
	if err := disk.ReadJSON(filepath.Join(string(env.Root.Trial(spec.TrialID).Attempt(1)), "train.json"), &kept); err != nil {
		t.Fatal(err)
	}
	if _, ok := kept["course"]; ok || kept["updates"] == nil {
		t.Errorf("record %v", kept)
	}
}
