package llamafactory

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/child"
	"github.com/autodatabench/autodatabench/runner/student"
)

const (
	trainerLog   = "trainer_log.jsonl"
	trainResults = "train_results.json"
)

// How often the log is looked at, and how long torchrun has to end what it
// started, whose processes lie in groups of their own.
const (
	lookEvery = 250 * time.Millisecond
	grace     = 15 * time.Second
)

// run is one training.
type run struct {
	work     string
	recipe   results.Recipe
	rows     int
	report   *results.TrainReport
	progress func(student.Progress)

	log     *os.File // nil until it is there
	partial []byte   // of a line that is being written
}

func (r *run) output() string { return filepath.Join(r.work, outputDir) }

// train runs the command to its end and decides whether it trained.
func (r *run) train(ctx context.Context, cmd *exec.Cmd) error {
	says := &console{examples: -1, batch: -1}
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = says, says, grace // one writer: exec runs one copier
	process, err := child.Start(cmd, syscall.SIGTERM)
	if err != nil {
		return results.Infra(err)
	}
	defer process.Signal(syscall.SIGKILL) // what outlived its parent
	defer func() {
		if r.log != nil {
			r.log.Close()
		}
	}()
	failed := r.follow(ctx, process)
	if failed != nil && says.last != "" && !errors.Is(failed, student.ErrDiverged) && ctx.Err() == nil {
		failed = fmt.Errorf("%w; it said %q", failed, says.last)
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(failed, student.ErrDiverged):
		return failed
	case failed == nil:
		failed = r.complete(says)
	}
	if failed != nil {
		return results.Infra(failed)
	}
	if r.report.Measured.PeakMemory == 0 {
		r.report.Measured.PeakMemory = child.PeakMemory(cmd.ProcessState)
	}
	return nil
}

// follow reads the log until the process has ended, early where it must.
func (r *run) follow(ctx context.Context, process *child.Process) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-process.Ended():
			return errors.Join(r.look(), process.Wait())
		case <-ctx.Done():
			end(process)
			return context.Cause(ctx)
		case <-tick.C:
			if err := r.look(); err != nil {
				end(process)
				return err
			}
		}
	}
}

// end asks the process to end with all that it started, then makes its group.
func end(process *child.Process) {
	process.SignalLeader(syscall.SIGTERM)
	select {
	case <-process.Ended():
	case <-time.After(grace):
		process.Signal(syscall.SIGKILL)
		_ = process.Wait() // it was killed
	}
}

// look takes the lines that the log has since the last look.
func (r *run) look() error {
	if r.log == nil {
		f, err := os.Open(filepath.Join(r.output(), trainerLog))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		r.log = f
	}
	more, err := io.ReadAll(r.log)
	if err != nil {
		return err
	}
	r.partial = append(r.partial, more...)
	for {
		line, rest, whole := bytes.Cut(r.partial, []byte("\n"))
		if !whole {
			return nil
		}
		r.partial = rest
		if err := r.take(line); err != nil {
			return err
		}
	}
}

func (r *run) take(line []byte) error {
	l, err := decode(line)
	if err != nil || l.Loss == nil {
		return err
	}
	if l.Step == 1 {
		r.report.FirstLoss = *l.Loss
	}
	r.report.LastLoss, r.report.Updates, r.report.Tokens = *l.Loss, l.Step, l.Tokens
	memory := int64(l.Memory * (1 << 30))
	r.report.Measured.PeakMemory = memory
	if r.progress != nil {
		r.progress(student.Progress{Step: l.Step, Total: l.Total, Loss: *l.Loss, LearningRate: l.Rate, TokensPerSecond: l.Speed, PeakMemory: memory})
	}
	return nil
}

// complete holds a training that exited with 0 to what it was asked for.
func (r *run) complete(says *console) error {
	data, err := os.ReadFile(filepath.Join(r.output(), trainResults))
	if err != nil {
		return fmt.Errorf("it exited with 0 but did not train: %w", err)
	}
	var sum struct {
		Seconds float64 `json:"train_runtime"`
	}
	if err := json.Unmarshal(data, &sum); err != nil {
		return fmt.Errorf("%s: %w", trainResults, err)
	}
	updates := r.recipe.Epochs * ((r.rows + r.recipe.BatchRows - 1) / r.recipe.BatchRows)
	switch {
	case says.examples != r.rows:
		return fmt.Errorf("it was given %d rows and trained on %d", r.rows, says.examples)
	case says.batch != r.recipe.BatchRows:
		return fmt.Errorf("it was asked for %d rows an update and took %d", r.recipe.BatchRows, says.batch)
	case r.report.Updates != updates:
		return fmt.Errorf("it made %d of %d updates", r.report.Updates, updates)
	}
	r.report.Rows, r.report.Measured.Seconds = r.rows, sum.Seconds
	return nil
}
