package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
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
		Action: func(c *cli.Context) error {
			if c.NArg() > 1 && strings.HasPrefix(c.Args().Get(1), "-") { // flags behind the folder
				again := env
				again.Args = argumentLast(env.Args, c.Args().First())
				return newApp(again).RunContext(c.Context, again.Args)
			}
			dir, err := oneArgument(c, "a folder to make")
			if err != nil {
				return err
			}
			o := newTaskOptions{
				asJSON: c.Bool("json"), dir: dir, privateRoot: c.String("private-root"), from: c.String("from"), domain: optional(c, "domain"),
				licence: c.String("licence"), source: c.String("source"), seed: c.Uint64("seed"),
			}
			if c.IsSet("evaluator") {
				o.evaluator = new(evaluatorOf(c, c.String("evaluator")))
			}
			return runNewTask(env.World, o)
		},
	}
}

// argumentLast moves the first argument that is the text behind all others.
func argumentLast(args []string, text string) []string {
	at := slices.Index(args, text)
	return append(slices.Delete(slices.Clone(args), at, at+1), text)
}

type newTaskOptions struct {
	asJSON      bool
	dir         string // folder to make
	privateRoot string
	from        string           // CSV file; empty for pairs to be replaced
	domain      *string          // nil for the folder's name
	evaluator   *evaluators.Spec // nil for the one that the answers suggest
	licence     string
	source      string // of the questions; empty for the file's name
	seed        uint64 // of the split
}

// runNewTask makes a task folder and its private set, and says what to do next.
func runNewTask(w setup.World, o newTaskOptions) error {
	pairs, config, err := o.config()
	if err != nil {
		return err
	}
	content, hidden := folder.FromPairs(config, pairs, func(keys []string, shares []int) []int {
		items := make([]split.Item, len(keys))
		for i, key := range keys {
			items[i].Keys = []string{key}
		}
		return split.Divide(items, shares, o.seed)
	})
	if err := roomFor(o.privateRoot, o.dir); err != nil {
		return err
	}
	task, err := writeFolder(o.privateRoot, o.dir, content, hidden)
	if err != nil {
		return err
	}
	made := madeTask{
		task.Name, o.dir, folder.PrivateFile(o.privateRoot, task.Name), content.Config.Evaluator.Kind,
		len(task.Public), len(hidden), len(task.Seed), task.Digest,
	}
	if o.asJSON {
		return printJSON(w.Stdout, made)
	}
	fmt.Fprintf(w.Stdout, "%s: %d public questions, %d private ones in %s, seed pool of %d, evaluator %s\n"+
		"next: edit %s and %s, then autodatabench tasks lint %s\n", made.Folder, made.Public, made.Hidden, made.Private, made.Seed, made.Evaluator,
		filepath.Join(made.Folder, folder.ConfigFile), filepath.Join(made.Folder, "description.md"), made.Folder)
	return nil
}

// madeTask is a new task as JSON.
type madeTask struct {
	Task      string `json:"task"`
	Folder    string `json:"folder"`
	Private   string `json:"private_set"`
	Evaluator string `json:"evaluator"`
	Public    int    `json:"public"`
	Hidden    int    `json:"private"`
	Seed      int    `json:"seed"`
	Digest    string `json:"digest"`
}

// config reads the pairs and says how they are judged.
func (o newTaskOptions) config() ([]folder.Pair, folder.Config, error) {
	name := filepath.Base(filepath.Clean(o.dir))
	config := folder.Config{
		Name: name, Title: "Questions on " + name, Domain: results.Domain(name), Licence: o.licence, Source: o.source,
		StudentSampling: folder.Sampling{MaxTokens: 256, Seed: 1},
	}
	if o.domain != nil {
		config.Domain = results.Domain(*o.domain)
	}
	if !results.ValidName(name) {
		return nil, config, results.Bad(fmt.Errorf("%s: a task's name has lower-case letters, digits, dots and dashes only", name))
	}
	if err := config.Domain.Validate(); err != nil {
		return nil, config, results.Bad(err)
	}
	pairs := folder.Starter()
	var findings []folder.Finding
	if o.from != "" {
		pairs, findings = folder.ReadPairs(o.from)
	}
	if err := refuse(findings); err != nil {
		return nil, config, err
	}
	if config.Source == "" {
		config.Source = "tasks new, examples to be replaced"
		if o.from != "" {
			config.Source = filepath.Base(o.from)
		}
	}
	config.Evaluator = folder.Guess(pairs)
	if o.evaluator != nil {
		config.Evaluator = *o.evaluator
	}
	e, err := evaluators.Open(config.Evaluator)
	if err != nil {
		return nil, config, usage("%s", err)
	}
	return pairs, config, refuse(folder.CheckPairs(o.from, pairs, e))
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
