package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results/record"
)

func reindexCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "reindex", Usage: "rebuild the SQLite index from the folders",
		Description: "The folders are the truth, and the index may be deleted at any time. A trial that cannot be read is named\n" +
			"and left out; the others are indexed. Example:\n\n  autodatabench reindex --out runs",
		Flags: []cli.Flag{outFlag(), jsonFlag()},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			return runReindex(c.Context, env.World, c.String("out"), c.Bool("json"))
		},
	}
}

// reindexed is what the index holds after reindex.
type reindexed struct {
	Outcomes int `json:"outcomes"`
	Changed  int `json:"changed"`
	Copies   int `json:"copied_folders"`
	Faults   int `json:"faults"`
}

// runReindex makes the index of out anew.
func runReindex(ctx context.Context, w setup.World, out string, asJSON bool) error {
	r, err := recorded.Rebuild(ctx, out)
	if err != nil {
		return err
	}
	said := reindexed{Copies: len(r.Copies), Faults: len(r.Faults)}
	for _, o := range r.Outcomes {
		if said.Outcomes++; o.Changed != "" {
			said.Changed++
		}
	}
	if asJSON {
		err = printJSON(w, said)
	} else {
		_, err = fmt.Fprintf(w.Stdout, "%d outcomes in %s\n", said.Outcomes, record.Index(out))
	}
	return errors.Join(err, recorded.Left(r, warnings(w)))
}
