package hf

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
)

//go:embed batch.py
var batch string

// batchProgram is the worker that trains several adapters in one pass ([Config.Many]).
func batchProgram() string { return Library() + "\n\n" + batch }

// BatchDigest is the [WorkerDigest] of the worker that trains several adapters in one pass.
func BatchDigest() string { return fmt.Sprintf("%.4x", sha256.Sum256([]byte(batchProgram()))) }

// Agree implements [student.Many]. Learning rate, epochs, rows of an update, warm-up,
// weight decay and cut-off are each training's own. With dropout a training is alone: its
// chance could not be what it is then.
func (s *Student) Agree(a, b results.Recipe) bool {
	return a.Dropout == 0 && b.Dropout == 0 && a.Rank == b.Rank && a.Alpha == b.Alpha && a.Packed == b.Packed && a.Precision == b.Precision
}

// TrainMany implements [student.Many].
func (s *Student) TrainMany(list []*student.Training) {
	b := &batchJob{number: int(s.jobs.Add(1)), live: map[int]*batched{}}
	all, cancel := context.WithCancel(context.Background())
	defer cancel()
	b.stop = cancel
	var trials []map[string]any
	for _, t := range list {
		resume := student.Wait(t.Ctx)
		defer resume()
		t.Begin()
		job, err := s.training(t.Recipe, t.Rows, t.Seed, t.Dir)
		if err != nil {
			t.End(results.TrainReport{}, err)
			continue
		}
		number := len(trials)
		b.live[number] = &batched{Training: t, runs: resume, course: course{report: results.TrainReport{Rows: len(t.Rows)}, progress: t.Progress}}
		trials = append(trials, job)
	}
	if len(trials) == 0 {
		return
	}
	for number, t := range maps.Clone(b.live) {
		defer context.AfterFunc(t.Ctx, func() { b.cancelled(number) })()
	}
	_, err := s.job(all, map[string]any{"op": "train_many", "job": b.number, "trials": trials}, func(e event) error { return b.take(e, s.worker.socket) })
	b.close(err)
}

// batched is a training that is in the worker's hands.
type batched struct {
	*student.Training
	runs func() // it begins to run
	course
}

// batchJob is the trainings of one job. Its lock keeps what a training's end tells the
// worker from what the worker says of it.
type batchJob struct {
	number int
	stop   func() // ends the job: nobody is left who wants it

	mu     sync.Mutex
	live   map[int]*batched
	worker io.Writer // takes the drops; nil before the job has begun
}

// cancelled has the worker leave a training out, or ends the job with the last of them.
func (b *batchJob) cancelled(number int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.live[number] == nil {
		return
	}
	for _, t := range b.live {
		if t.Ctx.Err() == nil {
			b.drop(number)
			return
		}
	}
	b.stop()
}

// drop tells the worker. One that cannot be told is gone, and the job fails.
func (b *batchJob) drop(number int) {
	if b.worker == nil {
		return
	}
	line, _ := json.Marshal(map[string]any{"op": "drop", "job": b.number, "trial": number}) // cannot fail
	_, _ = b.worker.Write(append(line, '\n'))
}

// take takes what the worker says on the way.
func (b *batchJob) take(e event, worker io.Writer) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e.Event == "begun" {
		b.begin(worker)
		return nil
	}
	t := b.live[e.Trial]
	switch {
	case t == nil:
		return fmt.Errorf("sent %q of trial %d, which it does not train", e.Event, e.Trial)
	case e.Event == "step":
		t.step(e)
		return nil
	case e.Event == "left" && e.Why == "done":
		report, err := t.done(e, t.Dir)
		b.end(e.Trial, report, err)
	case e.Event == "left" && e.Why == "diverged":
		b.end(e.Trial, t.report, diverged(e))
	case e.Event == "left" && e.Why == "dropped" && t.Ctx.Err() != nil:
		b.end(e.Trial, t.report, context.Cause(t.Ctx))
	default:
		return fmt.Errorf("sent %q %q of trial %d", e.Event, e.Why, e.Trial)
	}
	return nil
}

// begin starts everybody's time, and drops those who gave up while the model was loaded.
func (b *batchJob) begin(worker io.Writer) {
	b.worker = worker
	for number, t := range b.live {
		student.Share(t.Ctx, len(b.live))
		t.runs()
		if t.Ctx.Err() != nil {
			b.drop(number)
		}
	}
}

// end ends a training; the time is then shared by fewer.
func (b *batchJob) end(number int, report results.TrainReport, err error) {
	t := b.live[number]
	delete(b.live, number)
	for _, other := range b.live {
		student.Share(other.Ctx, len(b.live))
	}
	if err != nil {
		err = fmt.Errorf("train: %w", err)
	}
	t.End(report, err)
}

// close ends the trainings that the job left, as it did with the error.
func (b *batchJob) close(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.worker = nil
	if err == nil {
		err = results.Infra(errors.New("hf worker: it ended a job and not its trials"))
	}
	for _, number := range slices.Sorted(maps.Keys(b.live)) {
		t := b.live[number]
		if t.Ctx.Err() != nil {
			b.end(number, t.report, context.Cause(t.Ctx))
			continue
		}
		b.end(number, t.report, err)
	}
}
