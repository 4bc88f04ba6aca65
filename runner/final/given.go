package final

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"

	"autodatabench/results"
	"autodatabench/results/folder"
	"autodatabench/runner"
	"autodatabench/runner/student"
	"autodatabench/tasks"
)

const givenFile = "given.json"

// Given is a submission that no agent made: given/<name>/<domain>/given.json.
type Given struct {
	Name     string           `json:"name"`
	Domain   results.Domain   `json:"domain"`
	Suite    string           `json:"suite"`
	Protocol results.Protocol `json:"protocol"`
	Student  student.Identity `json:"student"`
	Seed     int64            `json:"seed"`
	Check    results.Check    `json:"check"`
}

func (g Given) dir(root string) string {
	return filepath.Join(root, "given", g.Name, string(g.Domain))
}

// Given trains the student on the rows once for each run and scores it. It
// refuses to mix them with the record of another submission of the same name.
func (s *Scorer) Given(ctx context.Context, g Given, task tasks.Task, rows []results.Row, runs int) ([]results.Outcome, error) {
	if _, err := s.Base(ctx, task); err != nil {
		return nil, fmt.Errorf("base student on %s: %w", task.Name, err)
	}
	record := struct {
		Given
		Rows string `json:"rows"` // digest
	}{Given: g}
	var err error
	if record.Rows, err = folder.DigestOf(rows); err != nil {
		return nil, err
	}
	path := filepath.Join(g.dir(s.Root), givenFile)
	was := record
	if err := folder.ReadJSON(path, &was); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if was.Rows != record.Rows || was.Seed != record.Seed {
		return nil, results.Bad("choose another --name", fmt.Errorf("%s: another submission was evaluated under this name", path))
	}
	if err := folder.WriteJSON(path, record); err != nil {
		return nil, err
	}
	for run := 1; run <= runs; run++ {
		dir := filepath.Join(g.dir(s.Root), "run-"+strconv.Itoa(run))
		if err := s.Submission(ctx, dir, task, g.Protocol.Recipe, rows, runner.Derive(g.Seed, "given", run)); err != nil {
			return nil, err
		}
	}
	return readGiven(s.Root, g)
}

// ReadGiven reads the outcomes of all given submissions of the experiment.
func ReadGiven(root string) ([]results.Outcome, error) {
	paths, err := filepath.Glob(filepath.Join(root, "given", "*", "*", givenFile))
	if err != nil {
		return nil, err
	}
	var outcomes []results.Outcome
	for _, path := range paths {
		var g Given
		if err := folder.ReadJSON(path, &g); err != nil {
			return nil, err
		}
		list, err := readGiven(root, g)
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, list...)
	}
	return outcomes, nil
}

// readGiven reads one outcome a run.
func readGiven(root string, g Given) ([]results.Outcome, error) {
	base, err := readBase(root, g.Domain)
	if err != nil {
		return nil, err
	}
	var outcomes []results.Outcome
	for run := 1; ; run++ {
		var score Score
		err := folder.ReadJSON(filepath.Join(g.dir(root), "run-"+strconv.Itoa(run), "score.json"), &score)
		if errors.Is(err, fs.ErrNotExist) {
			return outcomes, nil
		}
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, results.Outcome{
			TrialID: results.TrialID{Domain: g.Domain, Agent: g.Name, Run: run}, Kind: results.OfGiven,
			Experiment: filepath.Base(root), Suite: g.Suite, Protocol: g.Protocol.Name, Modified: g.Protocol.Modified,
			Student: g.Student.Name, Valid: true, BasePrivate: base, Finals: []results.Score{score.Private},
			Attempts: 1, ValidAttempts: 1, Failures: map[results.Failure]int{}, Embedded: g.Student.Embedded,
		})
	}
}
