package setup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/autodatabench/autodatabench/agents/prompt"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// ReplayRequest says which recorded trial is run again, and what of its record is
// trusted.
type ReplayRequest struct {
	Dir     string  // of the recorded trial
	Out     string  // holds the user's experiments; the replay goes into Out/replay
	Sandbox *string // kind that the user asked for; nil for the recorded one
	Teacher bool    // the recorded teacher answers, too
	Places  Places
}

// Replay is a recorded trial that is ready to be run again.
type Replay struct {
	Spec   results.Spec // this program's terms
	Folder string       // of the trial that is run

	recording recording
	env       runner.Env
	setup     *experiment.Setup
}

// OpenReplay opens what the recorded trial ran with, but for its agent, whose
// replies are the recorded ones. It puts this program's task, prompts and student
// into the trial's terms, so that a difference between them and the recorded ones
// is the first that is found. Whoever opens a replay closes it.
func OpenReplay(ctx context.Context, w World, r ReplayRequest) (*Replay, error) {
	recording, spec, err := openRecording(r.Dir)
	if err != nil {
		return nil, err
	}
	origin, err := originOf(r.Dir, spec)
	if err != nil {
		return nil, err
	}
	root, err := replayFolder(r.Out, spec)
	if err != nil {
		return nil, err
	}
	f, err := experiment.Read(filepath.Join(origin, experiment.GivenFile))
	if err != nil {
		return nil, err
	}
	if err := distrust(r, &f); err != nil {
		return nil, err
	}
	if err := recording.openAgent(); err != nil {
		return nil, err
	}
	f.Domains = []results.Domain{spec.Domain}
	s, err := Open(ctx, w, Request{File: f, Root: root, Origin: origin, Places: r.Places}, Needs{Teacher: !r.Teacher, Sandbox: true})
	if err != nil {
		return nil, err
	}
	spec.TaskDigest, spec.PromptDigest = s.Tasks[spec.Domain].Digest, prompt.Digest()
	spec.Student, spec.StudentDigest, spec.BLAS = s.Identity.Name, s.Identity.Digest, s.Identity.BLAS
	env, err := recording.env(s, spec, r.Teacher)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &Replay{Spec: spec, Folder: filepath.Join(root, spec.Path()), recording: recording, env: env, setup: s}, nil
}

// originOf is the folder of the experiment that the trial in dir belongs to.
func originOf(dir string, spec results.Spec) (string, error) {
	at, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	origin, ok := strings.CutSuffix(at, string(filepath.Separator)+filepath.FromSlash(spec.Path()))
	if !ok {
		return "", results.Bad("replay a trial where its experiment lies", fmt.Errorf("%s: is not the folder %s of an experiment", dir, spec.Path()))
	}
	return origin, nil
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

// distrust keeps a record, which may be somebody else's, from choosing what runs
// on this machine: no sandbox, another interpreter or trainer, a cluster, or a
// server to send a key to.
func distrust(r ReplayRequest, f *experiment.File) error {
	if r.Sandbox != nil {
		f.Sandbox.Kind = *r.Sandbox
		if err := f.Validate(); err != nil {
			return results.Bad("", err)
		}
	} else if f.Sandbox.Kind == "none" {
		return results.Bad("give --sandbox none yourself if you trust it", fmt.Errorf("%s: the recorded experiment asks for no sandbox", r.Dir))
	}
	f.Sandbox.Python = experiment.Default().Sandbox.Python
	at, err := disk.RealPath(r.Dir)
	if err != nil {
		return results.Infra("", err)
	}
	out, err := disk.RealPath(r.Out)
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
			return results.Bad("copy the experiment below --out if you trust it", fmt.Errorf("%s: the recorded experiment wants the key in %s sent to %s", r.Dir, serve.APIKeyEnv, serve.BaseURL))
		}
	}
	f.Launcher = experiment.Default().Launcher
	if !r.Teacher && f.Teacher.Kind != "procedural" && f.Teacher.APIKeyEnv != "" {
		return results.Bad("give --replay-teacher, or replay a trial below --out",
			fmt.Errorf("%s: the recorded experiment would send the key in %s to %s", r.Dir, f.Teacher.APIKeyEnv, f.Teacher.BaseURL))
	}
	return nil
}
