package runner

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/submission"
	"github.com/autodatabench/autodatabench/tasks"
)

// submission reads the rows that attempt n submitted, with the verdict on them.
func (t *trial) submission(n int) ([]results.Row, results.CheckData, error) {
	path := string(t.attempt(n).Submission())
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := t.same(path, t.digests.submission[n], ""); err != nil {
			return nil, results.CheckData{}, err
		}
		return nil, results.CheckData{Check: results.Check{Problem: "the code ended without leaving a readable submission.json (a regular file of at most 64 MiB)"}}, nil
	}
	if err != nil {
		return nil, results.CheckData{}, err
	}
	defer f.Close()
	rows, check := submission.Decode(f, t.state.Spec.Protocol.Budget)
	digest, err := disk.DigestFile(path)
	if err == nil {
		err = t.same(path, t.digests.submission[n], digest)
	}
	return rows, results.CheckData{Check: check, Submission: digest}, err
}

func (t *trial) check(n int) error {
	_, data, err := t.submission(n)
	if err != nil {
		return err
	}
	if err := t.attempt(n).Check().Write(data); err != nil {
		return err
	}
	return t.append(results.Checked, data)
}

// train fits the student to the attempt's submission.
func (t *trial) train(ctx context.Context, n int) error {
	rows, _, err := t.submission(n)
	if err != nil {
		return err
	}
	_, done, cached, err := t.trained(ctx, n, rows)
	if err != nil {
		return err
	}
	data := results.TrainData{
		Adapter: done.Digest, Rows: done.Rows, Updates: done.Updates, Tokens: done.Tokens,
		FirstLoss: done.FirstLoss, LastLoss: done.LastLoss, Cached: cached, Seconds: done.Seconds, Before: t.state.Cut.Seconds(),
		Failure: done.Failure, Detail: done.Detail, Course: done.Course,
	}
	if !cached {
		data.GPUSeconds, data.Cost = t.GPUs.student(done.Seconds), done.Cost
	}
	if err := t.attempt(n).Train().Write(data); err != nil {
		return err
	}
	return t.append(results.StudentTrained, data)
}

// trained returns the folder of the adapter for attempt n's rows. A training with the
// same digest of student, recipe, rows and seed is done once in an experiment, and
// again if its files are not as they were left, or not those that the trial's events
// name. It is cached unless the attempt did it, maybe before a kill.
func (t *trial) trained(ctx context.Context, n int, rows []results.Row) (dir record.Training, done record.Trained, cached bool, err error) {
	dir, seed, err := trainingOf(t.Root, t.state.Spec, rows)
	if err != nil {
		return "", done, false, err
	}
	if done, err := dir.Report().Read(); err == nil && dir.Intact(done) && t.same("", t.digests.adapter[n], done.Digest) == nil {
		return dir, done, !done.By(t.state.Spec.TrialID, n), nil
	}
	if err := disk.RemoveAll(string(dir)); err != nil {
		return "", done, false, err
	}
	course := t.course()
	done.Seconds, err = t.student(ctx, func(ctx context.Context) (err error) {
		done.TrainReport, err = t.Student.Train(ctx, t.state.Spec.Protocol.Recipe, rows, seed, string(dir), course.take)
		return errors.Join(err, course.err)
	})
	done.Course, done.Cost = courseOf(done.TrainReport), t.paid
	if errors.Is(err, student.ErrDiverged) { // its losses may be no numbers, which no record can hold
		done.TrainReport, done.Course = results.TrainReport{Rows: len(rows)}, nil
		done.Failure, done.Detail, err = results.Classify(results.Signs{Diverged: true}), "the training failed: "+err.Error(), nil
	}
	if err != nil {
		return "", done, false, err
	}
	return dir, done, false, t.keepTraining(dir, done, n)
}

// keepTraining makes the adapter durable, and then the report that names it.
func (t *trial) keepTraining(dir record.Training, done record.Trained, n int) (err error) {
	if disk.Exists(string(dir)) {
		if err := disk.SyncTree(string(dir)); err != nil {
			return err
		}
	}
	if t.state.Spec.Format >= 2 {
		done.Trial, done.Attempt = &t.state.Spec.TrialID, n
		if done.Files, err = dir.Files(); err != nil {
			return err
		}
	}
	return dir.Report().Write(done)
}

