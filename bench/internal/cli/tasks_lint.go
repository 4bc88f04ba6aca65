package cli

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/folder"
	"github.com/autodatabench/autodatabench/tasks/mini"
	"github.com/autodatabench/autodatabench/tasks/private"
)

func lintCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "lint", Usage: "check a task folder and its private set", ArgsUsage: "FOLDER",
		Description: "Names file, line and reason of everything that is wrong, and exits with 3 if anything is. Example:\n\n" +
			"  autodatabench tasks lint --private-root private my-domain",
		Flags:  []cli.Flag{privateRootFlag(), jsonFlag(), formatFlag()},
		Action: func(c *cli.Context) error { return lintTask(c, env) },
	}
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

func lintTask(c *cli.Context, env Env) error {
	dir, err := oneArgument(c, "a task folder")
	if err != nil {
		return err
	}
	f, findings, err := folder.Open(dir)
	if err != nil {
		return err
	}
	if results.ValidName(f.Config.Name) { // else there is no path to look at
		findings = append(findings, private.Lint(c.String("private-root"), f)...)
	}
	similar := []folder.Similar{}
	if results.ValidName(f.Config.Name) {
		similar = append(similar, private.Similar(c.String("private-root"), f)...)
	}
	for i := range findings { // a line a finding, whatever the files hold
		findings[i].Reason = strings.Join(strings.Fields(findings[i].Reason), " ")
	}
	report := linted{Task: f.Config.Name, Public: len(f.Public), Private: f.Config.Sizes.Private, Seed: len(f.Seed), Findings: findings, Similar: similar}
	if len(findings) > 0 {
		err := results.Bad(fmt.Errorf("%s: %d faults", dir, len(findings)))
		if c.Bool("json") {
			return errors.Join(show(c, env, report), err)
		}
		for _, finding := range findings {
			fmt.Fprintln(env.Stdout, finding)
		}
		return err
	}
	task, err := f.Task()
	if err != nil {
		return err
	}
	report.Digest, report.Findings = task.Digest, []folder.Finding{}
	t := table.New("", 1, "!task", "!domain", ">public", ">private", ">seed pool", "digest")
	t.Add(task.Name, string(task.Brief.Domain), fmt.Sprint(report.Public), fmt.Sprint(report.Private), fmt.Sprint(report.Seed), task.Digest[:12])
	t.Note("no faults")
	if len(similar) == 0 {
		return show(c, env, report, t)
	}
	return show(c, env, report, t, similarTable(similar))
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

// taskNamed is a domain of suite mini or a task folder.
func taskNamed(arg string) (tasks.Task, error) {
	if _, err := os.Stat(filepath.Join(arg, folder.ConfigFile)); err == nil || strings.ContainsRune(arg, filepath.Separator) {
		return folder.Load(arg)
	}
	return mini.Load(results.Domain(arg))
}
