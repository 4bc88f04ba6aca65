package setup

import (
	"context"

	"github.com/autodatabench/autodatabench/agents/chat"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/gateway"
)

// recording is a recorded trial with its agent.
type recording struct {
	dir   string
	trial *runner.Recording
	agent chat.Recording
}

// openRecording opens the trial in dir, whose agent may have no record, and
// returns its terms.
func openRecording(dir string) (recording, results.Spec, error) {
	trial, spec, err := runner.OpenRecording(dir)
	return recording{dir: dir, trial: trial}, spec, err
}

// openAgent opens the record of the trial's agent.
func (r *recording) openAgent() (err error) {
	r.agent, err = chat.OpenRecording(r.dir)
	return err
}

// env is what the trial of the terms runs with: the recorded agent, and the
// recorded teacher if that is asked for. The setup holds the rest.
func (r *recording) env(s *experiment.Setup, spec results.Spec, recordedTeacher bool) (runner.Env, error) {
	env := runner.Env{
		Root: s.Root, Task: s.Tasks[spec.Domain], Agent: r.agent, Teacher: s.Teacher, Student: s.Student, Sandbox: s.Sandbox,
		Holder: s.Holder, Now: s.Now, Recorded: r.trial,
	}
	if !recordedTeacher {
		return env, nil
	}
	teacher, err := gateway.OpenRecording(r.dir, spec, r.trial.Stopped)
	env.Teacher = teacher
	return env, err
}

// Run runs the trial. The state is nil if the trial did not begin.
func (r *Replay) Run(ctx context.Context) (*results.Trial, error) {
	return runner.Run(ctx, r.env, r.Spec)
}

// Compare names the first difference between the recorded trial and the one that
// was run; empty for none.
func (r *Replay) Compare() (string, error) { return r.recording.trial.Compare(r.Folder) }

// Close closes what [OpenReplay] opened.
func (r *Replay) Close() error { return r.setup.Close() }
