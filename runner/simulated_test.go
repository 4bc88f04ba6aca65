package runner_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/gateway"
	"github.com/autodatabench/autodatabench/runner/teacher"
	"github.com/autodatabench/autodatabench/runner/teacher/procedural"
)

// TestServedTeacherIsSimulated asks this program's own teacher as one asks any
// server, and the same through something that does not say what it is.
func TestServedTeacherIsSimulated(t *testing.T) {
	served := teacher.Handler(func() int64 { return 1 }, procedural.New(1))
	silent := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		served.ServeHTTP(answer, r)
		w.WriteHeader(answer.Code)
		w.Write(answer.Body.Bytes())
	})
	ask := program("from autodatabench import ask\nask('Write a problem about area.')")
	base, spec := scriptedTrial(t, scripted{ask}, 1, results.OneShot, results.Scratch)
	spec.Simulated = false
	for _, c := range []struct {
		handler http.Handler
		want    bool
	}{{served, true}, {silent, false}} {
		server := httptest.NewServer(c.handler)
		t.Cleanup(server.Close)
		env := base
		env.Root, env.Teacher = record.Experiment(t.TempDir()), &teacher.OpenAI{BaseURL: server.URL + "/v1", Model: procedural.Name}
		run := func() bool {
			state, err := runner.Run(context.Background(), env, spec)
			if err != nil || state.Usage.TeacherCalls != 1 {
				t.Fatalf("%v after %d calls", err, state.Usage.TeacherCalls)
			}
			return state.Outcome(results.Score{}, nil).Simulated
		}
		if got := run(); got != c.want {
			t.Errorf("simulated: %v, want %v", got, c.want)
		}
		dir := env.Root.Trial(spec.TrialID)
		recorded, err := gateway.OpenRecording(dir, spec, func(int) bool { return false })
		if err != nil {
			t.Fatal(err)
		}
		env.Root, env.Teacher = record.Experiment(t.TempDir()), recorded
		if got := run(); got != c.want {
			t.Errorf("replayed: simulated: %v, want %v", got, c.want)
		}
	}
}
