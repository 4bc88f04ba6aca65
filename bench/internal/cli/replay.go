package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
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

type replayOptions struct {
	format  report.Format
	request setup.ReplayRequest
}

// runReplay runs one trial again after its record and compares.
func runReplay(ctx context.Context, w setup.World, o replayOptions) (err error) {
	r, err := setup.OpenReplay(ctx, w, o.request)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	state, failed := r.Run(ctx)
	if err := ctx.Err(); err != nil {
		return err
	}
	done := replayed{Trial: r.Spec.TrialID, Teacher: "asked again", Folder: string(r.Folder)}
	if o.request.Teacher {
		done.Teacher = "recorded"
	}
	if state != nil {
		done.Attempts = state.Replies()
	}
	if done.Difference, err = r.Compare(); err != nil {
		return err
	}
	done.Same = done.Difference == "" && failed == nil
	return errors.Join(printData(w, o.format, done, replayTable(done)), differs(done, failed))
}

func replayTable(done replayed) *table.Table {
	t := table.New("Replay", 1, "!trial", "teacher", ">attempts", "first difference")
	difference := done.Difference
	if done.Same {
		difference = "none"
	}
	t.Add(done.Trial.String(), done.Teacher, fmt.Sprint(done.Attempts), difference)
	return t
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
