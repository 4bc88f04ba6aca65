package slurm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/student"
)

// Launcher is a student that works in jobs. Its methods may be called
// concurrently.
type Launcher struct {
	config   Config
	root     string // of all steps
	student  json.RawMessage
	identity results.Identity
	queue    *queue
	now      func() time.Time

	slots chan struct{} // held from a step's first submission to its end
	mu    sync.Mutex
	busy  map[string]chan struct{} // steps that are worked on; closed at their end
}

// New returns the student, described so that the command `job` can open it, that
// works in jobs below the folder root, as the user of the number.
func New(c Config, root string, description any, id results.Identity, user int, now func() time.Time) (*Launcher, error) {
	if err := Available(); err != nil {
		return nil, err
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, results.Infra(err)
	}
	raw, err := disk.Canonical(description)
	if err != nil {
		return nil, err
	}
	run := commands{c.Env}
	return &Launcher{
		config: c, root: root, student: raw, identity: id, now: now,
		queue: &queue{commands: run, user: fmt.Sprint(user), interval: c.Interval, now: now},
		slots: make(chan struct{}, c.Slots), busy: map[string]chan struct{}{},
	}, nil
}

// Check asks Slurm, without submitting anything, whether it would take a job.
func (l *Launcher) Check(ctx context.Context) error {
	dir, remove, err := disk.Scratch("check-")
	if err != nil {
		return results.Infra(err)
	}
	defer remove()
	path := filepath.Join(dir, scriptFile)
	if err := os.WriteFile(path, []byte(l.config.script(namePrefix+"check", dir)), 0o600); err != nil {
		return results.Infra(err)
	}
	_, err = l.queue.commands.run(ctx, "sbatch", "--test-only", path)
	if err != nil && refused(err) && !strings.Contains(strings.ToLower(err.Error()), unavailable) {
		return refusal(err)
	}
	if _, err := l.queue.commands.run(ctx, "squeue", listArgs(l.queue.user)...); err != nil {
		return results.Infra(fmt.Errorf("the cluster does not answer: %w", err), "see whether its controller runs: scontrol ping")
	}
	return nil
}

// Train implements [student.Trainer].
func (l *Launcher) Train(ctx context.Context, recipe results.Recipe, rows []results.Row, seed int64, dir string, progress func(student.Progress)) (results.TrainReport, error) {
	if len(rows) == 0 {
		return results.TrainReport{}, results.Bad(errors.New("train: no rows"))
	}
	q := request{Student: l.student, Identity: l.identity, Train: &training{recipe, rows, seed}}
	r, err := l.do(ctx, q, "", dir, func(n note) {
		if progress != nil && n.Training != nil {
			progress(*n.Training)
		}
	})
	return r.Report, err
}

// Generate implements [student.Generator].
func (l *Launcher) Generate(ctx context.Context, adapter string, prompts []string, sampling results.Sampling, progress func(done, total int)) ([]string, error) {
	digests, err := digestsIn(adapter)
	if err != nil {
		return nil, results.Bad(fmt.Errorf("adapter %s: %w", adapter, err))
	}
	q := request{Student: l.student, Identity: l.identity, Generate: &answering{digests, prompts, sampling}}
	r, err := l.do(ctx, q, adapter, "", func(n note) {
		if progress != nil && n.Total > 0 {
			progress(n.Done, n.Total)
		}
	})
	if err != nil {
		return nil, err
	}
	if len(r.Answers) != len(prompts) {
		return nil, results.Infra(fmt.Errorf("the job gave %d answers to %d prompts", len(r.Answers), len(prompts)))
	}
	answers := make([]string, len(prompts))
	for i, a := range r.Answers {
		answers[i] = string(a)
	}
	return answers, nil
}

// digestsIn are the digests of the files of an adapter; none for no adapter.
func digestsIn(dir string) (map[string]string, error) {
	digests := map[string]string{}
	if dir == "" {
		return digests, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		if digests[e.Name()], err = disk.DigestFile(filepath.Join(dir, e.Name())); err != nil {
			return nil, err
		}
	}
	if len(digests) == 0 {
		return nil, errors.New("the folder is empty")
	}
	return digests, nil
}

