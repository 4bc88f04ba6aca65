package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"autodatabench/report/table"
	"autodatabench/results"
	"autodatabench/runner"
	"autodatabench/runner/final"
)

// trialStatus is a trial as status shows it.
type trialStatus struct {
	results.TrialID
	State    string          `json:"state"` // waiting | running or interrupted | sealed | scored
	Attempts int             `json:"attempts"`
	Valid    int             `json:"valid_attempts"`
	Best     *results.Score  `json:"best_public,omitempty"`
	Private  []results.Score `json:"private,omitempty"`
	Calls    int             `json:"teacher_calls"`
	Left     time.Duration   `json:"run_time_left_ns"`
}

func statusCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "status", Usage: "show how far the trials of an experiment are", ArgsUsage: "EXPERIMENT",
		Description: "Reads the trials' logs, also while they run. Example:\n\n  autodatabench status demo",
		Flags:       []cli.Flag{outFlag(), jsonFlag(), formatFlag()},
		Action: func(c *cli.Context) error {
			f, _, root, err := recorded(c)
			if err != nil {
				return err
			}
			t := table.New(f.Name, 1, "!trial", "state", ">attempts", ">valid", ">best public", ">private", ">calls", ">time left")
			var list []trialStatus
			for _, id := range f.Trials() {
				s, err := statusOf(root, id)
				if err != nil {
					return err
				}
				list = append(list, s)
				t.Add(id.String(), s.State, fmt.Sprint(s.Attempts), fmt.Sprint(s.Valid), percent(s.Best), percentOf(s.Private),
					table.Count(s.Calls), s.Left.Round(time.Second).String())
			}
			return show(c, env, list, t)
		},
	}
}

func statusOf(root string, id results.TrialID) (trialStatus, error) {
	s := trialStatus{TrialID: id, State: "waiting"}
	dir := filepath.Join(root, id.Path())
	state, err := runner.Load(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	s.Attempts, s.Valid, s.Calls, s.Left = len(state.Attempts), state.ValidAttempts(), state.Usage.TeacherCalls, state.TimeLeft()
	if best := state.BestAttempt(); best != nil {
		s.Best = best.Public
	}
	if s.State = "running or interrupted"; state.End == "" {
		return s, nil
	}
	o, err := final.Outcome(root, dir)
	s.Private = o.Finals
	if s.State = "sealed"; len(o.Finals) > 0 {
		s.State = "scored"
	}
	return s, err
}

func percent(s *results.Score) string {
	if s == nil {
		return table.Missing
	}
	return fmt.Sprintf("%.1f", 100*s.Accuracy())
}

func percentOf(scores []results.Score) string {
	if len(scores) == 0 {
		return table.Missing
	}
	return percent(&scores[0])
}
