package slurm

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/student"
)

// loading is a student whose model takes an hour to load and a minute to answer,
// by a clock that it moves.
type loading struct {
	Student
	clock *time.Time
}

func (l loading) Generate(ctx context.Context, _ string, prompts []string, _ results.Sampling, _ func(done, total int)) ([]string, error) {
	ready := student.Wait(ctx)
	*l.clock = l.clock.Add(time.Hour)
	ready()
	*l.clock = l.clock.Add(time.Minute)
	return prompts, nil
}

func TestColdStartIsNoTimeOfTheStep(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "1")
	clock := time.Unix(0, 0)
	if err := disk.WriteJSON(filepath.Join(filepath.Dir(dir), jobFile), request{
		Student: json.RawMessage("{}"), Generate: &answering{Prompts: []string{"a"}},
	}); err != nil {
		t.Fatal(err)
	}
	open := func(json.RawMessage) (Student, results.Identity, func() error, error) {
		clock = clock.Add(time.Hour)
		return loading{clock: &clock}, results.Identity{}, func() error {
			clock = clock.Add(time.Hour)
			return nil
		}, nil
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Execute(t.Context(), dir, open, func() time.Time { return clock }); err != nil {
		t.Fatal(err)
	}
	var r result
	if err := disk.ReadJSON(filepath.Join(dir, resultFile), &r); err != nil {
		t.Fatal(err)
	}
	if r.Fault != nil || len(r.Answers) != 1 || r.Seconds != 60 {
		t.Errorf("%+v, want an answer after 60 s", r)
	}
}
