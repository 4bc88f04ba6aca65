package final

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/tasks"
)

// Given is a submission that no agent made, and the terms under which it is to be
// scored.
type Given struct {
	Name     string
	Suite    string
	Protocol results.Protocol
	Seed     int64
	Check    results.Check
}

// sameGiven refuses a record of anything else in the file.
func sameGiven(file record.File[record.GivenTerms], now record.GivenTerms) error {
	was, err := file.Read()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	names := differing([]part{
		{"rows", now.Rows == was.Rows}, {"seed", now.Seed == was.Seed}, {"protocol", now.Protocol == was.Protocol},
		{"student", now.Student == was.Student}, {"suite", now.Suite == was.Suite}, {"task", now.Task == was.Task},
	})
	if names != "" {
		return results.Bad(fmt.Errorf("%s: this name was evaluated with another %s", file, names),
			"choose another --name, or move that folder away")
	}
	return nil
}

// Given trains the student on the rows once for each run and scores it. It
// refuses to mix them with the record of another submission of the same name.
func (s *Scorer) Given(ctx context.Context, g Given, task tasks.Task, rows []results.Row, runs int) ([]results.Outcome, error) {
	digest, err := disk.DigestOf(rows)
	if err != nil {
		return nil, err
	}
	dir := s.Root.Submission(g.Name, task.Brief.Domain)
	terms := record.GivenTerms{
		Format: s.Scores.Mark(), Name: g.Name, Domain: task.Brief.Domain, Suite: g.Suite, Protocol: g.Protocol,
		Student: s.Identity, Task: task.Digest, Seed: g.Seed, Check: g.Check, Rows: digest,
	}
	if err := sameGiven(dir.Terms(), terms); err != nil {
		return nil, err
	}
	if _, err := s.Base(ctx, task); err != nil {
		return nil, fmt.Errorf("base student on %s: %w", task.Name, err)
	}
	if !dir.Terms().Exists() { // else they are the same, and the log has their digest
		if err := dir.Terms().Write(terms); err != nil {
			return nil, err
		}
	}
	for run := 1; run <= runs; run++ {
		b := books{
			read:  func() (record.Score, error) { return s.Scores.Given(dir, g.Name, task.Brief.Domain, run) },
			enter: func() error { return s.Scores.EnterGiven(g.Name, task.Brief.Domain, run) },
		}
		if err := s.submission(ctx, dir.Run(run), b, task, g.Protocol.Recipe, rows, runner.Derive(g.Seed, "given", run)); err != nil {
			return nil, err
		}
	}
	return s.Scores.GivenOutcomes(dir)
}