// do takes one step from its request to its result, whose adapter it leaves in
// to, if there is one.
func (l *Launcher) do(ctx context.Context, q request, adapter, to string, tell func(note)) (result, error) {
	// Experiments in other folders may have the same step.
	digest, err := disk.DigestOf(map[string]any{"root": l.root, "request": q})
	if err != nil {
		return result{}, err
	}
	s := &step{Launcher: l, name: digest[:20], dir: filepath.Join(l.root, digest[:20]), tell: tell}
	free, err := l.admit(ctx, s.name)
	if err != nil {
		return result{}, err
	}
	defer free()
	if err := s.prepare(q, adapter); err != nil {
		return result{}, results.Infra(fmt.Errorf("prepare a job: %w", err))
	}
	r, n, err := s.run(ctx)
	if err != nil {
		return r, err
	}
	student.Took(ctx, time.Duration(r.Seconds*float64(time.Second)))
	if to != "" && r.Fault == nil {
		if err := s.fetch(n, to, r.Report.Digest); err != nil {
			return r, results.Infra(fmt.Errorf("take the adapter from its job: %w", err))
		}
	}
	if err := s.clear(ctx, n); err != nil {
		return r, results.Infra(fmt.Errorf("clear a job's folder: %w", err))
	}
	if r.Fault != nil {
		return r, r.Fault.err()
	}
	return r, nil
}

// admit waits until the step is worked on by nobody else here, and for a slot.
func (l *Launcher) admit(ctx context.Context, name string) (free func(), err error) {
	defer student.Wait(ctx)()
	mine := make(chan struct{})
	for {
		l.mu.Lock()
		other, taken := l.busy[name]
		if !taken {
			l.busy[name] = mine
		}
		l.mu.Unlock()
		if !taken {
			break
		}
		select {
		case <-other:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	leave := func() {
		l.mu.Lock()
		delete(l.busy, name)
		l.mu.Unlock()
		close(mine)
	}
	if err := context.Cause(ctx); err != nil {
		leave()
		return nil, err
	}
	select {
	case l.slots <- struct{}{}:
		return func() { <-l.slots; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, context.Cause(ctx)
	}
}

// prepare writes the step's folder, unless a coordinator before did.
func (s *step) prepare(q request, adapter string) error {
	path := filepath.Join(s.dir, jobFile)
	if disk.Exists(path) {
		return nil
	}
	if adapter != "" {
		copied := filepath.Join(s.dir, adapterDir)
		if err := errors.Join(os.RemoveAll(copied), os.MkdirAll(copied, 0o755)); err != nil {
			return err
		}
		for name := range q.Generate.Adapter {
			data, err := os.ReadFile(filepath.Join(adapter, name))
			if err != nil {
				return err
			}
			if err := disk.WriteFile(filepath.Join(copied, name), data); err != nil {
				return err
			}
		}
	}
	return disk.WriteJSON(path, q)
}

// fetch copies the adapter of submission n to the folder.
func (s *step) fetch(n int, to, digest string) error {
	if err := os.CopyFS(to, os.DirFS(filepath.Join(submissionDir(s.dir, n), adapterDir))); err != nil {
		return err
	}
	got, err := disk.DigestFile(filepath.Join(to, "adapter_model.safetensors"))
	if err == nil && got != digest {
		err = fmt.Errorf("it has the digest %.12s, the job's was %.12s", got, digest)
	}
	return err
}

// clear forgets the result, so that the same step will be done afresh, then jobs
// of the step that still run, and its folder. What cannot be removed stays.
func (s *step) clear(ctx context.Context, n int) error {
	if err := os.Remove(filepath.Join(submissionDir(s.dir, n), resultFile)); err != nil {
		return err
	}
	s.cancelOthers(ctx, n)
	_ = os.RemoveAll(s.dir)
	return nil
}
