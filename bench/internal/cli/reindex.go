package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results/index"
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

// runReindex makes the index of out anew.
func runReindex(ctx context.Context, w setup.World, out string, asJSON bool) error {
	outcomes, broken, err := record.All(out)
	if err != nil {
		return err
	}
	db, err := index.Open(record.Index(out))
	if err != nil {
		return err
	}
	if err := errors.Join(db.Replace(ctx, outcomes), db.Close()); err != nil {
		return err
	}
	if asJSON {
		err = printData(w.Stdout, report.JSON, map[string]int{"outcomes": len(outcomes)})
	} else {
		_, err = fmt.Fprintf(w.Stdout, "%d outcomes in %s\n", len(outcomes), record.Index(out))
	}
	for _, b := range broken {
		err = errors.Join(err, b)
	}
	return err
}

// openIndex opens the index below out. It rebuilds one of another version of the
// program from the folders first, and warns of trials that it cannot read.
func openIndex(ctx context.Context, w setup.World, out string) (*index.Index, error) {
	db, err := index.Open(record.Index(out))
	if err != nil || !db.Stale() {
		return db, err
	}
	outcomes, broken, err := record.All(out)
	if err == nil {
		err = db.Replace(ctx, outcomes)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	for _, b := range broken {
		fmt.Fprintln(w.Stderr, "warning:", b)
	}
	return db, nil
}
