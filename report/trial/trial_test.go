package trial_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/autodatabench/autodatabench/report/trial"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

const hostile = "a\x1b[31mred\u202e\r"

// made writes a trial with a failed and a valid attempt, and the teacher's calls of
// both.
func made(t *testing.T) (record.Experiment, record.Trial) {
	t.Helper()
	e := record.Experiment(t.TempDir())
	id := results.TrialID{Domain: results.Science, Workflow: results.Iterative, Setting: results.Scratch, Agent: "a", Run: 1}
	dir := e.Trial(id)
	if err := disk.MkdirAll(string(dir)); err != nil {
		t.Fatal(err)
	}
	log, err := disk.OpenLog(dir.Events(), nil)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Unix(0, 0).UTC()
	add := func(kind results.EventKind, data any) {
		t.Helper()
		raw, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		at = at.Add(time.Second)
		if _, err := log.Append(results.Event{Time: at, Kind: kind, Data: raw}); err != nil {
			t.Fatal(err)
		}
	}
	add(results.TrialStarted, results.Spec{TrialID: id, Experiment: "x", Protocol: results.Mini(), Teacher: "t", Student: "s"})
	add(results.AttemptStarted, results.AttemptData{N: 1, Op: results.Draft})
	add(results.AgentReplied, results.ReplyData{Code: true, Seconds: 2})
	add(results.CodeExecuted, results.CodeData{Failure: results.RuntimeError, Detail: "exit status 1\nTraceback\nKeyError: 'x'", Calls: 3, Seconds: 4})
	add(results.AttemptStarted, results.AttemptData{N: 2, Op: results.Debug})
	add(results.PlatformFault, results.FaultData{Step: "ask", Attempt: 2, Error: "the server is down"})
	add(results.AgentReplied, results.ReplyData{Code: true, Seconds: 1})
	add(results.CodeExecuted, results.CodeData{Calls: 2, Seconds: 1})
	add(results.Checked, results.CheckData{Check: results.Check{Valid: true, Rows: 3, Kept: 2, Used: 2, Dropped: []results.Drop{{Row: 1, Reason: "empty output"}}}})
	add(results.StudentTrained, results.TrainData{Rows: 2, Seconds: 5})
	add(results.PublicScored, results.ScoreData{Score: results.Score{Correct: 1, Total: 2}, Seconds: 1})
	add(results.TrialEnded, results.EndData{Reason: results.EndAttempts})
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	a := dir.Attempt(2)
	for _, err := range []error{
		a.Plan().Write([]byte("the plan")), a.Code().Write([]byte("print(1)")), a.RunLog().Write([]byte(hostile)),
		a.Prompt().Write(record.Prompt{Attempt: 2, Messages: []results.Message{{Role: "user", Content: "write"}}}),
		a.Reply().Write(record.Reply{Reply: results.Reply{Text: "said"}}),
		a.Submission().Write([]byte(`[{"instruction":"i1","input":"","output":"o1"}, 7, {"instruction":"i2","input":"","output":"Area"}]`)),
		a.Public().Write(record.Public{Judged: []results.Judged{
			{Item: "p1", Response: "4", Verdict: results.Verdict{Correct: true}},
			{Item: "p2", Response: "5", Verdict: results.Verdict{Reason: "not 6"}},
		}}),
		calls(dir),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return e, dir
}

// calls stores three calls of attempt 1 and two of attempt 2.
func calls(dir record.Trial) error {
	var text []byte
	for n, attempt := range []int{2, 1, 1, 2, 1} {
		request := json.RawMessage(`{"messages":[{"role":"user","content":"question ` + string(rune('a'+n)) + `"}]}`)
		line, err := disk.Canonical(record.Exchange{Attempt: attempt, Digest: "d", Request: request, Response: record.Answer{Content: "Answer", FinishReason: "stop"}})
		if err != nil {
			return err
		}
		text = append(append(text, line...), '\n')
	}
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		return err
	}
	return disk.WriteFile(dir.Teacher().Finished("x"), enc.EncodeAll(text, nil))
}

