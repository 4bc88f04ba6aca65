//go:build chaos

package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

// experimentFile is a trial of seconds: an attempt with a submission, one without
// code, and the final score, on a task of a few questions.
const experimentFile = `name: micro
suite: [capitals]
workflows: [iterative]
settings: [scratch]
agents: [careless]
seed: 1
budget: {iterations: 2, dataset_size: 16, min_rows: 8}
`

var trialID = results.TrialID{Domain: "capitals", Workflow: results.Iterative, Setting: results.Scratch, Agent: "careless", Run: 1}

// micro is the program with a folder to start it in.
type micro struct {
	program, work string
}

// newMicro makes the task and the experiment file.
func newMicro(t *testing.T) micro {
	t.Helper()
	m := micro{os.Getenv("CHAOS_PROGRAM"), t.TempDir()}
	if m.program == "" {
		t.Fatal("CHAOS_PROGRAM names no program; see make chaos")
	}
	var pairs strings.Builder
	pairs.WriteString("question,answer\n")
	for i := range 20 {
		fmt.Fprintf(&pairs, "What is %d + %d?,%d\n", 11+i, 7*i+2, 8*i+13)
	}
	for name, text := range map[string]string{"pairs.csv": pairs.String(), "micro.yaml": experimentFile} {
		if err := os.WriteFile(filepath.Join(m.work, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	make := exec.Command(m.program, "tasks", "new", "--from", "pairs.csv", "capitals")
	make.Dir = m.work
	if out, err := make.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return m
}

// place is the folders of one case. Their names are short: a socket's path is
// limited.
type place struct {
	micro
	out, tmp string
	wrapper  []string // words before the program's
}

func (m micro) place(t *testing.T) place {
	t.Helper()
	dir, err := os.MkdirTemp("", "cx")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	p := place{micro: m, out: filepath.Join(dir, "runs"), tmp: filepath.Join(dir, "tmp")}
	if err := os.Mkdir(p.tmp, 0o755); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p place) root() record.Experiment { return record.Experiment(filepath.Join(p.out, "micro")) }
func (p place) trial() record.Trial     { return p.root().Trial(trialID) }

// command is `autodatabench run`, which resumes what is there.
func (p place) command(ctx context.Context) (*exec.Cmd, *bytes.Buffer) {
	words := append(slices.Clone(p.wrapper), p.program, "run", "--out", p.out, "micro.yaml")
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir, cmd.Env = p.work, append(os.Environ(), "TMPDIR="+p.tmp)
	var said bytes.Buffer
	cmd.Stderr = &said
	return cmd, &said
}

// finish runs the program to its end.
func (p place) finish(t *testing.T) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd, said := p.command(ctx)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%w: %s", err, bytes.TrimSpace(said.Bytes()))
	}
	return nil
}

// outcome is all of a finished trial that a fault must not change, a line each.
func (p place) outcome() ([]string, error) {
	return outcomeOf(p.trial())
}

func outcomeOf(dir record.Trial) ([]string, error) {
	state, err := dir.Load()
	if err != nil {
		return nil, err
	}
	list := []string{fmt.Sprintf("best %d, end %s", state.Best, state.End)}
	for _, a := range state.Attempts {
		line := fmt.Sprintf("%d %s %q %+v", a.N, a.Op, a.Failure, a.Public)
		if data, err := dir.Attempt(a.N).Submission().Read(); err == nil {
			line += " " + disk.Digest(data)
		}
		list = append(list, line)
	}
	for k := 1; k <= state.Spec.Protocol.FinalSeeds; k++ {
		score, err := dir.Final(k).Score().Read()
		if err != nil {
			return nil, err
		}
		list = append(list, fmt.Sprintf("final %d: %+v, %s", k, score.Private, score.Predictions))
	}
	if err := dir.CheckSeal(); err != nil {
		return nil, err
	}
	calls, err := answered(dir)
	return append(list, calls...), err
}

// answered are the teacher's calls that the ledger has an answer to. One that has
// two is an error: it was paid twice.
func answered(dir record.Trial) (calls []string, err error) {
	seen := map[string]bool{}
	err = disk.ReadLog(dir.Ledger(), func(line []byte) error {
		var l struct {
			Attempt, Occurrence int
			Request, Outcome    string
		}
		if err := json.Unmarshal(line, &l); err != nil || l.Outcome != "answered" {
			return err
		}
		call := fmt.Sprintf("call %d %s %d", l.Attempt, l.Request, l.Occurrence)
		if seen[call] {
			return fmt.Errorf("%s was answered twice", call)
		}
		seen[call] = true
		calls = append(calls, call)
		return nil
	})
	slices.Sort(calls)
	return calls, err
}

// leftovers are processes and temporary files of the case that are still there.
func (p place) leftovers() (found []string) {
	found = p.processes()
	entries, _ := os.ReadDir(p.tmp)
	for _, e := range entries {
		found = append(found, e.Name())
	}
	filepath.WalkDir(p.out, func(path string, d os.DirEntry, err error) error {
		if err == nil && (disk.Unfinished(d.Name()) || path == p.trial().Writer()) {
			found = append(found, d.Name())
		}
		return nil
	})
	return found
}

// processes are the command lines that name the case's folders.
func (p place) processes() (found []string) {
	all, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range all {
		if line, err := os.ReadFile(path); err == nil && bytes.Contains(line, []byte(filepath.Dir(p.tmp))) {
			program, _, _ := strings.Cut(string(line), "\x00")
			found = append(found, filepath.Base(program)+" "+filepath.Base(filepath.Dir(path)))
		}
	}
	return found
}
