// Package record is the one owner of the files in an experiment's and a trial's
// folder: their names ([Experiment], [Trial] and the other typed paths), the Go
// type that each holds ([File]), how they are read back ([Trial.Load], [Scores.Outcomes]),
// the seal of a trial ([Trial.Seal]), and the log of an experiment's scores
// ([Scores]), without which no score counts.
//
// The folders are the truth of the program; everything that it shows is computed
// from them. bench/doc/trial-folder.md describes every file. The sandbox has a
// workspace of its own, whose names are a contract with agents' code and no part
// of the record; so are the folders of a cluster's jobs.
//
// # Format
//
// [Format] is the version of the folders that this program writes. A folder that
// names none has version 1. The program reads every version up to its own, and
// refuses a newer one ([CheckFormat]), since it could not tell what it overlooks.
// A resumed experiment keeps the version that it began with. Version 2 has the log
// of scores; outcomes of version 1 say that nothing proves their scores. Replays and the
// comparison of two locks ignore the version.
//
// The package is not for deciding anything: what an event does to a trial is in
// results, what a budget allows is in runner/gateway. It reads no clock.
package record

import (
	"fmt"

	"github.com/autodatabench/autodatabench/results"
)

// Format is the version of the folders that this program writes.
const Format = 2

// Mark is what a new folder says of its version: nothing for version 1, whose
// folders name none.
func Mark() int {
	if Format == 1 {
		return 0
	}
	return Format
}

// CheckFormat refuses a folder of a version that this program does not know; 0
// stands for a folder that names none.
func CheckFormat(path string, format int) error {
	if format >= 0 && format <= Format {
		return nil
	}
	return results.Bad(fmt.Errorf("%s: its format is %d; this program knows formats up to %d", path, format, Format),
		"read it with a newer version of the program")
}