// Trained finds the adapter that the trial of spec trained on the rows, and the
// seed of that training. The folder is empty when the experiment's cache holds
// none.
func Trained(e record.Experiment, spec results.Spec, rows []results.Row) (adapter string, seed int64, err error) {
	dir, seed, err := trainingOf(e, spec, rows)
	if err != nil {
		return "", seed, err
	}
	switch done, err := dir.Report().Read(); {
	case errors.Is(err, fs.ErrNotExist):
		return "", seed, nil
	case err != nil:
		return "", seed, err
	case done.Failure != "" || !dir.Intact(done):
		return "", seed, nil
	}
	return string(dir), seed, nil
}

// trainingOf names the folder of the training on the rows, and its seed.
func trainingOf(e record.Experiment, spec results.Spec, rows []results.Row) (dir record.Training, seed int64, err error) {
	seed = Derive(spec.Seed, "train")
	digest, err := disk.DigestOf(map[string]any{
		"student": spec.StudentDigest, "blas": spec.Arithmetic, "recipe": spec.Protocol.Recipe, "rows": rows, "seed": seed,
	})
	return e.Training(digest), seed, err
}

// evaluate scores the trained student on the public set.
func (t *trial) evaluate(ctx context.Context, n int) error {
	rows, _, err := t.submission(n)
	if err != nil {
		return err
	}
	dir, done, _, err := t.trained(ctx, n, rows)
	if err != nil {
		return err
	}
	if done.Failure != "" {
		judged, score := Unanswered(t.Task.Public, done.Detail)
		return t.score(n, judged, results.ScoreData{Score: score})
	}
	judged, data, err := t.judge(ctx, string(dir))
	if err != nil {
		return err
	}
	if data.Seconds >= t.state.TimeLeft().Seconds() {
		t.cut = data.Seconds
		return errTimeUp // a score that comes after the end does not count
	}
	return t.score(n, judged, data)
}

// judge evaluates the student, trained as the adapter of dir, on the public set.
func (t *trial) judge(ctx context.Context, dir string) (judged []results.Judged, data results.ScoreData, err error) {
	var answers []string
	data.Seconds, err = t.student(ctx, func(ctx context.Context) (err error) {
		answers, err = t.Student.Generate(ctx, dir, Questions(t.Task.Public), t.Task.Brief.Sampling, nil)
		return err
	})
	switch {
	case errors.Is(err, student.ErrDiverged):
		data.Failure, data.Detail, err = results.Classify(results.Signs{Diverged: true}), "the answers failed: "+err.Error(), nil
		judged, data.Score = Unanswered(t.Task.Public, data.Detail)
	case err == nil:
		judged, data.Score = tasks.Evaluate(t.Task.Evaluator, t.Task.Public, answers)
	}
	return judged, data, err
}

// Unanswered is the verdict on a student that could not be trained or cannot
// answer, and why says the reason.
func Unanswered(items []tasks.Item, why string) ([]results.Judged, results.Score) {
	judged := make([]results.Judged, len(items))
	for i, item := range items {
		judged[i] = results.Judged{Item: item.ID, Verdict: results.Verdict{Reason: why}}
	}
	return judged, results.Score{Total: len(items)}
}

// score records the public evaluation of attempt n.
func (t *trial) score(n int, judged []results.Judged, data results.ScoreData) error {
	if err := t.attempt(n).Public().Write(record.Public{Score: data.Score, Judged: judged}); err != nil {
		return err
	}
	data.GPUSeconds, data.Before, data.Cost = t.GPUs.student(data.Seconds), t.state.Cut.Seconds(), t.paid
	return t.append(results.PublicScored, data)
}

// Questions lists what the student is asked for the items.
func Questions(items []tasks.Item) []string {
	list := make([]string, len(items))
	for i, item := range items {
		list[i] = item.Question
	}
	return list
}
