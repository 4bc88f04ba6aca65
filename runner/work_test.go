package runner

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
)

// A step is its worker's time up to its event. What came from the cache, or was
// done without the teacher, was nobody's work.
func TestSpanOf(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, tt := range []struct {
		kind results.EventKind
		data any
		want Worker
	}{
		{results.AgentReplied, results.ReplyData{Seconds: 90}, Agent},
		{results.CodeExecuted, results.CodeData{Seconds: 90, Calls: 3}, Teacher},
		{results.CodeExecuted, results.CodeData{Seconds: 90}, ""},
		{results.StudentTrained, results.TrainData{Seconds: 90}, Learner},
		{results.StudentTrained, results.TrainData{Seconds: 90, Cached: true}, ""},
		{results.PublicScored, results.ScoreData{Seconds: 90}, Learner},
		{results.Checked, results.CheckData{}, ""},
	} {
		raw, err := json.Marshal(tt.data)
		if err != nil {
			t.Fatal(err)
		}
		got, err := spanOf(results.Event{Time: at, Kind: tt.kind, Data: raw})
		want := Span{}
		if tt.want != "" {
			want = Span{tt.want, at.Add(-90 * time.Second), at}
		}
		if err != nil || got != want {
			t.Errorf("%s %s: %+v, %v", tt.kind, raw, got, err)
		}
	}
	if _, err := spanOf(results.Event{Kind: results.PublicScored, Data: []byte("[]")}); err == nil {
		t.Error("no object was taken")
	}
}
