package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// suiteFlags choose the tasks.
func suiteFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "suite", Value: experiment.MiniSuite, Usage: "mini or paper"},
		&cli.StringSliceFlag{Name: "task", Usage: "task `FOLDER`, in place of a suite", TakesFile: true},
	}
}

// placeFlags say where the tasks lie.
func placeFlags() []cli.Flag { return []cli.Flag{privateRootFlag(), paperFlag()} }

func privateRootFlag() cli.Flag {
	return &cli.StringFlag{Name: "private-root", Value: "private", Usage: "`FOLDER` that holds the private sets of task folders", TakesFile: true}
}

func paperFlag() cli.Flag {
	return &cli.StringFlag{Name: "paper", Value: "paper", Usage: "`FOLDER` that holds the tasks of suite paper", TakesFile: true}
}

func placesOf(c *cli.Context) setup.Places {
	return setup.Places{Private: c.String("private-root"), Paper: c.String("paper")}
}

func suiteOf(c *cli.Context) experiment.Suite {
	if dirs := c.StringSlice("task"); len(dirs) > 0 {
		return experiment.Suite{Folders: dirs}
	}
	return experiment.Suite{Name: c.String("suite")}
}
