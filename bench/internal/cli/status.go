package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/catalog"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// refresh is how often a terminal is drawn anew while trials run.
const refresh = 2 * time.Second

// The states of a trial.
const (
	waiting     = "waiting"
	running     = "running"     // a process works on it
	interrupted = "interrupted" // it has begun, and none does
	sealed      = "sealed"      // it has ended and has no final score
	scored      = "scored"
	changed     = "changed" // it is not as it was sealed or scored
	unreadable  = "unreadable"
)

// experimentStatus is an experiment as status shows it.
type experimentStatus struct {
	Experiment string         `json:"experiment"`
	States     map[string]int `json:"states"` // trials by state
	Places     int            `json:"places"` // trials that may run at a time
	Work       *utilisation   `json:"utilisation"`
	Trials     []trialStatus  `json:"trials"`
}

// trialStatus is a trial as status shows it.
type trialStatus struct {
	results.TrialID
	State       string          `json:"state"`
	Attempts    int             `json:"attempts"`
	MaxAttempts int             `json:"max_attempts"`
	Valid       int             `json:"valid_attempts"`
	Best        *results.Score  `json:"best_public"`
	Private     []results.Score `json:"private"`
	Calls       int             `json:"teacher_calls"`
	MaxCalls    int             `json:"max_teacher_calls"`
	Left        time.Duration   `json:"run_time_left_ns"`
	RunTime     time.Duration   `json:"run_time_ns"` // the budget

	Training *results.UpdateData `json:"training"` // under way, of students that tell

	Problem  string `json:"problem,omitempty"`  // why it does not count
	Unproven bool   `json:"unproven,omitempty"` // the folder is of version 1, which cannot prove its scores
}

func statusCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "status", Usage: "show how far the trials of an experiment are", ArgsUsage: "EXPERIMENT",
		Description: "Reads the trials' logs, also while they run. On a terminal it shows the running trials until none\n" +
			"runs, and then the table that it prints elsewhere. Example:\n\n  autodatabench status demo",
		Flags: []cli.Flag{outFlag(), jsonFlag(), formatFlag()},
		Action: func(c *cli.Context) error {
			f, _, root, err := recorded(c)
			if err != nil {
				return err
			}
			shelf, err := catalog.Beside(c.Context, root)
			if err != nil {
				return err
			}
			if env.Screen && !c.Bool("json") && !c.IsSet("format") {
				if err := follow(c.Context, env, shelf, f, root); err != nil {
					return err
				}
			}
			s, left, err := readStatus(env, shelf, f, root)
			if err != nil {
				return err
			}
			return errors.Join(errors.Join(left...), show(c, env, s, s.table()))
		},
	}
}

// follow draws the running trials until there are none.
func follow(ctx context.Context, env Env, shelf *catalog.Catalog, f experiment.File, root record.Experiment) error {
	lines := 0
	for {
		s, _, err := readStatus(env, shelf, f, root)
		if err != nil {
			return err
		}
		if lines > 0 { // back to the first line, and clear
			fmt.Fprintf(env.Stdout, "\x1b[%dA\x1b[J", lines)
		}
		if s.States[running] == 0 {
			return nil
		}
		screen := s.screen(env.Width, env.Height)
		for _, line := range screen {
			fmt.Fprintln(env.Stdout, line)
		}
		lines = len(screen)
		select {
		case <-time.After(refresh):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// readStatus reads the trials of the experiment. left names those that do not count.
func readStatus(env Env, shelf *catalog.Catalog, f experiment.File, root record.Experiment) (s experimentStatus, left []error, err error) {
	s = experimentStatus{Experiment: f.Name, States: map[string]int{}, Places: f.Parallel, Trials: []trialStatus{}}
	protocol, err := f.Resolve()
	if err != nil {
		return s, nil, err
	}
	var readable []results.TrialID
	for _, id := range f.Trials() {
		t, err := statusOf(env, shelf, root, id, protocol.Budget)
		if err != nil {
			t.Problem, left = err.Error(), append(left, catalog.Fault(string(root.Trial(id)), err))
		}
		if t.State != unreadable {
			readable = append(readable, id)
		}
		s.Trials = append(s.Trials, t)
		s.States[t.State]++
	}
	s.Work, err = readUtilisation(root, readable)
	return s, left, err
}

// statusOf reads a trial. With the error of one that does not count comes its status.
func statusOf(env Env, shelf *catalog.Catalog, root record.Experiment, id results.TrialID, budget results.Budget) (trialStatus, error) {
	s := trialStatus{
		TrialID: id, State: waiting, MaxAttempts: budget.MaxAttempts(id.Workflow), MaxCalls: budget.TeacherCalls,
		Left: budget.RunTime, RunTime: budget.RunTime, Private: []results.Score{},
	}
	dir := root.Trial(id)
	state, err := dir.Load()
	if errors.Is(err, fs.ErrNotExist) {
		if err = shelf.Missing(root, id); err != nil {
			s.State = unreadable
		}
		return s, err
	}
	if err != nil {
		s.State = unreadable
		return s, err
	}
	s.Attempts, s.Valid, s.Calls, s.Left = state.Replies(), state.ValidAttempts(), state.Usage.TeacherCalls, state.TimeLeft()
	s.Training = state.Training
	if best := state.BestAttempt(); best != nil {
		s.Best = best.Public
	}
	o, err := shelf.Trial(root, id)
	if s.Unproven = o.Unproven; err != nil {
		s.State = changed
		return s, err
	}
	if state.End == "" {
		writer, err := disk.Writer(dir.Writer(), env.Holder)
		if s.State = running; writer.PID == 0 {
			s.State = interrupted
		}
		if err != nil {
			s.State = unreadable
		}
		return s, err
	}
	if s.State = sealed; len(o.Finals) > 0 || !o.Valid {
		s.State = scored
	}
	s.Private = append(s.Private, o.Finals...)
	return s, nil
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
