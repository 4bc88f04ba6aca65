package final

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/tasks"
)

func (s *Scorer) terms(task tasks.Task, recipe results.Recipe) record.Terms {
	return record.Terms{Student: s.Identity.Digest, Arithmetic: s.Identity.Arithmetic, Task: task.Digest, Sampling: task.Brief.Sampling, Recipe: recipe}
}

// changed names what differs, empty for nothing.
func changed(t, was record.Terms) string {
	return differing([]part{
		{"student", t.Student == was.Student}, {"arithmetic", t.Arithmetic == was.Arithmetic}, {"task", t.Task == was.Task},
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

// kept reports whether the file holds a score that counts; one under other terms is
// refused. A score that is gone is made again: the log takes none but the same.
func kept(file record.File[record.Score], b books, terms record.Terms) (bool, error) {
	if !file.Exists() {
		return false, nil
	}
	was, err := b.read()
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	names := changed(terms, was.Terms)
	if names == "" {
		return true, nil
	}
	err = fmt.Errorf("%s: it was scored with another %s", file, names)
	if was.Terms == (record.Terms{}) {
		err = fmt.Errorf("%s: an older version of the program made it and did not record with what", file)
	}
	return false, results.Bad(err, "move that folder away to score it again, or choose another --out")
}

// sameStudentAndTask refuses to score a trial with another student or task than
// it ran with.
func (s *Scorer) sameStudentAndTask(spec results.Spec, task tasks.Task) error {
	names := differing([]part{
		{"student", s.Identity.Digest == spec.StudentDigest}, {"arithmetic", s.Identity.Arithmetic == spec.Arithmetic}, {"task", task.Digest == spec.TaskDigest},
	})
	if names == "" {
		return nil
	}
	return results.Bad(fmt.Errorf("trial %s: it ran with another %s than this program has", spec.TrialID, names),
		"score it with the build of the program that ran it, or run the experiment again under another name")
}
