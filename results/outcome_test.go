package results_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
)

func num(v float64) results.Number { return results.Num(v, true) }

func TestGain(t *testing.T) {
	for _, tt := range []struct {
		acc, base float64
		want      results.Number
	}{
		{31.65, 16.74, num(89.0681)}, // GPT-5.2, iterative, scratch, science, run 2
		{27.89, 39.93, num(-30.1528)},
		{0.3, 0.3, num(0)},
		{0, 0.2, num(-100)},
		{0.2, 0, results.Number{}},
		{0, 0, results.Number{}},
	} {
		got := results.Num(results.Gain(tt.acc, tt.base))
		if got.Known != tt.want.Known || math.Abs(got.Value-tt.want.Value) > 1e-4 {
			t.Errorf("Gain(%v, %v) = %v, want %v", tt.acc, tt.base, got, tt.want)
		}
	}
}

func TestMATS(t *testing.T) {
	for _, tt := range []struct {
		attempts, valid int
		want            results.Number
	}{
		{1, 1, num(1)}, {30, 12, num(2.5)}, {8, 0, results.Number{}}, {0, 0, results.Number{}},
	} {
		if got := results.Num(results.MATS(tt.attempts, tt.valid)); got != tt.want {
			t.Errorf("MATS(%d, %d) = %v, want %v", tt.attempts, tt.valid, got, tt.want)
		}
	}
}

func TestMissingStaysMissing(t *testing.T) {
	for _, tt := range []struct {
		name   string
		values []results.Number
		want   results.Number
	}{
		{"none", nil, results.Number{}},
		{"all known", []results.Number{num(1), num(2)}, num(1.5)},
		{"one missing", []results.Number{num(1), {}}, results.Number{}},
	} {
		if got := results.Mean(tt.values); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	data, err := json.Marshal([]results.Number{num(1.5), {}, num(0)})
	if err != nil || string(data) != "[1.5,null,0]" {
		t.Errorf("JSON is %s, %v", data, err)
	}
	var back []results.Number
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]results.Number{num(1.5), {}, num(0)}, back); diff != "" {
		t.Errorf("after a round trip (-want +got):\n%s", diff)
	}
	if err := json.Unmarshal([]byte(`["1"]`), &back); err == nil {
		t.Error("a string was read as a number")
	}
}

func TestOutcomeOfTrial(t *testing.T) {
	valid, invalid := &results.Check{Valid: true}, &results.Check{}
	public := &results.Score{Correct: 4, Total: 10}
	trial := results.Trial{
		Spec: results.Spec{
			TrialID:    results.TrialID{Domain: "code", Workflow: results.Iterative, Setting: results.Seed, Agent: "a", Run: 2},
			Experiment: "demo", Suite: "mini", Protocol: results.Protocol{Name: "mini", Modified: true},
			Teacher: "procedural", Student: "embedded", StudentDigest: "0123456789abcdef", TaskDigest: "f", Simulated: true, Base: results.Score{Correct: 2, Total: 10},
		},
		Attempts: []results.Attempt{
			{N: 1, Replied: true, Failure: results.RuntimeError},
			{N: 2, Replied: true, Check: invalid, Failure: results.InsufficientSamples},
			{N: 3, Replied: true, Check: valid, Public: public},
			{N: 4, Replied: true, Failure: results.RuntimeError},
			{N: 5, Replied: true, Check: valid, Public: &results.Score{Correct: 1, Total: 10}},
			{N: 6}, // the time was up before the agent replied
		},
		Usage: results.Usage{TeacherCalls: 9}, Elapsed: time.Minute, Best: 3, End: results.EndAttempts,
	}
	base, finals := results.Score{Correct: 20, Total: 100}, []results.Score{{Correct: 30, Total: 100}, {Correct: 32, Total: 100}}
	got := trial.Outcome(base, finals)
	want := results.Outcome{
		TrialID: trial.Spec.TrialID, Kind: results.OfAgent, Experiment: "demo", Suite: "mini", Protocol: "mini", Modified: true,
		Teacher: "procedural", Student: "embedded", Valid: true,
		StudentDigest: "0123456789ab", ProtocolDigest: results.ProtocolDigest(trial.Spec.Protocol), TaskDigest: "f",
		BasePublic: trial.Spec.Base, BasePrivate: base, Public: public, Finals: finals, Attempts: 5, ValidAttempts: 2,
		Failures: map[results.Failure]int{results.RuntimeError: 2, results.InsufficientSamples: 1},
		Usage:    results.Usage{TeacherCalls: 9, GPUSeconds: num(0)}, Cost: num(0), Elapsed: time.Minute, End: results.EndAttempts, Simulated: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outcome (-want +got):\n%s", diff)
	}
	run := results.Run{TrialID: trial.Spec.TrialID, Valid: true, Base: num(0.2), Accuracy: num(0.31), MATS: num(2.5)}
	if diff := cmp.Diff(run, got.Result()); diff != "" {
		t.Errorf("run (-want +got):\n%s", diff)
	}
	trial.Spec.Protocol.FinalSeeds = 3
	if got := trial.Outcome(base, finals); got.Finals != nil || got.Final().Known {
		t.Errorf("two of three final seeds give the score %+v", got.Final())
	}
}

