package cli

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/final"
)

func adapterCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "adapter", Usage: "take away the student that a trial trained, as an adapter with a model card", ArgsUsage: "TRIAL",
		Description: "Hands the adapter of the trial's final score out, if the experiment kept it (keep_adapters: best or all). Else\n" +
			"the adapter is trained again, from the rows and the seed, and must come out equal to the bit.\n" +
			"transformers with PEFT, vLLM and llama.cpp's converter read it. Example:\n\n" +
			"  autodatabench student adapter --to adapter demo/science/one-shot-scratch/pipeline/run-1",
		Flags: append(placeFlags(), outFlag(), jsonFlag(), targetFlag("adapter and its README.md"),
			&cli.IntFlag{Name: "final-seed", Usage: "of the training with seed `N`, where a trial has more than one", Value: 1}),
		Action: func(c *cli.Context) error {
			name, err := oneArgument(c, "a trial")
			if err != nil {
				return err
			}
			to, err := targetOf(c)
			if err != nil {
				return err
			}
			return runAdapter(c.Context, env.World, adapterOptions{asJSON: c.Bool("json"), out: c.String("out"), trial: name, seed: c.Int("final-seed"), to: to, places: placesOf(c)})
		},
	}
}

type adapterOptions struct {
	asJSON bool
	out    string
	trial  string
	seed   int    // which final seed, from 1
	to     string // folder to make
	places setup.Places
}

// runAdapter hands a trial's adapter out, or trains it again, and writes its model card.
func runAdapter(ctx context.Context, w setup.World, o adapterOptions) (err error) {
	root, dir, err := record.FindTrial(o.out, o.trial)
	if err != nil {
		return err
	}
	if disk.Exists(o.to) {
		return results.Bad(fmt.Errorf("%s is there already", o.to), "name a folder that is to be made")
	}
	state, err := dir.Load()
	if err != nil {
		return err
	}
	score, how, err := adapter(ctx, w, o, root, dir, state.Spec.Domain)
	if err != nil {
		return errors.Join(err, os.RemoveAll(o.to))
	}
	card, err := modelCard(state, score)
	if err != nil {
		return err
	}
	if err := disk.WriteFile(filepath.Join(o.to, "README.md"), []byte(card)); err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(w, *score.Training)
	}
	fmt.Fprintf(w.Stdout, "adapter %.12s of %s, %s, equal to the scored one, in %s\n", score.Training.Digest, state.Spec.TrialID, how, o.to)
	return nil
}

// adapter leaves the trial's adapter in the folder of the options, and says how it was
// had. One that was kept needs nothing of what trains.
func adapter(ctx context.Context, w setup.World, o adapterOptions, root record.Experiment, dir record.Trial, d results.Domain) (score record.Score, how string, err error) {
	score, found, err := final.Kept(root, dir, o.seed, o.to)
	if err != nil || found {
		return score, "kept", err
	}
	f, given, err := experiment.Recorded(root)
	if err != nil {
		return score, "", err
	}
	o.places.Visible = true
	s, err := setup.Open(ctx, w, setup.Request{File: f, Given: given, Root: root, Places: o.places}, setup.Needs{})
	if err != nil {
		return score, "", err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	score, err = s.Adapter(ctx, dir, o.seed, d, o.to)
	return score, "trained again", err
}

//go:embed model_card.md.tmpl
var cardText string

// modelCard says what the adapter is of and how it scored.
func modelCard(state *results.Trial, score record.Score) (string, error) {
	t, err := template.New("card").Parse(cardText)
	if err != nil {
		return "", err
	}
	var card strings.Builder
	err = t.Execute(&card, map[string]any{
		"Spec": state.Spec, "Score": score, "Recipe": score.Terms.Recipe.Words(), "Percent": fmt.Sprintf("%.1f", 100*score.Private.Accuracy()),
	})
	return card.String(), err
}
