package final

import (
	"context"
	"errors"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/tasks"
)

// killed is a student whose third training never ends.
type killed struct{ fake }

var errKilled = errors.New("killed")

func (k *killed) Train(ctx context.Context, r results.Recipe, rows []results.Row, seed int64, dir string, tell func(student.Progress)) (results.TrainReport, error) {
	if k.trained == 2 {
		return results.TrainReport{}, errKilled
	}
	return k.fake.Train(ctx, r, rows, seed, dir, tell)
}

// submitted is a sealed trial with one row that is scored with so many final seeds.
func submitted(t *testing.T, root record.Experiment, task tasks.Task, seeds int) record.Trial {
	t.Helper()
	spec := results.Spec{
		TrialID:  results.TrialID{Domain: results.Science, Workflow: results.OneShot, Setting: results.Scratch, Agent: "a", Run: 1},
		Protocol: results.Mini(), TaskDigest: task.Digest, StudentDigest: "one", Arithmetic: "go-1",
	}
	spec.Protocol.FinalSeeds, spec.Protocol.Budget.MinRows = seeds, 1
	dir := root.Trial(spec.TrialID)
	if err := disk.WriteJSON(string(dir.Attempt(1).Submission()), []results.Row{{Instruction: "a", Output: "b"}}); err != nil {
		t.Fatal(err)
	}
	sealedTrial(t, root, spec,
		results.Event{Kind: results.AttemptStarted, Data: []byte(`{"n":1,"op":"draft","prompt":""}`)},
		results.Event{Kind: results.AgentReplied, Data: []byte(`{"code":true}`)},
		results.Event{Kind: results.CodeExecuted, Data: []byte(`{}`)},
		results.Event{Kind: results.Checked, Data: []byte(`{"valid":true,"rows":1,"kept":1,"used":1}`)})
	return dir
}

// A trial is scored when all of its final seeds are, and scoring it again trains
// only for those that are missing.
func TestTrialIsScoredWithAllSeeds(t *testing.T) {
	root, task := record.Experiment(t.TempDir()), science(t)
	dir := submitted(t, root, task, 3)
	s := scorer(t, root, nil)
	s.Student = &killed{}
	if _, err := s.Trial(t.Context(), dir, task); !errors.Is(err, errKilled) {
		t.Fatalf("error %v", err)
	}
	if o, err := s.Scores.Outcome(dir); err != nil || !o.Valid || len(o.Finals) > 0 || o.Final().Known {
		t.Errorf("two of three seeds give the score %+v, %v", o.Finals, err)
	}
	rest := &fake{}
	s.Student = rest
	o, err := s.Trial(t.Context(), dir, task)
	if err != nil || len(o.Finals) != 3 || !o.Final().Known || rest.trained != 1 {
		t.Errorf("%d scores after %d more trainings, %v", len(o.Finals), rest.trained, err)
	}
}
