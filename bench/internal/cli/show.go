package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/live"
	"github.com/autodatabench/autodatabench/bench/internal/pages"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/site"
	"github.com/autodatabench/autodatabench/report/trial"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
)

func showCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "show", Usage: "look into a trial: attempts, plans, code, logs, teacher calls, rows, wrong answers", ArgsUsage: "TRIAL",
		Description: "TRIAL is a trial's folder, or its experiment and words that name one trial: domain, workflow, setting, agent, run.\n" +
			"Also while the trial runs. Examples:\n\n" +
			"  autodatabench show demo/science/iterative/adaptive/1\n" +
			"  autodatabench show --attempt 2 demo/science/iterative/adaptive/1     # plan, code and log of an attempt\n" +
			"  autodatabench show --wrong --grep area demo/science/iterative/adaptive/1\n" +
			"  autodatabench show --calls --attempt 1 --limit 3 demo/science/iterative/adaptive/1",
		Flags: append(placeFlags(), outFlag(), jsonFlag(), formatFlag(),
			&cli.IntFlag{Name: "attempt", Usage: "this attempt: its plan, code and log; with --calls, --rows, --wrong: only of it", DefaultText: "all; of --rows and --wrong the chosen or the last"},
			&cli.BoolFlag{Name: "prompt", Usage: "with --attempt: what the agent was sent and answered, too"},
			&cli.BoolFlag{Name: "calls", Usage: "what the code asked the teacher, and the answers"},
			&cli.BoolFlag{Name: "rows", Usage: "rows of the submission, and why rows were dropped"},
			&cli.BoolFlag{Name: "wrong", Usage: "public questions that the student answered wrongly"},
			&cli.StringFlag{Name: "grep", Usage: "only calls, rows or answers that hold `TEXT`"},
			&cli.IntFlag{Name: "limit", Value: 20, Usage: "at most so many calls, rows or answers"}),
		Action: func(c *cli.Context) error {
			name, err := oneArgument(c, "a trial")
			if err != nil {
				return err
			}
			o := showOptions{
				format: formatOf(c), out: c.String("out"), places: placesOf(c), trial: name, attempt: c.Int("attempt"),
				prompt: c.Bool("prompt"), calls: c.Bool("calls"), rows: c.Bool("rows"), wrong: c.Bool("wrong"), grep: c.String("grep"), limit: c.Int("limit"),
			}
			if o.limit < 1 || o.attempt < 0 {
				return usage("--limit and --attempt count from 1")
			}
			return runShow(c.Context, env.World, o)
		},
	}
}

type showOptions struct {
	format             report.Format
	out                string
	places             setup.Places
	trial              string
	attempt            int // 0 for none named
	prompt             bool
	calls, rows, wrong bool
	grep               string
	limit              int
}

// shownTrial is what show prints as JSON: the trial, and what was asked for of it.
type shownTrial struct {
	trial.View
	Texts *trial.Texts  `json:"texts,omitempty"` // of the attempt that was named
	Calls []trial.Call  `json:"calls,omitempty"`
	Rows  []results.Row `json:"rows,omitempty"`
	Wrong []trial.Wrong `json:"wrong,omitempty"`
	Total *shownTotal   `json:"total,omitempty"`
}

// shownTotal is how many there are, of which show prints the first.
type shownTotal struct {
	Calls int `json:"calls"`
	Rows  int `json:"rows"`
	Wrong int `json:"wrong"`
}

// runShow prints a trial, or a part of it.
func runShow(ctx context.Context, w setup.World, o showOptions) error {
	e, dir, err := record.FindTrial(o.out, o.trial)
	if err != nil {
		return err
	}
	v, err := trial.Read(ctx, e, dir)
	if err != nil {
		return err
	}
	s := shownTrial{View: v}
	if o.attempt > 0 {
		if _, err := v.Attempt(o.attempt); err != nil {
			return err
		}
	}
	if err := s.read(e, dir, o); err != nil {
		return err
	}
	if o.format != report.Text || s.Texts == nil && s.Total == nil {
		err = show(w, o.format, s)
	} else {
		_, err = io.WriteString(w.Stdout, trial.Clean(s.text(o)))
	}
	if address, ok := live.Served(ctx, w.Cache(), filepath.Dir(string(e))); ok && o.format == report.Text && err == nil {
		_, err = fmt.Fprintf(w.Stdout, "\nin a browser: %s\n", address+site.TrialPage(filepath.Base(string(e)), v.TrialID, o.attempt))
	}
	return errors.Join(err, v.Problem)
}

