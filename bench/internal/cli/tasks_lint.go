package cli

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks/folder"
	"github.com/autodatabench/autodatabench/tasks/private"
)

func lintCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "lint", Usage: "check a task folder and its private set", ArgsUsage: "FOLDER",
		Description: "Names file, line and reason of everything that is wrong, and exits with 3 if anything is. Example:\n\n" +
			"  autodatabench tasks lint --private-root private my-domain",
		Flags: []cli.Flag{privateRootFlag(), jsonFlag(), formatFlag()},
		Action: func(c *cli.Context) error {
			dir, err := oneArgument(c, "a task folder")
			if err != nil {
				return err
			}
			return runLint(env.World, lintOptions{format: formatOf(c), dir: dir, privateRoot: c.String("private-root")})
		},
	}
}

type lintOptions struct {
	format      report.Format
	dir         string
	privateRoot string
}

// linted is what lint says as JSON.
type linted struct {
	Task     string           `json:"task"`
	Digest   string           `json:"digest,omitempty"` // of a task without faults
	Public   int              `json:"public"`
	Private  int              `json:"private"`
	Seed     int              `json:"seed"`
	Findings []folder.Finding `json:"findings"`
	Similar  []folder.Similar `json:"similar"` // questions that are nearly the same as one in another set; no fault
}

// runLint prints what is wrong with a task folder, or the task's digest and sizes.
func runLint(w setup.World, o lintOptions) error {
	f, findings, err := folder.Open(o.dir)
	if err != nil {
		return err
	}
	if results.ValidName(f.Config.Name) { // else there is no path to look at
		findings = append(findings, private.Lint(o.privateRoot, f)...)
	}
	similar := []folder.Similar{}
	if results.ValidName(f.Config.Name) {
		similar = append(similar, private.Similar(o.privateRoot, f)...)
	}
	for i := range findings { // a line a finding, whatever the files hold
		findings[i].Reason = strings.Join(strings.Fields(findings[i].Reason), " ")
	}
	done := linted{
		Task: f.Config.Name, Public: len(f.Public), Private: f.Config.Sizes.Private, Seed: len(f.Seed), Findings: findings, Similar: similar,
	}
	if len(findings) > 0 {
		err := results.Bad(fmt.Errorf("%s: %d faults", o.dir, len(findings)))
		if o.format != report.Text {
			return errors.Join(printData(w, o.format, done, faultsTable(findings)), err)
		}
		for _, finding := range findings {
			fmt.Fprintln(w.Stdout, finding)
		}
		return err
	}
	task, err := f.Task()
	if err != nil {
		return err
	}
	done.Digest, done.Findings = task.Digest, []folder.Finding{}
	t := table.New("", 1, "!task", "!domain", ">public", ">private", ">seed pool", "digest")
	t.Add(task.Name, string(task.Brief.Domain), fmt.Sprint(done.Public), fmt.Sprint(done.Private), fmt.Sprint(done.Seed), task.Digest[:12])
	t.Note("no faults")
	if len(similar) == 0 {
		return printData(w, o.format, done, t)
	}
	return printData(w, o.format, done, t, similarTable(similar))
}

func faultsTable(findings []folder.Finding) *table.Table {
	t := table.New("Faults", 1, "!file", ">line", "reason")
	for _, f := range findings {
		line := ""
		if f.Line > 0 {
			line = fmt.Sprint(f.Line)
		}
		t.Add(f.File, line, f.Reason)
	}
	return t
}

// similarTable counts the questions that are nearly the same as one in another set,
// and shows the first.
func similarTable(similar []folder.Similar) *table.Table {
	const most = 10
	t := table.New("Nearly the same in two sets", 1, "!question", "!like", ">likeness")
	counts := map[string]int{}
	for i, a := range similar {
		counts[a.Sets]++
		if i < most {
			t.Add(a.Question, a.Other, fmt.Sprintf("%.2f", a.Likeness))
		}
	}
	for _, sets := range slices.Sorted(maps.Keys(counts)) {
		t.Note("%s: %d questions (5-word shingles, numbers aside; %d shown in all)", sets, counts[sets], min(most, len(similar)))
	}
	t.Note("who knows one may know the other: give them one \"group\", or leave one out")
	return t
}
