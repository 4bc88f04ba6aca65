package results

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func ptr(v float64) *float64 { return &v }

// TestGPUSeconds folds the steps of an attempt.
func TestGPUSeconds(t *testing.T) {
	for _, tt := range []struct {
		name     string
		embedded bool
		price    *float64
		code     *float64
		train    TrainData
		score    ScoreData
		seconds  float64
		gpu      Number
		cost     Number // the agent's own is 0.25
	}{
		{"embedded", true, nil, nil, TrainData{Seconds: 30}, ScoreData{Seconds: 6}, 36, Num(0, true), Num(0.25, true)},
		{"embedded, with a teacher that was started", true, ptr(3.6), ptr(20), TrainData{Seconds: 30}, ScoreData{Seconds: 6}, 36, Num(20, true), Num(0.27, true)},
		{"two GPUs", false, ptr(3.6), nil, TrainData{Seconds: 30, GPUSeconds: ptr(60)}, ScoreData{Seconds: 6, GPUSeconds: ptr(12)}, 36, Num(72, true), Num(0.322, true)},
		{"two GPUs and a teacher", false, ptr(3.6), ptr(20), TrainData{Seconds: 30, GPUSeconds: ptr(60)}, ScoreData{Seconds: 6, GPUSeconds: ptr(12)}, 36, Num(92, true), Num(0.342, true)},
		{"the same training as before", false, ptr(3.6), nil, TrainData{Seconds: 30, Cached: true}, ScoreData{Seconds: 6, GPUSeconds: ptr(6)}, 6, Num(6, true), Num(0.256, true)},
		{"on a processor", false, nil, nil, TrainData{Seconds: 30, GPUSeconds: ptr(0)}, ScoreData{Seconds: 6, GPUSeconds: ptr(0)}, 36, Num(0, true), Num(0.25, true)},
		{"a service", false, nil, nil, TrainData{Seconds: 30, GPUSeconds: ptr(0), Cost: 1.5}, ScoreData{Seconds: 6, GPUSeconds: ptr(0), Cost: 0.5}, 36, Num(0, true), Num(2.25, true)},
		{"a service that had trained it before", false, nil, nil, TrainData{Seconds: 30, Cached: true, Cost: 1.5}, ScoreData{Seconds: 6, GPUSeconds: ptr(0), Cost: 0.5}, 6, Num(0, true), Num(0.75, true)},
		{"a service without prices", false, nil, nil, TrainData{Seconds: 30}, ScoreData{Seconds: 6}, 36, Number{}, Number{}},
		{"no price", false, nil, nil, TrainData{Seconds: 30, GPUSeconds: ptr(60)}, ScoreData{Seconds: 6, GPUSeconds: ptr(12)}, 36, Num(72, true), Number{}},
		{"unknown number", false, ptr(3.6), ptr(20), TrainData{Seconds: 30}, ScoreData{Seconds: 6}, 36, Number{}, Number{}},
		{"unknown number of one step", false, ptr(3.6), nil, TrainData{Seconds: 30, GPUSeconds: ptr(60)}, ScoreData{Seconds: 6}, 36, Number{}, Number{}},
	} {
		trial := &Trial{}
		apply(t, trial, TrialStarted, Spec{Embedded: tt.embedded, GPUPrice: tt.price})
		apply(t, trial, AttemptStarted, AttemptData{N: 1})
		apply(t, trial, AgentReplied, ReplyData{Code: true, AgentUse: AgentUse{Calls: 1, Cost: Num(0.25, true)}})
		apply(t, trial, CodeExecuted, CodeData{GPUSeconds: tt.code})
		apply(t, trial, Checked, CheckData{Check: Check{Valid: true}})
		apply(t, trial, StudentTrained, tt.train)
		apply(t, trial, PublicScored, tt.score)
		o := trial.Outcome(Score{}, nil)
		if d := cmp.Diff(tt.seconds, o.Usage.StudentSeconds); d != "" {
			t.Errorf("%s: student seconds %s", tt.name, d)
		}
		if o.Usage.GPUSeconds != tt.gpu {
			t.Errorf("%s: GPU seconds %+v, want %+v", tt.name, o.Usage.GPUSeconds, tt.gpu)
		}
		if d := o.Cost.Value - tt.cost.Value; o.Cost.Known != tt.cost.Known || d > 1e-12 || d < -1e-12 {
			t.Errorf("%s: cost %+v, want %+v", tt.name, o.Cost, tt.cost)
		}
	}
}

// TestStepCutOff counts the student's time in the step that a budget cut off.
func TestStepCutOff(t *testing.T) {
	for _, tt := range []struct {
		name     string
		embedded bool
		end      EndData
		seconds  float64
		gpu      Number
	}{
		{"training, then cut", false, EndData{StudentSeconds: 6, GPUSeconds: ptr(12)}, 36, Num(72, true)},
		{"cut, embedded", true, EndData{StudentSeconds: 6}, 36, Num(60, true)},
		{"cut, unknown number", false, EndData{StudentSeconds: 6}, 36, Number{}},
		{"not cut", false, EndData{}, 30, Num(60, true)},
	} {
		trial := &Trial{}
		apply(t, trial, TrialStarted, Spec{Embedded: tt.embedded})
		apply(t, trial, AttemptStarted, AttemptData{N: 1})
		apply(t, trial, StudentTrained, TrainData{Seconds: 30, GPUSeconds: ptr(60)})
		tt.end.Reason = EndTime
		apply(t, trial, TrialEnded, tt.end)
		o := trial.Outcome(Score{}, nil)
		if o.Usage.StudentSeconds != tt.seconds || o.Usage.GPUSeconds != tt.gpu || o.Elapsed.Seconds() != tt.seconds {
			t.Errorf("%s: %g s, GPU seconds %+v, elapsed %s", tt.name, o.Usage.StudentSeconds, o.Usage.GPUSeconds, o.Elapsed)
		}
	}
}

// A trial that never trained held no GPU; one whose model has no price costs what
// nobody knows; and neither becomes the other when they are added.
func TestCostOfNothingAndOfTheUnknown(t *testing.T) {
	nothing := (&Trial{}).Outcome(Score{}, nil)
	if nothing.Usage.GPUSeconds != Num(0, true) || nothing.Cost != Num(0, true) {
		t.Errorf("nothing done: %+v, %+v", nothing.Usage.GPUSeconds, nothing.Cost)
	}
	asked := &Trial{}
	asked.Usage.AgentCalls = 1
	if o := asked.Outcome(Score{}, nil); o.Cost.Known {
		t.Errorf("an agent without a price costs %+v", o.Cost)
	}
	unknown, known := Usage{StudentSeconds: 1}, Usage{StudentSeconds: 1, GPUSeconds: Num(2, true)}
	for _, c := range []struct {
		u, v Usage
		want Number
	}{
		{known, known, Num(4, true)}, {known, unknown, Number{}}, {unknown, known, Number{}},
		{Usage{}, known, Num(2, true)}, {known, Usage{}, Num(2, true)}, {Usage{}, unknown, Number{}}, {nothing.Usage, unknown, Number{}},
	} {
		if got := c.u.Add(c.v).GPUSeconds; got != c.want {
			t.Errorf("%+v and %+v: %+v, want %+v", c.u, c.v, got, c.want)
		}
	}
}