// The digest of a protocol is that of what it asks, not of its name.
func TestProtocolDigest(t *testing.T) {
	mini := results.ProtocolDigest(results.Mini())
	if len(mini) != 12 || mini == results.ProtocolDigest(results.Paper()) {
		t.Errorf("digest %q of mini, %q of paper", mini, results.ProtocolDigest(results.Paper()))
	}
	for name, change := range map[string]func(*results.Protocol){
		"budget": func(p *results.Protocol) { p.Budget.MinRows++ },
		"recipe": func(p *results.Protocol) { p.Recipe.LearningRate *= 2 },
	} {
		p := results.Mini()
		change(&p)
		if results.ProtocolDigest(p) == mini {
			t.Errorf("another %s has the same digest", name)
		}
	}
	named := results.Mini()
	named.Name, named.Modified = "other", true
	if results.ProtocolDigest(named) != mini {
		t.Error("another name has another digest")
	}
}

func TestResult(t *testing.T) {
	base, final := results.Score{Correct: 20, Total: 100}, results.Score{Correct: 15, Total: 100}
	for _, tt := range []struct {
		name             string
		o                results.Outcome
		gain, pts, share results.Number // %, points, accuracy
	}{
		{"worse", results.Outcome{Valid: true, BasePrivate: base, Finals: []results.Score{final}}, num(-25), num(-5), num(0.15)},
		{"no valid submission", results.Outcome{BasePrivate: base}, num(0), num(0), num(0.2)},
		{"still running", results.Outcome{Kind: results.OfAgent, BasePrivate: base}, results.Number{}, results.Number{}, results.Number{}},
		{"ended without a valid submission", results.Outcome{Kind: results.OfAgent, BasePrivate: base, End: results.EndTime}, num(0), num(0), num(0.2)},
		{"not scored yet", results.Outcome{Valid: true, BasePrivate: base}, results.Number{}, results.Number{}, results.Number{}},
		{"base not measured", results.Outcome{Valid: true, Finals: []results.Score{final}}, results.Number{}, results.Number{}, num(0.15)},
		{"base 0", results.Outcome{Valid: true, BasePrivate: results.Score{Total: 100}, Finals: []results.Score{final}}, results.Number{}, num(15), num(0.15)},
		{"base 0, no valid submission", results.Outcome{BasePrivate: results.Score{Total: 100}}, results.Number{}, num(0), num(0)},
		{"printed", results.Outcome{Valid: true, Printed: &results.Printed{Accuracy: 30, Base: 20}}, num(50), num(10), num(0.3)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := tt.o.Result()
			near := cmp.Comparer(func(a, b results.Number) bool { return a.Known == b.Known && math.Abs(a.Value-b.Value) < 1e-9 })
			got := []results.Number{r.Gain(), r.Points(), r.Accuracy}
			if diff := cmp.Diff([]results.Number{tt.gain, tt.pts, tt.share}, got, near); diff != "" {
				t.Errorf("gain, points, accuracy (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCellAndAverage(t *testing.T) {
	good := results.Run{Valid: true, Base: num(0.25), Accuracy: num(0.5), MATS: num(2)}
	failed := results.Run{Base: num(0.25), Accuracy: num(0.25)}
	cell := results.CellOf([]results.Run{good, failed})
	want := results.Cell{
		Runs: 2, Base: num(0.25), Accuracy: num(0.375), Gain: num(50), Points: num(12.5), MATS: num(2), MATSRuns: 1,
	}
	if diff := cmp.Diff(want, cell); diff != "" {
		t.Errorf("cell (-want +got):\n%s", diff)
	}
	gain := func(c results.Cell) results.Number { return c.Gain }
	cells := map[results.Domain]results.Cell{"science": cell, "code": {Runs: 1, Gain: num(10)}}
	if got := results.Average([]results.Domain{"science", "code"}, cells, gain); got != num(30) {
		t.Errorf("average of two domains is %v, want 30", got)
	}
	if got := results.Average(results.Domains(), cells, gain); got.Known {
		t.Errorf("the average without finance is %v, want none", got)
	}
}

func TestOutcomeValidate(t *testing.T) {
	good := results.Outcome{
		TrialID: results.TrialID{Domain: "code", Workflow: results.OneShot, Setting: results.Seed, Agent: "a", Run: 1},
		Kind:    results.OfAgent, Attempts: 2, ValidAttempts: 1, Finals: []results.Score{{Correct: 1, Total: 2}},
	}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		want  string
		spoil func(*results.Outcome)
	}{
		{"unknown kind of outcome", func(o *results.Outcome) { o.Kind = "dream" }},
		{"unknown workflow", func(o *results.Outcome) { o.Workflow = "" }},
		{"unknown setting", func(o *results.Outcome) { o.Setting = "sow" }},
		{"domain \"a|b\"", func(o *results.Outcome) { o.Domain = "a|b" }},
		{"agent \"../x\"", func(o *results.Outcome) { o.Agent = "../x" }},
		{"runs count from 1", func(o *results.Outcome) { o.Run = 0 }},
		{"3 valid attempts of 2", func(o *results.Outcome) { o.ValidAttempts = 3 }},
		{"3 correct of 2", func(o *results.Outcome) { o.Finals[0].Correct = 3 }},
		{"with 3 items of which 1 are correct", func(o *results.Outcome) { o.Finals[0].Items = "100" }},
		{"with 2 items of which 2 are correct", func(o *results.Outcome) { o.Finals[0].Items = "11" }},
		{"with 2 items of which 1 are correct", func(o *results.Outcome) { o.BasePrivate = results.Score{Correct: 1, Total: 2, Items: "1x"} }},
		{"-1 correct of 2", func(o *results.Outcome) { o.Public = &results.Score{Correct: -1, Total: 2} }},
	} {
		o := good
		o.Finals = []results.Score{{Correct: 1, Total: 2}}
		tt.spoil(&o)
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error is %v, want %q", err, tt.want)
		}
	}
	given := good
	given.Kind, given.Workflow, given.Setting = results.OfGiven, "", ""
	if err := given.Validate(); err != nil {
		t.Errorf("a given submission: %v", err)
	}
}

// BenchmarkFold folds the log of a trial of 10,000 events.
func BenchmarkFold(b *testing.B) {
	events := []results.Event{{Kind: results.TrialStarted, Data: json.RawMessage(`{"domain":"code","workflow":"iterative"}`)}}
	for n := 1; len(events) < 10_000; n++ {
		for _, e := range []results.Event{
			{Kind: results.AttemptStarted, Data: json.RawMessage(fmt.Sprintf(`{"n":%d,"op":"improve","prompt":"d"}`, n))},
			{Kind: results.AgentReplied, Data: json.RawMessage(`{"reply":"d","code":true,"input_tokens":900,"output_tokens":400,"seconds":3.5}`)},
			{Kind: results.CodeExecuted, Data: json.RawMessage(`{"exit_code":0,"teacher_calls":500,"seconds":12.25}`)},
			{Kind: results.Checked, Data: json.RawMessage(`{"valid":true,"rows":600,"kept":590,"used":500,"submission":"d"}`)},
			{Kind: results.StudentTrained, Data: json.RawMessage(`{"adapter":"d","rows":500,"updates":189,"seconds":20}`)},
			{Kind: results.PublicScored, Data: json.RawMessage(fmt.Sprintf(`{"correct":%d,"total":5000,"seconds":4}`, n))},
		} {
			e.Seq = len(events)
			events = append(events, e)
		}
	}
	events = events[:10_000]
	for b.Loop() {
		var trial results.Trial
		for _, e := range events {
			if err := trial.Apply(e); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10_000, "ns/event")
}
