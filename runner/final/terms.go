package final

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/tasks"
)

// Terms are what a score depends on besides the rows and the seed. They stand
// beside every score, so that one made under other terms is never taken for it.
type Terms struct {
	Student  string           `json:"student"` // digest
	BLAS     string           `json:"blas"`
	Task     string           `json:"task"` // digest
	Sampling results.Sampling `json:"sampling"`
	Recipe   results.Recipe   `json:"recipe,omitzero"` // none for the base student
}

func (s *Scorer) terms(task tasks.Task, recipe results.Recipe) Terms {
	return Terms{Student: s.Identity.Digest, BLAS: s.Identity.BLAS, Task: task.Digest, Sampling: task.Brief.Sampling, Recipe: recipe}
}

// changed names what differs, empty for nothing.
func (t Terms) changed(was Terms) string {
	return differing([]part{
		{"student", t.Student == was.Student}, {"BLAS", t.BLAS == was.BLAS}, {"task", t.Task == was.Task},
		{"sampling", t.Sampling == was.Sampling}, {"recipe", t.Recipe == was.Recipe},
	})
}

// part is something that two records may share.
type part struct {
	name string
	same bool
}

func differing(parts []part) string {
	var names []string
	for _, p := range parts {
		if !p.same {
			names = append(names, p.name)
		}
	}
	return strings.Join(names, ", ")
}

// kept reports whether path holds a score; one under other terms is refused.
func kept(path string, terms Terms) (bool, error) {
	var was Score
	err := disk.ReadJSON(path, &was)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	names := terms.changed(was.Terms)
	if names == "" {
		return true, nil
	}
	err = fmt.Errorf("%s: it was scored with another %s", path, names)
	if was.Terms == (Terms{}) {
		err = fmt.Errorf("%s: an older version of the program made it and did not record with what", path)
	}
	return false, results.Bad("move that folder away to score it again, or choose another --out", err)
}

// sameStudentAndTask refuses to score a trial with another student or task than
// it ran with.
func (s *Scorer) sameStudentAndTask(spec results.Spec, task tasks.Task) error {
	names := differing([]part{
		{"student", s.Identity.Digest == spec.StudentDigest}, {"BLAS", s.Identity.BLAS == spec.BLAS}, {"task", task.Digest == spec.TaskDigest},
	})
	if names == "" {
		return nil
	}
	return results.Bad("score it with the build of the program that ran it, or run the experiment again under another name",
		fmt.Errorf("trial %s: it ran with another %s than this program has", spec.TrialID, names))
}