// read reads what the options ask for beside the view.
func (s *shownTrial) read(e record.Experiment, dir record.Trial, o showOptions) (err error) {
	if o.calls || o.rows || o.wrong {
		s.Total = &shownTotal{}
	} else if o.attempt > 0 {
		texts, err := trial.ReadTexts(dir, o.attempt)
		s.Texts = &texts
		return err
	}
	n := o.attempt
	if o.calls {
		if s.Calls, s.Total.Calls, err = trial.ReadCalls(dir, n, o.grep, o.limit); err != nil {
			return err
		}
	}
	if n == 0 {
		n = max(1, s.Best)
		if s.Best == 0 {
			n = max(1, len(s.Attempts))
		}
	}
	if o.rows {
		if s.Rows, s.Total.Rows, err = trial.ReadRows(dir, n, o.grep, o.limit); err != nil {
			return err
		}
	}
	if o.wrong {
		questions, err := pages.Questions(e, s.Domain, o.places)
		if err != nil {
			return err
		}
		if s.Wrong, s.Total.Wrong, err = trial.ReadWrong(dir, n, questions, o.grep, o.limit); err != nil {
			return err
		}
	}
	return nil
}

// text is what show prints for a reader.
func (s shownTrial) text(o showOptions) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s - %s\n", s.TrialID, s.Experiment)
	if s.Texts != nil {
		a, _ := s.Attempt(o.attempt) // looked up before
		fmt.Fprintf(&b, "attempt %d: %s, %s\n", a.N, a.Op, a.Outcome)
		if o.prompt {
			for _, m := range s.Texts.Prompt {
				section(&b, "prompt, "+m.Role, m.Content)
			}
			section(&b, "reply", s.Texts.Reply)
		}
		section(&b, "plan", s.Texts.Plan)
		section(&b, "code", s.Texts.Code)
		section(&b, "log", s.Texts.Log)
		if s.Texts.Log == "" {
			section(&b, "failure", a.Detail)
		}
		dropped(&b, a.Check)
		return b.String()
	}
	if o.calls {
		for i, c := range s.Calls {
			section(&b, fmt.Sprintf("call %d of %d, attempt %d, %d + %d tokens, %s", i+1, s.Total.Calls, c.Attempt, c.Input, c.Output, c.Finish), c.Prompt+"\n--> "+c.Answer)
		}
		none(&b, "teacher call", s.Total.Calls)
	}
	if o.rows {
		for i, r := range s.Rows {
			section(&b, fmt.Sprintf("row %d of %d", i+1, s.Total.Rows), r.Prompt()+"\n--> "+r.Output)
		}
		none(&b, "row", s.Total.Rows)
		n := o.attempt
		if n == 0 {
			n = s.Best
		}
		if a, err := s.Attempt(n); err == nil {
			dropped(&b, a.Check)
		}
	}
	if o.wrong {
		for i, x := range s.Wrong {
			section(&b, fmt.Sprintf("wrong answer %d of %d, item %s", i+1, s.Total.Wrong, x.Item),
				fmt.Sprintf("%s\nexpected: %s\nreason: %s\n--> %s", x.Question, x.Expected, x.Reason, x.Response))
		}
		none(&b, "wrong public answer", s.Total.Wrong)
	}
	return b.String()
}

func section(b *strings.Builder, head, body string) {
	if strings.TrimSpace(body) != "" {
		fmt.Fprintf(b, "\n======== %s\n%s\n", head, strings.TrimRight(body, "\n"))
	}
}

func none(b *strings.Builder, what string, n int) {
	if n == 0 {
		fmt.Fprintf(b, "\nno %s\n", what)
	}
}

// dropped lists why rows of a submission were left out.
func dropped(b *strings.Builder, c *results.Check) {
	if c == nil || c.Rows == c.Kept {
		return
	}
	fmt.Fprintf(b, "\n======== %d of %d rows dropped\n", c.Rows-c.Kept, c.Rows)
	for _, d := range c.Dropped {
		fmt.Fprintf(b, "row %d: %s: %s\n", d.Row, d.Reason, d.Text)
	}
}
