package hf

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/results/remote"
	"github.com/autodatabench/autodatabench/runner/child"
	"github.com/autodatabench/autodatabench/runner/student"
)

//go:embed worker.py
var program string

// WorkerDigest tells versions of the worker apart, whose arithmetic may differ.
func WorkerDigest() string { return fmt.Sprintf("%.4x", sha256.Sum256([]byte(program))) }

// longestLine bounds an event; an answer is at most some ten thousand tokens.
const longestLine = 4 << 20

// event is a line of the worker; which fields it has depends on Event.
type event struct {
	Event     string  `json:"event"` // ready | step | answer | done | diverged | refused; of several trainings also begun | left
	Seconds   float64 `json:"seconds"`
	Step      int     `json:"step"`
	Total     int     `json:"total"`
	Loss      float64 `json:"loss"`
	Rate      float64 `json:"rate"`
	Tokens    int     `json:"tokens"`
	Memory    int64   `json:"memory"`
	Trainable int     `json:"trainable"`
	Index     int     `json:"index"`
	Text      string  `json:"text"`
	Message   string  `json:"message"`
	Read      int     `json:"read"`  // tokens of a question, of a service that counts them
	Trial     int     `json:"trial"` // of several trainings
	Why       string  `json:"why"`   // it left: done | diverged | dropped

	started float64 // seconds that the worker took to be ready, if the job waited for it
}

// decode reads one line of the worker.
func decode(line []byte) (event, error) {
	var e event
	if err := json.Unmarshal(line, &e); err != nil || e.Event == "" {
		return e, fmt.Errorf("sent a line that is no event: %.60q", line)
	}
	return e, nil
}

// worker is a running worker.py.
type worker struct {
	*child.Process
	name   string     // in messages
	key    remote.Key // not in messages
	socket *os.File
	lines  *bufio.Scanner
	log    *tail
	ready  bool
	ended  sync.Once
}

// start starts a worker, which then loads its model.
func start(cfg Config) (*worker, error) {
	ours, theirs, err := child.Pair()
	if err != nil {
		return nil, results.Infra(fmt.Errorf("%s worker: socket: %w", cfg.name(), err))
	}
	w := &worker{name: cfg.name(), socket: ours, log: &tail{}}
	defer theirs.Close()
	w.lines = bufio.NewScanner(w.socket)
	w.lines.Buffer(nil, longestLine)
	cmd := exec.Command(cfg.Python, cfg.command()...)
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = w.log, w.log, 5*time.Second
	cmd.Env = child.Env(cmd.Environ(), cfg.Secrets...)
	if cfg.Other != nil {
		w.key, cmd.Env = cfg.Other.Key, append(cmd.Env, cfg.Other.Env...)
	} else if cfg.Devices != "" {
		cmd.Env = append(cmd.Env, "CUDA_VISIBLE_DEVICES="+cfg.Devices)
	}
	if w.Process, err = child.Start(cmd, syscall.SIGKILL); err != nil {
		w.socket.Close()
		return nil, results.Infra(fmt.Errorf("%s worker: %w", w.name, err))
	}
	return w, nil
}

func (c Config) name() string {
	if c.Other != nil {
		return c.Other.Name
	}
	return "hf"
}

// command is what Python gets.
func (c Config) command() []string {
	if c.Other != nil {
		return append([]string{"-c", c.Other.Text}, c.Other.Args...)
	}
	text, ranks := program, []string{"--ranks", strconv.Itoa(c.Ranks)}
	if c.Many {
		text, ranks = batchProgram(), nil
	}
	return append([]string{
		"-c", text, "--model", c.Model.Folder, "--device", c.Device, "--precision", c.Precision,
		"--share", strconv.FormatFloat(c.Share, 'g', -1, 64),
	}, ranks...)
}

// await waits until the model is loaded, for so long at the most, and returns how
// many seconds that took.
func (w *worker) await(limit time.Duration) (seconds float64, err error) {
	late := time.AfterFunc(limit, w.kill)
	e, err := w.next()
	switch inTime := late.Stop(); {
	case !inTime:
		err = results.Infra(errors.Join(fmt.Errorf("it was not ready after %s", limit), err))
	case err == nil && e.Event == "refused":
		w.stop()
		err = w.refused(e)
	case err == nil && e.Event != "ready":
		err = w.fault(fmt.Errorf("sent %q before it was ready", e.Event))
	}
	w.ready = err == nil
	return e.Seconds, err
}