func TestRead(t *testing.T) {
	e, dir := made(t)
	v, err := trial.Read(t.Context(), e, dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Attempts) != 2 || v.Best != 2 || len(v.Faults) != 1 || v.Usage.TeacherCalls != 5 || v.Accuracy.Known {
		t.Errorf("%+v", v)
	}
	one, two := v.Attempts[0], v.Attempts[1]
	if one.Outcome != string(results.RuntimeError) || one.Calls != 3 || one.Chosen || two.Outcome != "public 50.0 %" || !two.Chosen || len(two.Steps) != 5 {
		t.Errorf("%+v\n%+v", one, two)
	}
	table := v.Tables()[0]
	notes := strings.Join(table.Notes, "\n")
	for _, want := range []string{"no private score yet", "Attempt 1: exit status 1 ... KeyError: 'x'", "The platform failed in attempt 2 (ask)"} {
		if !strings.Contains(notes, want) {
			t.Errorf("no %q in the notes:\n%s", want, notes)
		}
	}
	if got := strings.Join(table.Rows[1], "|"); got != "2|debug|public 50.0 %|2 of 3|2|1.0|1.0|6.0|chosen" {
		t.Errorf("row %s", got)
	}
	if _, err := v.Attempt(3); err == nil {
		t.Error("an attempt that is not there")
	}
	if _, err := trial.Read(t.Context(), e, record.Trial(t.TempDir())); err == nil {
		t.Error("a folder without a trial")
	}
}

func TestTexts(t *testing.T) {
	_, dir := made(t)
	texts, err := trial.ReadTexts(dir, 2)
	if err != nil || texts.Plan != "the plan" || texts.Code != "print(1)" || texts.Reply != "said" || len(texts.Prompt) != 1 {
		t.Errorf("%+v, %v", texts, err)
	}
	if clean := trial.Clean(texts.Log + "\n\tx"); clean != "a[31mred\n\tx" {
		t.Errorf("clean is %q", clean)
	}
	if none, err := trial.ReadTexts(dir, 1); err != nil || none.Code != "" {
		t.Errorf("an attempt without files: %+v, %v", none, err)
	}
}

func TestCallsRowsAndWrongAnswers(t *testing.T) {
	_, dir := made(t)
	for _, tt := range []struct {
		attempt     int
		text        string
		most        int
		shown, of   int
		first, last string
	}{
		{0, "", 9, 5, 5, "", ""},
		{1, "", 2, 2, 3, "", ""},
		{0, "QUESTION D", 9, 1, 1, "user: question d", "user: question d"},
		{0, "nothing", 9, 0, 0, "", ""},
	} {
		calls, total, err := trial.ReadCalls(dir, tt.attempt, tt.text, tt.most)
		if err != nil || len(calls) != tt.shown || total != tt.of || tt.first != "" && calls[0].Prompt != tt.first {
			t.Errorf("%+v: %d of %d calls, %v", tt, len(calls), total, err)
		}
	}
	rows, total, err := trial.ReadRows(dir, 2, "area", 9)
	if err != nil || total != 1 || rows[0].Instruction != "i2" {
		t.Errorf("rows %v of %d, %v", rows, total, err)
	}
	if _, total, err := trial.ReadRows(dir, 1, "", 9); err != nil || total != 0 {
		t.Errorf("rows of an attempt without any: %d, %v", total, err)
	}
	wrong, total, err := trial.ReadWrong(dir, 2, []trial.Question{{ID: "p2", Text: "2 * 3?", Answer: "6"}}, "", 9)
	if err != nil || total != 1 || wrong[0] != (trial.Wrong{Item: "p2", Question: "2 * 3?", Expected: "6", Response: "5", Reason: "not 6"}) {
		t.Errorf("wrong %+v of %d, %v", wrong, total, err)
	}
}

// A submission is whatever the code left.
func TestRowsOfNoSubmission(t *testing.T) {
	for _, text := range []string{"", "{}", "[", `[{"instruction":`, "null", `["x", {"instruction": 4}]`} {
		dir := record.Trial(t.TempDir())
		if err := dir.Attempt(1).Submission().Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if rows, total, err := trial.ReadRows(dir, 1, "", 9); err != nil || total != 0 || len(rows) != 0 {
			t.Errorf("%q: %v, %v", text, rows, err)
		}
	}
}
