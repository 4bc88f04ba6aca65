package slurm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
	"github.com/autodatabench/autodatabench/runner/student/studenttest"
)

// TestMain lets the test binary be the program of the jobs.
func TestMain(m *testing.M) {
	if len(os.Args) != 3 || os.Args[1] != "job" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := Execute(ctx, os.Args[2], openOne, time.Now); err != nil {
		fmt.Println("job:", err)
		os.Exit(130)
	}
}

// openOne opens the embedded student, or one with the behaviour described.
func openOne(description json.RawMessage) (Student, results.Identity, func() error, error) {
	var does string
	if err := json.Unmarshal(description, &does); err != nil {
		return nil, results.Identity{}, nil, err
	}
	s, err := embedded.New()
	if does == "embedded" {
		return s, s.Identity(), func() error { return nil }, err
	}
	return acting{does, s}, results.Identity{Name: does}, func() error { return nil }, nil
}

// acting is a student for whom something comes between.
type acting struct {
	does string
	*embedded.Student
}

func (a acting) Generate(ctx context.Context, _ string, prompts []string, _ results.Sampling, _ func(done, total int)) ([]string, error) {
	switch verb, arg, _ := strings.Cut(a.does, " "); verb {
	case "diverge":
		return nil, fmt.Errorf("loss: %w", student.ErrDiverged)
	case "refuse":
		return nil, results.Bad(errors.New("no\nsuch prompt"), "do better")
	case "break":
		return nil, results.Infra(errors.New("no GPU"))
	case "echo":
		answers := slices.Clone(prompts)
		for i := range answers {
			answers[i] += "\xff" // as a byte-level vocabulary can
		}
		return answers, nil
	case "die": // the first time only
		if os.WriteFile(arg+".died", nil, 0o600); os.Remove(arg) == nil {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
	case "gpu": // that the job sees, which nobody else holds
		if err := os.Mkdir(arg, 0o700); err != nil {
			return nil, err
		}
		time.Sleep(500 * time.Millisecond)
		return []string{os.Getenv("CUDA_VISIBLE_DEVICES")}, os.Remove(arg)
	case "hang": // until there is the file
		for {
			if _, err := os.Stat(arg); err == nil {
				break
			}
			select {
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	return slices.Clone(prompts), nil
}

// launcher is one coordinator's.
func (c cluster) launcher(does string, change ...func(*Config)) *Launcher {
	c.t.Helper()
	program, err := os.Executable()
	if err != nil {
		c.t.Fatal(err)
	}
	config := Config{Slots: 2, Interval: 100 * time.Millisecond, Program: program}
	for _, f := range change {
		f(&config)
	}
	_, id, _, err := openOne(json.RawMessage(fmt.Sprintf("%q", does)))
	if err != nil {
		c.t.Fatal(err)
	}
	l, err := New(config, c.root, does, id, os.Getuid(), time.Now)
	if err != nil {
		c.t.Fatal(err)
	}
	return l
}

func ask(ctx context.Context, l *Launcher, prompts ...string) ([]string, error) {
	return l.Generate(ctx, "", prompts, results.Sampling{MaxTokens: 8}, nil)
}

// A student in jobs is one like any other.
func TestConformance(t *testing.T) {
	recipe := results.Mini().Recipe
	recipe.Epochs, recipe.BatchRows = 8, 4
	studenttest.Run(t, newCluster(t).launcher("embedded"), recipe)
}

// What comes of a job comes back as what it was, and leaves no folder behind.
func TestResults(t *testing.T) {
	c := newCluster(t)
	for does, check := range map[string]func([]string, error) bool{
		"echo": func(a []string, err error) bool { return err == nil && slices.Equal(a, []string{"a\xff", "b\xff"}) },
		"diverge": func(_ []string, err error) bool {
			return errors.Is(err, student.ErrDiverged) && err.Error() == "loss: the student diverged"
		},
		"refuse": func(_ []string, err error) bool {
			var known *results.Error
			return errors.As(err, &known) && known.Kind == results.BadInput && known.Hint == "do better" && err.Error() == "no such prompt"
		},
	} {
		ctx, meter := student.Metered(t.Context(), time.Hour, errors.New("time is up"), time.Now)
		answers, err := ask(ctx, c.launcher(does), "a", "b")
		if !check(answers, err) {
			t.Errorf("%s: %q, %v", does, answers, err)
		}
		if ran := meter.Stop(); ran <= 0 || ran > time.Minute {
			t.Errorf("%s: ran %s", does, ran)
		}
	}
	if left, err := os.ReadDir(c.root); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// What the platform fails is tried again a bounded number of times.
func TestPlatformFaults(t *testing.T) {
	t.Run("for good", func(t *testing.T) {
		c := newCluster(t)
		_, err := ask(t.Context(), c.launcher("break"), "a")
		var known *results.Error
		if !errors.As(err, &known) || known.Kind != results.Infrastructure || known.Hint == "" || !strings.Contains(err.Error(), "no GPU") {
			t.Errorf("%v", err)
		}
		if n := c.calls("sbatch"); n != mostSubmissions {
			t.Errorf("%d submissions", n)
		}
	})
	t.Run("killed once", func(t *testing.T) {
		c := newCluster(t)
		answers, err := ask(t.Context(), c.launcher("die "+c.touch("die")), "a")
		if err != nil || len(answers) != 1 || c.calls("sbatch") != 2 {
			t.Errorf("%q, %v, %d submissions", answers, err, c.calls("sbatch"))
		}
	})
	t.Run("out of memory", func(t *testing.T) {
		for _, does := range []string{"die", "break"} { // the program is killed, or tells of it
			c := newCluster(t)
			c.touch("oom")
			_, err := ask(t.Context(), c.launcher(does+" "+c.touch("die")), "a")
			var known *results.Error
			if !errors.As(err, &known) || !strings.Contains(err.Error(), "out of memory") || !strings.Contains(known.Hint, "memory") {
				t.Errorf("%s: %v", does, err)
			}
			if n := c.calls("sbatch"); n != 1 {
				t.Errorf("%s: %d submissions", does, n)
			}
		}
	})
	t.Run("forgotten by Slurm", func(t *testing.T) {
		c := newCluster(t)
		l := c.launcher("hang " + filepath.Join(c.dir, "go"))
		var wg sync.WaitGroup
		wg.Go(func() {
			for len(must(os.ReadDir(filepath.Join(c.dir, "jobs")))) == 0 {
				time.Sleep(10 * time.Millisecond)
			}
			c.touch("jobs/1/hidden")
			for len(must(os.ReadDir(filepath.Join(c.dir, "jobs")))) == 1 {
				time.Sleep(10 * time.Millisecond)
			}
			c.touch("go")
		})
		answers, err := ask(t.Context(), l, "a")
		wg.Wait()
		if err != nil || len(answers) != 1 || c.calls("scancel") == 0 {
			t.Errorf("%q, %v", answers, err)
		}
	})
	t.Run("refused", func(t *testing.T) {
		c := newCluster(t)
		l := c.launcher("echo", func(c *Config) { c.Partition = "bad" })
		_, err := ask(t.Context(), l, "a")
		for _, err := range []error{err, l.Check(t.Context())} {
			var known *results.Error
			if !errors.As(err, &known) || known.Kind != results.BadInput || !strings.Contains(err.Error(), "invalid partition") {
				t.Errorf("%v", err)
			}
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// A controller that does not answer, or that answers as if it had not taken the
// job, costs time only.
func TestSlurmAway(t *testing.T) {
	c := newCluster(t)
	if err := c.launcher("echo").Check(t.Context()); err != nil {
		t.Error(err)
	}
	c.touch("deaf")
	answers, err := ask(t.Context(), c.launcher("echo"), "a")
	if err != nil || len(answers) != 1 || c.calls("sbatch") != 2 { // one of them was the check's
		t.Errorf("deaf: %q, %v, %d calls of sbatch", answers, err, c.calls("sbatch"))
	}
	down := c.touch("down")
	var known *results.Error
	if err := c.launcher("echo").Check(t.Context()); !errors.As(err, &known) || known.Kind != results.Infrastructure {
		t.Errorf("check while it is down: %v", err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		time.Sleep(time.Second)
		os.Remove(down)
	})
	answers, err = ask(t.Context(), c.launcher("echo"), "b")
	wg.Wait()
	if err != nil || len(answers) != 1 {
		t.Errorf("down: %q, %v", answers, err)
	}
}

// A controller that is away for long is given up, and one that comes back is not.
func TestSilence(t *testing.T) {
	c := newCluster(t)
	at := time.Now()
	q := queue{commands: commands{}, user: "0", interval: time.Second, now: func() time.Time { return at }}
	down := c.touch("down")
	for _, silent := range []bool{false, false, true} {
		if l := q.look(t.Context()); l.err == nil || errors.Is(l.err, errSilent) != silent || silent && !strings.Contains(l.err.Error(), "Unable to contact") {
			t.Errorf("after %s: %v", at.Sub(q.answered), l.err)
		}
		at = at.Add(40 * time.Minute)
	}
	if err := os.Remove(down); err != nil {
		t.Fatal(err)
	}
	if l := q.look(t.Context()); l.err != nil {
		t.Error(l.err)
	}
	c.touch("down")
	at = at.Add(40 * time.Minute)
	if l := q.look(t.Context()); errors.Is(l.err, errSilent) {
		t.Error(l.err)
	}
}

// Steps share one look at the queue an interval, and no more than Slots are
// submitted at a time.
func TestOneQueryForAll(t *testing.T) {
	c := newCluster(t)
	l := c.launcher("hang "+filepath.Join(c.dir, "go"), func(c *Config) { c.Interval = 500 * time.Millisecond })
	var wg sync.WaitGroup
	begin := time.Now()
	for i := range 5 {
		wg.Go(func() {
			if _, err := ask(t.Context(), l, fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		})
	}
	time.Sleep(2 * time.Second)
	if n := c.calls("sbatch"); n != 2 {
		t.Errorf("%d submissions with 2 slots", n)
	}
	c.touch("go")
	wg.Wait()
	most := int(time.Since(begin)/(500*time.Millisecond)) + 1
	if n := c.calls("squeue"); n < 2 || n > most {
		t.Errorf("%d queries in %s", n, time.Since(begin))
	}
	if n := c.calls("sbatch"); n != 5 {
		t.Errorf("%d submissions of 5 steps", n)
	}
}

// A node with another student than the coordinator's gives no result.
func TestAnotherStudentOnTheNode(t *testing.T) {
	c := newCluster(t)
	l := c.launcher("echo")
	l.identity.Digest = "other"
	if _, err := ask(t.Context(), l, "a"); err == nil || !strings.Contains(err.Error(), "the student here is echo") {
		t.Errorf("%v", err)
	}
}
