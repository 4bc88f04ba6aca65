package final

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/tasks"
)

const givenFile = "given.json"

// Given is a submission that no agent made: given/<name>/<domain>/given.json.
// The scorer fills in Student and Task.
type Given struct {
	Name     string           `json:"name"`
	Domain   results.Domain   `json:"domain"`
	Suite    string           `json:"suite"`
	Protocol results.Protocol `json:"protocol"`
	Student  student.Identity `json:"student"`
	Task     string           `json:"task"` // digest
	Seed     int64            `json:"seed"`
	Check    results.Check    `json:"check"`
}

// givenRecord is given.json.
type givenRecord struct {
	Given
	Rows string `json:"rows"` // digest
}

// checkAgainst refuses a record at path of anything else.
func (r givenRecord) checkAgainst(path string) error {
	var was givenRecord
	err := disk.ReadJSON(path, &was)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	names := differing([]part{
		{"rows", r.Rows == was.Rows}, {"seed", r.Seed == was.Seed}, {"protocol", r.Protocol == was.Protocol},
		{"student", r.Student == was.Student}, {"suite", r.Suite == was.Suite}, {"task", r.Task == was.Task},
	})
	if names != "" {
		return results.Bad("choose another --name, or move that folder away",
			fmt.Errorf("%s: this name was evaluated with another %s", path, names))
	}
	return nil
}

func (g Given) dir(root string) string {
	return filepath.Join(root, "given", g.Name, string(g.Domain))
}

// Given trains the student on the rows once for each run and scores it. It
// refuses to mix them with the record of another submission of the same name.
func (s *Scorer) Given(ctx context.Context, g Given, task tasks.Task, rows []results.Row, runs int) ([]results.Outcome, error) {
	g.Student, g.Task = s.Identity, task.Digest
	record := givenRecord{Given: g}
	var err error
	if record.Rows, err = disk.DigestOf(rows); err != nil {
		return nil, err
	}
	path := filepath.Join(g.dir(s.Root), givenFile)
	if err := record.checkAgainst(path); err != nil {
		return nil, err
	}
	if _, err := s.Base(ctx, task); err != nil {
		return nil, fmt.Errorf("base student on %s: %w", task.Name, err)
	}
	if err := disk.WriteJSON(path, record); err != nil {
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
		if err := disk.ReadJSON(path, &g); err != nil {
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
		err := disk.ReadJSON(filepath.Join(g.dir(root), "run-"+strconv.Itoa(run), "score.json"), &score)
		if errors.Is(err, fs.ErrNotExist) {
			return outcomes, nil
		}
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, results.Outcome{
			TrialID: results.TrialID{Domain: g.Domain, Agent: g.Name, Run: run}, Kind: results.OfGiven,
			Experiment: filepath.Base(root), Suite: g.Suite, Protocol: g.Protocol.Name, Modified: g.Protocol.Modified,
			Student: g.Student.Name, StudentDigest: results.ShortDigest(g.Student.Digest),
			ProtocolDigest: results.ProtocolDigest(g.Protocol), TaskDigest: results.ShortDigest(g.Task), Valid: true, BasePrivate: base, Finals: []results.Score{score.Private},
			Attempts: 1, ValidAttempts: 1, Failures: map[results.Failure]int{}, Embedded: g.Student.Embedded,
		})
	}
}
