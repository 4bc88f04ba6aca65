package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/agents/chat"
	"github.com/autodatabench/autodatabench/agents/prompt"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/gateway"
)

// replayed is what running a trial again came to.
type replayed struct {
	Trial      results.TrialID `json:"trial"`
	Teacher    string          `json:"teacher"` // recorded | asked again
	Attempts   int             `json:"attempts"`
	Same       bool            `json:"same"`
	Difference string          `json:"first_difference,omitempty"`
	Folder     string          `json:"folder"`
}

// replay runs one trial again after its record and compares.
func replay(c *cli.Context, env Env) (err error) {
	dir := filepath.Clean(c.String("replay"))
	if !c.IsSet("replay") {
		return usage("--replay-teacher goes with --replay FOLDER")
	}
	if err := noArguments(c); err != nil {
		return err
	}
	recording, spec, err := runner.OpenRecording(dir)
	if err != nil {
		return err
	}
	at, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	origin, ok := strings.CutSuffix(at, string(filepath.Separator)+filepath.FromSlash(spec.Path()))
	if !ok {
		return results.Bad("replay a trial where its experiment lies", fmt.Errorf("%s: is not the folder %s of an experiment", dir, spec.Path()))
	}
	root, err := replayFolder(c.String("out"), spec)
	if err != nil {
		return err
	}
	e, closeStudent, err := composeReplay(c, env, origin, dir, root, recording, &spec)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeStudent()) }()
	state, failed := runner.Run(c.Context, e, spec)
	if err := c.Err(); err != nil {
		return err
	}
	done := replayed{Trial: spec.TrialID, Teacher: "asked again", Folder: filepath.Join(root, spec.Path())}
	if c.Bool("replay-teacher") {
		done.Teacher = "recorded"
	}
	if state != nil {
		done.Attempts = state.Replies()
	}
	if done.Difference, err = recording.Compare(done.Folder); err != nil {
		return err
	}
	done.Same = done.Difference == "" && failed == nil
	return errors.Join(showReplay(c, env, done), differs(done, failed))
}

func showReplay(c *cli.Context, env Env, done replayed) error {
	t := table.New("Replay", 1, "!trial", "teacher", ">attempts", "first difference")
	difference := done.Difference
	if done.Same {
		difference = "none"
	}
	t.Add(done.Trial.String(), done.Teacher, fmt.Sprint(done.Attempts), difference)
	return show(c, env, done, t)
}

// differs is the error of a replay that did not come out the same.
func differs(done replayed, failed error) error {
	switch {
	case done.Same:
		return nil
	case done.Difference != "":
		message := fmt.Errorf("replay of %s first differs at %s", done.Trial, done.Difference)
		if failed != nil {
			message = fmt.Errorf("%w (it then failed: %w)", message, failed)
		}
		return &results.Error{Kind: results.Verification, Hint: "both folders are there to be compared", Err: message}
	}
	return failed
}

// replayFolder makes room for the replay of an experiment's trial, beside the
// experiments of out; what an earlier replay left is removed.
func replayFolder(out string, spec results.Spec) (string, error) {
	root := filepath.Join(out, "replay", spec.Experiment)
	if disk.Exists(filepath.Join(root, experiment.LockFile)) {
		return "", results.Bad("choose another --out", fmt.Errorf("%s: holds an experiment", root))
	}
	return root, errors.Join(os.RemoveAll(filepath.Join(root, spec.Path())), os.RemoveAll(filepath.Join(root, "cache")))
}

// composeReplay builds what the trial ran with, but for its agent, and puts this
// program's task, prompts and student into its terms, so that a difference of
// those is the first one.
func composeReplay(c *cli.Context, env Env, origin, dir, root string, recording *runner.Recording, spec *results.Spec) (e runner.Env, closeStudent func() error, err error) {
	f, err := experiment.Read(filepath.Join(origin, experiment.GivenFile))
	if err != nil {
		return e, nil, err
	}
	if err := distrust(c, dir, &f); err != nil {
		return e, nil, err
	}
	f.Domains = []results.Domain{spec.Domain}
	s, err := load(c.Context, env, f, nil, root, placesOf(c))
	if err != nil {
		return e, nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	spec.TaskDigest, spec.PromptDigest = s.Tasks[spec.Domain].Digest, prompt.Digest()
	spec.Student, spec.StudentDigest, spec.BLAS = s.Identity.Name, s.Identity.Digest, s.Identity.BLAS
	e = runner.Env{
		Root: root, Task: s.Tasks[spec.Domain], Student: s.Student, Holder: env.Holder, Now: env.Now,
		Recorded: recording,
	}
	if e.Agent, err = chat.OpenRecording(dir); err != nil {
		return e, nil, err
	}
	if c.Bool("replay-teacher") {
		e.Teacher, err = gateway.OpenRecording(dir, *spec, recording.Stopped)
	} else {
		err = addTeacher(c.Context, env, s, f)
		e.Teacher = s.Teacher
	}
	if err != nil {
		return e, nil, err
	}
	hidden, err := hiddenPaths(origin, f.Suite, placesOf(c))
	if err != nil {
		return e, nil, err
	}
	e.Sandbox, err = openSandbox(env, f.Sandbox, hidden)
	return e, s.Close, err
}

// distrust keeps a record, which may be somebody else's, from choosing what runs
// on this machine: no sandbox, another interpreter or trainer, a cluster, or a server to send a key to.
func distrust(c *cli.Context, dir string, f *experiment.File) error {
	if c.IsSet("sandbox") {
		f.Sandbox.Kind = c.String("sandbox")
		if err := f.Validate(); err != nil {
			return results.Bad("", err)
		}
	} else if f.Sandbox.Kind == "none" {
		return results.Bad("give --sandbox none yourself if you trust it", fmt.Errorf("%s: the recorded experiment asks for no sandbox", dir))
	}
	f.Sandbox.Python = experiment.Default().Sandbox.Python
	at, err := disk.RealPath(dir)
	if err != nil {
		return results.Infra("", err)
	}
	out, err := disk.RealPath(c.String("out"))
	if err != nil {
		return results.Infra("", err)
	}
	if disk.Within(at, out) {
		return nil
	}
	f.Student.Python, f.Student.LlamaFactory = "", ""
	f.Teacher.Command, f.Teacher.Options = nil, nil
	if serve := f.Student.Serve; serve != nil {
		serve.Command, serve.Options = nil, nil
		if serve.APIKeyEnv != "" {
			return results.Bad("copy the experiment below --out if you trust it", fmt.Errorf("%s: the recorded experiment wants the key in %s sent to %s", dir, serve.APIKeyEnv, serve.BaseURL))
		}
	}
	f.Launcher = experiment.Default().Launcher
	if !c.Bool("replay-teacher") && f.Teacher.Kind != "procedural" && f.Teacher.APIKeyEnv != "" {
		return results.Bad("give --replay-teacher, or replay a trial below --out",
			fmt.Errorf("%s: the recorded experiment would send the key in %s to %s", dir, f.Teacher.APIKeyEnv, f.Teacher.BaseURL))
	}
	return nil
}