// do sends a job and takes its events until it has ended.
func (w *worker) do(job []byte, each func(event) error) (event, error) {
	if _, err := w.socket.Write(job); err != nil {
		return event{}, w.fault(fmt.Errorf("takes no job: %w", err))
	}
	for {
		e, err := w.next()
		switch {
		case err != nil:
			return e, err
		case e.Event == "done":
			return e, nil
		case e.Event == "diverged":
			return e, diverged(e)
		case e.Event == "refused":
			return e, w.refused(e)
		}
		if err := each(e); err != nil {
			return e, w.fault(err)
		}
	}
}

// queue does a job of a service, where it may have to wait for its turn: it begins to
// run with its first event, which must come within the limit.
func (w *worker) queue(limit time.Duration, runs func(), job []byte, each func(event) error) (event, error) {
	late, begun := time.AfterFunc(limit, w.kill), false
	ended, err := w.do(job, func(e event) error {
		if !begun {
			begun = true
			late.Stop()
			runs()
		}
		return each(e)
	})
	if inTime := late.Stop(); !inTime && !begun {
		err = results.Infra(fmt.Errorf("%s worker: the service gave no answer within %s", w.name, limit))
	}
	return ended, err
}

// diverged is a training whose numbers overflowed.
func diverged(e event) error { return fmt.Errorf("%w: %.300q", student.ErrDiverged, e.Message) }

// refused is what cannot be done with the model, or with a question.
func (w *worker) refused(e event) error {
	return results.Bad(fmt.Errorf("student %s: %s", w.name, cut.Runes(e.Message, 600, "...")))
}

func (w *worker) next() (event, error) {
	if !w.lines.Scan() {
		why := w.lines.Err()
		if why == nil || errors.Is(why, os.ErrClosed) || errors.Is(why, syscall.ECONNRESET) {
			why = errors.New("ended")
		}
		return event{}, w.fault(why)
	}
	e, err := decode(w.lines.Bytes())
	if err != nil {
		return e, w.fault(err)
	}
	e.Message = w.key.Hide(e.Message)
	return e, nil
}

// fault is what the platform did wrong, with the last that the worker said.
func (w *worker) fault(err error) error {
	w.stop()
	if said := w.log.last(w.key); said != "" {
		err = fmt.Errorf("%w; it said %q", err, said)
	}
	return results.Infra(fmt.Errorf("%s worker: %w", w.name, err))
}

// kill ends the worker and all that it started.
func (w *worker) kill() { w.Signal(syscall.SIGKILL) }

// stop ends the worker and waits until it is gone.
func (w *worker) stop() {
	w.ended.Do(func() {
		w.kill()
		_ = w.Wait() // how it ended says nothing that its log does not
		w.socket.Close()
	})
}

// ask runs worker.py for what it prints without a model in memory.
func ask(python string, stdin []byte, args ...string) ([]byte, error) {
	return Worker{Text: program}.ask(context.Background(), python, nil, stdin, args)
}

// Ask runs the worker for what it prints; it does not get the variables that secrets names.
func (w Worker) Ask(ctx context.Context, python string, secrets []string, args ...string) ([]byte, error) {
	return w.ask(ctx, cmp.Or(python, "python3"), secrets, nil, args)
}

func (w Worker) ask(ctx context.Context, python string, secrets []string, stdin []byte, args []string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, python, append([]string{"-c", w.Text}, args...)...)
	cmd.Stdin = bytes.NewReader(stdin)
	cmd.Env = append(child.Env(cmd.Environ(), secrets...), w.Env...)
	log := &tail{}
	cmd.Stderr, cmd.WaitDelay = log, 5*time.Second
	out, err := cmd.Output()
	if said := log.last(w.Key); err != nil && said != "" {
		err = fmt.Errorf("%w: %q", err, said)
	}
	return out, err
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

func (t *tail) Write(p []byte) (int, error) {
	const most = 4 << 10
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	t.kept = append([]byte{}, t.kept[max(0, len(t.kept)-most):]...)
	return len(p), nil
}

// last is the last line that says something, without the key.
func (t *tail) last(key remote.Key) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := strings.Split(string(bytes.TrimSpace(t.kept)), "\n")
	line := key.Hide(strings.TrimSpace(lines[len(lines)-1]))
	return cut.Bytes(line, 300)
}

var _ io.Writer = &tail{}
