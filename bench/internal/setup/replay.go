package setup

import (
	"context"
	"errors"
	"fmt"

	"github.com/autodatabench/autodatabench/agents/prompt"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/replay"
)

// ReplayRequest says which recorded trial is run again, and what of its record is
// trusted.
type ReplayRequest struct {
	Dir     record.Trial
	Out     string  // holds the user's experiments; the replay goes into Out/replay
	Sandbox *string // kind that the user asked for; nil for the recorded one
	Teacher bool    // the recorded teacher answers, too
	Places  Places
}

// Replay is a recorded trial that is ready to be run again.
type Replay struct {
	Spec   results.Spec // this program's terms
	Folder record.Trial // that is run

	recording *replay.Recording
	env       runner.Env
	setup     *experiment.Setup
}

// OpenReplay opens what the recorded trial ran with, but for its agent, whose
// replies are the recorded ones. It puts this program's task, prompts and student
// into the trial's terms, so that a difference between them and the recorded ones
// is the first that is found. Whoever opens a replay closes it.
func OpenReplay(ctx context.Context, w World, r ReplayRequest) (*Replay, error) {
	recording, err := replay.Open(r.Dir)
	if err != nil {
		return nil, err
	}
	spec := recording.Spec()
	origin, err := r.Dir.Of(spec.TrialID)
	if err != nil {
		return nil, err
	}
	root, err := replayFolder(r.Out, spec)
	if err != nil {
		return nil, err
	}
	f, err := experiment.ReadGiven(string(origin.Given()))
	if err != nil {
		return nil, err
	}
	if err := distrust(r, &f); err != nil {
		return nil, err
	}
	f.Domains = []results.Domain{spec.Domain}
	s, err := Open(ctx, w, Request{File: f, Root: root, Origin: origin, Places: r.Places}, Needs{Teacher: !r.Teacher, Sandbox: true})
	if err != nil {
		return nil, err
	}
	spec.TaskDigest, spec.PromptDigest = s.Tasks[spec.Domain].Digest, prompt.Digest()
	spec.Student, spec.StudentDigest, spec.Arithmetic = s.Identity.Name, s.Identity.Digest, s.Identity.Arithmetic
	env, err := replayed(s, recording, r.Teacher)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &Replay{Spec: spec, Folder: root.Trial(spec.TrialID), recording: recording, env: env, setup: s}, nil
}

// replayed is what the trial runs with: the recording, with its teacher if that is
// asked for, and the rest of the setup.
func replayed(s *experiment.Setup, recording *replay.Recording, teacher bool) (runner.Env, error) {
	env, err := recording.Into(runner.Env{
		Root: s.Root, Task: s.Tasks[recording.Spec().Domain], Teacher: s.Teacher, Student: s.Student, Sandbox: s.Sandbox,
		Holder: s.Holder, Clock: s.Clock,
	})
	if err == nil && teacher {
		env.Teacher, err = recording.Teacher()
	}
	return env, err
}

// Run runs the trial. The state is nil if the trial did not begin.
func (r *Replay) Run(ctx context.Context) (*results.Trial, error) {
	return runner.Run(ctx, r.env, r.Spec)
}

// Compare names the first difference between the recorded trial and the one that
// was run; empty for none.
func (r *Replay) Compare() (string, error) { return r.recording.Compare(r.Folder) }

// Close closes what [OpenReplay] opened.
func (r *Replay) Close() error { return r.setup.Close() }

// replayFolder makes room for the replay of an experiment's trial, beside the
// experiments of out; what an earlier replay left is removed.
func replayFolder(out string, spec results.Spec) (record.Experiment, error) {
	root := record.Replays(out, spec.Experiment)
	if root.Lock().Exists() {
		return "", results.Bad(fmt.Errorf("%s: holds an experiment", root), "choose another --out")
	}
	return root, errors.Join(disk.RemoveAll(string(root.Trial(spec.TrialID))), disk.RemoveAll(root.Cache()))
}

// distrust keeps a record, which may be somebody else's, from choosing what runs
// on this machine: no sandbox, another interpreter or trainer, a cluster, or a
// server to send a key to.
func distrust(r ReplayRequest, f *experiment.File) error {
	if r.Sandbox != nil {
		f.Sandbox.Kind = *r.Sandbox
		if err := f.Validate(); err != nil {
			return results.Bad(err)
		}
	} else if f.Sandbox.Kind == "none" {
		return results.Bad(fmt.Errorf("%s: the recorded experiment asks for no sandbox", r.Dir), "give --sandbox none yourself if you trust it")
	}
	f.Sandbox.Python, f.Sandbox.Environment, f.Sandbox.EnvironmentDigest = experiment.Default().Sandbox.Python, "", ""
	at, err := disk.RealPath(string(r.Dir))
	if err != nil {
		return results.Infra(err)
	}
	out, err := disk.RealPath(r.Out)
	if err != nil {
		return results.Infra(err)
	}
	if disk.Within(at, out) {
		return nil
	}
	f.Student.Python, f.Student.LlamaFactory = "", ""
	f.Teacher.Command, f.Teacher.Options = nil, nil
	if serve := f.Student.Serve; serve != nil {
		serve.Command, serve.Options = nil, nil
		if serve.APIKeyEnv != "" {
			return results.Bad(fmt.Errorf("%s: the recorded experiment wants the key in %s sent to %s", r.Dir, serve.APIKeyEnv, serve.BaseURL), "copy the experiment below --out if you trust it")
		}
	}
	f.Launcher = experiment.Default().Launcher
	if !r.Teacher && f.Teacher.Kind != "procedural" && f.Teacher.APIKeyEnv != "" {
		return results.Bad(fmt.Errorf("%s: the recorded experiment would send the key in %s to %s", r.Dir, f.Teacher.APIKeyEnv, f.Teacher.BaseURL),
			"give --replay-teacher, or replay a trial below --out")
	}
	return nil
}
