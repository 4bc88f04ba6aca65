package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/evaluators"
	"github.com/autodatabench/autodatabench/tasks/folder"
	"github.com/autodatabench/autodatabench/tasks/private"
	"github.com/autodatabench/autodatabench/tasks/split"
)

func newTaskCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "new", Usage: "make a task folder, from a CSV of questions and answers or to fill in", ArgsUsage: "FOLDER",
		Description: "The CSV's first line is question,answer. Two pairs become examples; the rest is parted 1:3 into public and private.\n" +
			"Without --evaluator the answers decide: numbers, a few choices, or texts. Examples:\n\n" +
			"  autodatabench tasks new geography\n" +
			"  autodatabench tasks new --from pairs.csv --source \"our exams of 2024\" --licence CC-BY-4.0 geography",
		Flags: append(evaluatorFlags(),
			privateRootFlag(), jsonFlag(),
			&cli.StringFlag{Name: "from", Usage: "CSV `FILE` of questions and answers", TakesFile: true},
			&cli.StringFlag{Name: "domain", Usage: "`WORD`; the folder's name if left out"},
			&cli.StringFlag{Name: "evaluator", Usage: "`KIND` of evaluator (autodatabench tasks judge --help)"},
			&cli.StringFlag{Name: "licence", Value: "not stated", Usage: "of the questions"},
			&cli.StringFlag{Name: "source", Usage: "where the questions come from"},
			&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "seed of the split"},
		),
		Action: func(c *cli.Context) error { return newTask(c, env) },
	}
}

func newTask(c *cli.Context, env Env) error {
	if c.NArg() > 1 && strings.HasPrefix(c.Args().Get(1), "-") { // flags behind the folder
		args := slices.Clone(env.Args)
		at := slices.Index(args, c.Args().First())
		env.Args = append(slices.Delete(args, at, at+1), c.Args().First())
		return newApp(env).RunContext(c.Context, env.Args)
	}
	dir, err := oneArgument(c, "a folder to make")
	if err != nil {
		return err
	}
	pairs, config, err := newConfig(c, dir)
	if err != nil {
		return err
	}
	content, hidden := folder.FromPairs(config, pairs, func(keys []string, shares []int) []int {
		items := make([]split.Item, len(keys))
		for i, key := range keys {
			items[i].Keys = []string{key}
		}
		return split.Divide(items, shares, c.Uint64("seed"))
	})
	return writeTask(c, env, dir, content, hidden)
}

// newConfig reads the pairs and says how they are judged.
func newConfig(c *cli.Context, dir string) ([]folder.Pair, folder.Config, error) {
	name := filepath.Base(filepath.Clean(dir))
	config := folder.Config{
		Name: name, Title: "Questions on " + name, Domain: results.Domain(name), Licence: c.String("licence"), Source: c.String("source"),
		StudentSampling: folder.Sampling{MaxTokens: 256, Seed: 1},
	}
	if c.IsSet("domain") {
		config.Domain = results.Domain(c.String("domain"))
	}
	if !results.ValidName(name) {
		return nil, config, results.Bad(fmt.Errorf("%s: a task's name has lower-case letters, digits, dots and dashes only", name))
	}
	if err := config.Domain.Validate(); err != nil {
		return nil, config, results.Bad(err)
	}
	pairs, path := folder.Starter(), c.String("from")
	var findings []folder.Finding
	if path != "" {
		pairs, findings = folder.ReadPairs(path)
	}
	if err := refuse(findings); err != nil {
		return nil, config, err
	}
	if config.Source == "" {
		config.Source = "tasks new, examples to be replaced"
		if path != "" {
			config.Source = filepath.Base(path)
		}
	}
	config.Evaluator = folder.Guess(pairs)
	if c.IsSet("evaluator") {
		config.Evaluator = evaluatorOf(c, c.String("evaluator"))
	}
	e, err := evaluators.Open(config.Evaluator)
	if err != nil {
		return nil, config, usage("%s", err)
	}
	return pairs, config, refuse(folder.CheckPairs(path, pairs, e))
}

// refuse makes an error of the first findings.
func refuse(findings []folder.Finding) error {
	const most = 20
	if len(findings) == 0 {
		return nil
	}
	list := ""
	for i, f := range findings {
		if i == most {
			list += fmt.Sprintf("\nand %d more", len(findings)-most)
			break
		}
		list += "\n" + f.String()
	}
	return results.Bad(fmt.Errorf("%s", list[1:]))
}

// writeTask writes the task and says what came of it.
func writeTask(c *cli.Context, env Env, dir string, content folder.Content, hidden []tasks.Item) error {
	if err := roomFor(c.String("private-root"), dir); err != nil {
		return err
	}
	task, err := writeFolder(c.String("private-root"), dir, content, hidden)
	if err != nil {
		return err
	}
	made := struct {
		Task      string `json:"task"`
		Folder    string `json:"folder"`
		Private   string `json:"private_set"`
		Evaluator string `json:"evaluator"`
		Public    int    `json:"public"`
		Hidden    int    `json:"private"`
		Seed      int    `json:"seed"`
		Digest    string `json:"digest"`
	}{task.Name, dir, folder.PrivateFile(c.String("private-root"), task.Name), content.Config.Evaluator.Kind, len(task.Public), len(hidden), len(task.Seed), task.Digest}
	if c.Bool("json") {
		return show(c, env, made)
	}
	fmt.Fprintf(env.Stdout, "%s: %d public questions, %d private ones in %s, seed pool of %d, evaluator %s\n"+
		"next: edit %s and %s, then autodatabench tasks lint %s\n", dir, made.Public, made.Hidden, made.Private, made.Seed, made.Evaluator,
		filepath.Join(dir, folder.ConfigFile), filepath.Join(dir, "description.md"), dir)
	return nil
}

// roomFor refuses places that a task cannot be written to.
func roomFor(root, dir string) error {
	if err := private.Apart(root, dir); err != nil {
		return results.Bad(err, "choose another --private-root")
	}
	return folder.Vacant(dir)
}

// writeFolder writes the private set, then the folder that has its digest, unless
// the folder would show what the set hides.
func writeFolder(root, dir string, content folder.Content, hidden []tasks.Item) (tasks.Task, error) {
	if err := refuse(content.Hides(hidden)); err != nil {
		return tasks.Task{}, results.Bad(fmt.Errorf("nothing is written: %w", err), "leave one of the two questions out, or try another --seed")
	}
	var err error
	if content.Config.PrivateDigest, err = private.Write(root, content.Config.Name, hidden); err != nil {
		return tasks.Task{}, err
	}
	if err := folder.Write(dir, content); err != nil {
		return tasks.Task{}, err
	}
	return folder.Load(dir)
}
