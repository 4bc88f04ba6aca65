package cli

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/evaluators"
	"github.com/autodatabench/autodatabench/tasks/folder"
	"github.com/autodatabench/autodatabench/tasks/importers"
	"github.com/autodatabench/autodatabench/tasks/private"
	"github.com/autodatabench/autodatabench/tasks/split"
)

func newTaskCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "new", Usage: "make a task folder, from a table of questions and answers or to fill in", ArgsUsage: "FOLDER",
		Description: "The table is a CSV, JSON, JSON lines or Parquet file with the columns question and answer, and context, group and aliases\n" +
			"if there are some. Two pairs become examples; the rest is parted 1:3 into public and private. Questions with one\n" +
			"context or group, and similar questions, stay in one set. Without --evaluator the answers decide: numbers, a\n" +
			"few choices, short or other texts. Examples:\n\n" +
			"  autodatabench tasks new geography\n" +
			"  autodatabench tasks new --from pairs.csv --source \"our exams of 2024\" --licence CC-BY-4.0 geography\n" +
			"  autodatabench tasks new --from exam.jsonl --question task --answer result --group chapter geography",
		Flags: append(evaluatorFlags(),
			privateRootFlag(), jsonFlag(),
			&cli.StringFlag{Name: "from", Usage: "`FILE` of questions and answers: CSV, JSON, JSON lines or Parquet", TakesFile: true},
			&cli.StringFlag{Name: "question", Usage: "`COLUMN` of the questions"},
			&cli.StringFlag{Name: "answer", Usage: "`COLUMN` of the answers"},
			&cli.StringFlag{Name: "context", Usage: "`COLUMN` of what a question is about, which is put before it"},
			&cli.StringFlag{Name: "group", Usage: "`COLUMN` that names questions which must stay in one set"},
			&cli.StringFlag{Name: "separator", Usage: "`SIGN` between the columns of a CSV, or tab; found out if left out"},
			&cli.BoolFlag{Name: "split-similar", Usage: "let similar questions be in different sets"},
			&cli.StringFlag{Name: "domain", Usage: "`WORD`; the folder's name if left out"},
			&cli.StringFlag{Name: "evaluator", Usage: "`KIND` of evaluator (autodatabench tasks judge --help)"},
			&cli.StringFlag{Name: "licence", Value: "not stated", Usage: "of the questions"},
			&cli.StringFlag{Name: "source", Usage: "where the questions come from"},
			&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "seed of the split"},
		),
		Action: func(c *cli.Context) error {
			dir, err := oneArgument(c, "a folder to make")
			if err != nil {
				return err
			}
			columns, err := columnsOf(c.String("question"), c.String("answer"), c.String("context"), c.String("group"), c.String("separator"))
			if err != nil {
				return err
			}
			return runNewTask(env.World, newTaskOptions{
				asJSON: c.Bool("json"), dir: dir, privateRoot: c.String("private-root"), from: c.String("from"), columns: columns,
				splitSimilar: c.Bool("split-similar"), domain: optional(c, "domain"), evaluator: evaluatorOf(c, c.String("evaluator")),
				chosen: c.IsSet("evaluator"), relative: c.IsSet("relative-tolerance"),
				licence: c.String("licence"), source: c.String("source"), seed: c.Uint64("seed"),
			})
		},
	}
}

type newTaskOptions struct {
	asJSON       bool
	dir          string // folder to make
	privateRoot  string
	from         string // table of questions and answers; empty for pairs to be replaced
	columns      folder.Columns
	splitSimilar bool
	domain       *string // nil for the folder's name
	evaluator    evaluators.Spec
	chosen       bool // the evaluator is to be used; else the answers decide, and its tolerances count
	relative     bool // its relative tolerance is set
	licence      string
	source       string // of the questions; empty for the file's name
	seed         uint64 // of the split
}

// runNewTask makes a task folder and its private set, and says what to do next.
func runNewTask(w setup.World, o newTaskOptions) error {
	pairs, guessed, config, err := o.config()
	if err != nil {
		return err
	}
	pairs, grouping := folder.Group(pairs, !o.splitSimilar)
	content, hidden := folder.FromPairs(config, pairs, func(keys [][]string, shares []int) []int {
		items := make([]split.Item, len(keys))
		for i := range keys {
			items[i].Keys = keys[i]
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
	told := guess{guessed, grouping}
	made := madeTask{
		task.Name, o.dir, folder.PrivateFile(o.privateRoot, task.Name), content.Config.Evaluator.Kind,
		len(task.Public), len(hidden), len(task.Seed), task.Digest, told,
	}
	if o.asJSON {
		return printJSON(w, made)
	}
	fmt.Fprintf(w.Stdout, "%s: %d public questions, %d private ones in %s, seed pool of %d, evaluator %s\n%s"+
		"next: edit %s and %s, then autodatabench tasks lint %s\n", made.Folder, made.Public, made.Hidden, made.Private, made.Seed, made.Evaluator, told.told(content.Config.Evaluator),
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
	Guessed   guess  `json:"guessed"`
}

// config reads the pairs and says how they are judged.
func (o newTaskOptions) config() ([]folder.Pair, folder.Guessed, folder.Config, error) {
	var guessed folder.Guessed
	name := filepath.Base(filepath.Clean(o.dir))
	config := folder.Config{
		Name: name, Title: "Questions on " + name, Domain: results.Domain(name), Licence: o.licence, Source: o.source,
		StudentSampling: folder.Sampling{MaxTokens: 256, Seed: 1},
	}
	if o.domain != nil {
		config.Domain = results.Domain(*o.domain)
	}
	if !results.ValidName(name) {
		return nil, guessed, config, results.Bad(errors.New("the task's name " + results.NameProblem(name)))
	}
	if err := config.Domain.Validate(); err != nil {
		return nil, guessed, config, results.Bad(err)
	}
	pairs := folder.Starter()
	var findings []folder.Finding
	var err error
	if o.from != "" {
		pairs, findings, err = importers.ReadPairs(o.from, o.columns)
	}
	if err := errors.Join(err, refuse(findings)); err != nil {
		return nil, guessed, config, err
	}
	if config.Source == "" {
		config.Source = "tasks new, examples to be replaced"
		if o.from != "" {
			config.Source = filepath.Base(o.from)
		}
	}
	guessed = folder.Guess(pairs)
	config.Evaluator = guessed.Evaluator
	if o.chosen {
		config.Evaluator = o.evaluator
	} else if config.Evaluator.Kind == "numeric" { // its tolerances may be set alone
		set := o.evaluator
		set.Kind = "numeric"
		if !o.relative {
			set.RelativeTolerance = config.Evaluator.RelativeTolerance
		}
		config.Evaluator = set
	}
	e, err := evaluators.Open(config.Evaluator)
	if err != nil {
		return nil, guessed, config, usage("%s", err)
	}
	return pairs, guessed, config, odd(o.chosen, guessed, refuse(folder.CheckPairs(o.from, pairs, e)))
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
