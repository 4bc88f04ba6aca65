package export

import (
	"errors"
	"io/fs"
	"time"

	"github.com/autodatabench/autodatabench/report/trial"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

func (s Source) trials(put func(TrialRow) error) error {
	for _, o := range s.Outcomes {
		if err := put(trialRow(o)); err != nil {
			return err
		}
	}
	return nil
}

func trialRow(o results.Outcome) TrialRow {
	run, use := o.Result(), o.Usage
	r := TrialRow{
		Key: keyOf(o), Kind: string(o.Kind), Suite: o.Suite, Protocol: o.Protocol, Modified: o.Modified, Teacher: o.Teacher, Student: o.Student,
		ProtocolDigest: o.ProtocolDigest, StudentDigest: o.StudentDigest, TaskDigest: o.TaskDigest,
		End: string(o.End), Valid: o.Valid, Attempts: int64(o.Attempts), ValidAttempts: int64(o.ValidAttempts), MATS: known(run.MATS),
		BaseAccuracy: known(run.Base), Accuracy: known(run.Accuracy), PrivateItems: int64(o.BasePrivate.Total), Gain: known(run.Gain()), Points: known(run.Points()),
		BasePublic: share(&o.BasePublic), Public: share(o.Public),
		TeacherCalls: int64(use.TeacherCalls), TeacherInput: use.TeacherInput, TeacherOutput: use.TeacherOutput,
		AgentCalls: int64(use.AgentCalls), AgentInput: use.AgentInput, AgentOutput: use.AgentOutput,
		AgentCost: known(use.AgentCost), GPUSeconds: known(use.GPUSeconds), Cost: known(o.Cost), RunSeconds: o.Elapsed.Seconds(),
		Embedded: o.Embedded, Unsandboxed: o.Unsandboxed, Changed: o.Changed,
	}
	if o.Audit != nil {
		r.Audit = string(o.Audit.Level)
	}
	return r
}

// each hands every attempt of every trial to visit, with the trial's key.
func (s Source) each(visit func(t Trial, key Key, a trial.Attempt) error) error {
	for _, t := range s.Trials {
		v, err := trial.Follow(t.Dir)
		if err != nil {
			return err
		}
		for _, a := range v.Attempts {
			if err := visit(t, keyOf(t.Outcome), a); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s Source) attempts(put func(AttemptRow) error) error {
	return s.each(func(_ Trial, key Key, a trial.Attempt) error {
		r := AttemptRow{
			Key: key, Attempt: int64(a.N), Operation: string(a.Op), Outcome: a.Outcome, Failure: string(a.Failure), Detail: a.Detail, Chosen: a.Chosen,
			Public: share(a.Public), Calls: int64(a.Calls), Agent: seconds(a, results.AgentReplied), Code: seconds(a, results.CodeExecuted),
			Student: seconds(a, results.StudentTrained, results.PublicScored),
		}
		if c := a.Check; c != nil {
			r.Valid, r.Rows, r.Kept, r.Used = c.Valid, new(int64(c.Rows)), new(int64(c.Kept)), new(int64(c.Used))
		}
		if n := len(a.Steps); n > 0 {
			r.Ended = new(a.Steps[n-1].Time.UTC().Truncate(time.Microsecond))
		}
		return put(r)
	})
}

// seconds is how long the steps of the kinds took; nil without any.
func seconds(a trial.Attempt, kinds ...results.EventKind) *float64 {
	var sum *float64
	for _, s := range a.Steps {
		for _, k := range kinds {
			if s.Kind != k {
				continue
			}
			if sum == nil {
				sum = new(float64)
			}
			*sum += s.Seconds
		}
	}
	return sum
}

func (s Source) calls(put func(CallRow) error) error {
	for _, t := range s.Trials {
		err := trial.EachCall(t.Dir, func(c trial.Call) error {
			return put(CallRow{
				Key: keyOf(t.Outcome), Attempt: int64(c.Attempt), Digest: c.Digest, Occurrence: int64(c.Occurrence), Temperature: c.Temperature, MaxTokens: c.MaxTokens,
				Prompt: c.Prompt, Answer: c.Answer, Finish: c.Finish, Input: c.Input, Output: c.Output,
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s Source) rows(put func(SubmissionRow) error) error {
	return s.each(func(t Trial, key Key, a trial.Attempt) error {
		return trial.EachRow(t.Dir, a.N, func(at int, row results.Row) error {
			return put(SubmissionRow{
				Key: key, Attempt: int64(a.N), Chosen: a.Chosen, Row: int64(at), Instruction: row.Instruction, Input: row.Input, Output: row.Output,
			})
		})
	})
}

// predictions are the students' answers to public sets, the untrained student's once
// for each domain of an experiment.
func (s Source) predictions(put func(PredictionRow) error) error {
	type domain struct {
		root record.Experiment
		of   results.Domain
	}
	questions := map[domain]map[string]Question{}
	for _, t := range s.Trials {
		key := domain{t.Root, t.Outcome.Domain}
		if _, seen := questions[key]; seen {
			continue
		}
		known, err := s.Public(t)
		if err != nil {
			return err
		}
		questions[key] = known
		base := Key{Experiment: t.Outcome.Experiment, Domain: string(t.Outcome.Domain), Simulated: t.Outcome.Simulated}
		if err := predictionsOf(t.Root.BasePublic(key.of), PredictionRow{Key: base}, known, put); err != nil {
			return err
		}
	}
	return s.each(func(t Trial, key Key, a trial.Attempt) error {
		return predictionsOf(t.Dir.Attempt(a.N).Public(), PredictionRow{Key: key, Attempt: int64(a.N), Chosen: a.Chosen}, questions[domain{t.Root, t.Outcome.Domain}], put)
	})
}

// predictionsOf puts the answers in the file, each in a copy of the row.
func predictionsOf(file record.File[record.Public], row PredictionRow, known map[string]Question, put func(PredictionRow) error) error {
	public, err := file.Read()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, j := range public.Judged {
		r := row
		r.Item, r.Response, r.Extracted, r.Correct, r.Reason = j.Item, j.Response, j.Extracted, j.Correct, j.Reason
		if q, ok := known[j.Item]; ok {
			r.Question, r.Expected = &q.Text, &q.Answer
		}
		if err := put(r); err != nil {
			return err
		}
	}
	return nil
}
