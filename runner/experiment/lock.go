package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/agents/prompt"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// lock writes the experiment's resolved terms, or checks that the folder's are the same
// and lets the experiment grow if it is asked for more. It sees to it that the agents'
// definitions are beside them.
func (s *Setup) lock(ctx context.Context, p results.Protocol) error {
	if err := s.Root.Own(); err != nil {
		return err
	}
	locks, err := s.Root.Locks()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var was record.Lock
	if len(locks) > 0 {
		was = locks[len(locks)-1]
	}
	if err := s.probe(ctx, was, len(locks) > 0, p); err != nil {
		return err
	}
	now, err := s.terms(p)
	if err != nil {
		return err
	}
	if len(locks) > 0 {
		err = s.goOn(locks, now)
	} else if err = s.Root.Given().Write(s.Given); err == nil {
		err = s.Root.Lock().Write(now)
	}
	if err != nil {
		return err
	}
	return errors.Join(s.keepDefinitions(), s.keepLimits())
}

// goOn checks that the terms are those of the folder, and enters those with which the
// experiment grows, if it does.
func (s *Setup) goOn(locks []record.Lock, now record.Lock) error {
	was := locks[len(locks)-1]
	s.sameTeacher(&was, now)
	growth, err := Grow(string(s.Root), was, now)
	if err != nil {
		return err
	}
	s.File.keepTrials(growth.File)
	if len(growth.More) == 0 {
		return nil
	}
	scores, err := s.Root.OpenScores()
	if err != nil {
		return err
	}
	return scores.Grow(len(locks), growth.Lock)
}

// terms are all that decides what the experiment's trials come to.
func (s *Setup) terms(p results.Protocol) (record.Lock, error) {
	file, err := json.Marshal(s.File)
	if err != nil {
		return record.Lock{}, err
	}
	asked, err := TeacherDigest(s.Teacher)
	l := record.Lock{
		Format: record.Mark(), Version: s.Version, File: file, Protocol: p, Prompts: prompt.Digest(), Teacher: asked, Student: s.Identity,
		Adapted: s.adapted(),
		Tasks:   map[results.Domain]string{}, Agents: map[string]string{}, Titles: map[string]string{},
	}
	for d, t := range s.Tasks {
		l.Tasks[d] = t.Digest
	}
	for name, a := range s.Agents {
		l.Agents[name], l.Titles[name] = a.Digest, a.Definition.Title()
	}
	return l, err
}

// ofTeacher begins the digest of a teacher; locks of older programs have its name.
const ofTeacher = "sha256:"

// TeacherDigest is the digest of all that decides the teacher's answers, as a lock has it.
func TeacherDigest(t teacher.Teacher) (string, error) {
	var terms any = t.Name()
	if d, ok := t.(teacher.Described); ok {
		terms = d.Terms()
	}
	digest, err := disk.DigestOf(terms)
	return ofTeacher + digest, err
}

// keepDefinitions writes what the agents' definitions say, once: the lock holds
// their digests alone, and a definition file may be changed after the run.
func (s *Setup) keepDefinitions() error {
	for name, a := range s.Agents {
		file := s.Root.Definition(name)
		if file.Exists() {
			continue
		}
		if err := file.Write(a.Definition.Public()); err != nil {
			return err
		}
	}
	return nil
}

// Recorded reads the experiment file in the folder root, with its text. Its trials are
// those of the latest lock: the file stays as it was when the experiment began. A file
// that asks for other trials than any lock is refused.
func Recorded(root record.Experiment) (f File, given []byte, err error) {
	if f, err = ReadGiven(string(root.Given())); err != nil {
		return f, nil, err
	}
	locks, err := root.Locks()
	if err != nil {
		return f, nil, err
	}
	var known bool
	var latest File
	for i, l := range locks {
		if latest, err = fileOf(string(root.Lock()), l); err != nil {
			return f, nil, err
		}
		if f.Domains == nil && i == 0 {
			f.Domains = latest.Domains
		}
		known = known || slices.Equal(f.Trials(), latest.Trials())
	}
	if !known {
		return f, nil, &results.Error{
			Kind: results.Verification, Hint: "put the file back from a copy; to add trials, name them to resume, as in: autodatabench resume --runs 5 " + latest.Name,
			Err: fmt.Errorf("%s: it asks for other trials than the experiment began with", root.Given()),
		}
	}
	f.keepTrials(latest)
	given, err = root.Given().Read()
	return f, given, err
}

// Domains are those that the experiment in the folder root is to have.
func Domains(root record.Experiment) ([]results.Domain, error) {
	f, err := locked(root)
	return f.Domains, err
}

// locked is the experiment file of the latest lock, with its defaults.
func locked(root record.Experiment) (f File, err error) {
	l, err := root.ReadLock()
	if err != nil {
		return f, err
	}
	return fileOf(string(root.Lock()), l)
}

func fileOf(path string, l record.Lock) (f File, err error) {
	if err := json.Unmarshal(l.File, &f); err != nil {
		return f, results.Bad(fmt.Errorf("%s: %w", path, err))
	}
	return f, nil
}

// sameTeacher takes the teacher's digest for that of a lock that an older program wrote,
// if it holds a name alone and that is the teacher's.
func (s *Setup) sameTeacher(was *record.Lock, now record.Lock) {
	if byName, err := disk.DigestOf(s.Teacher.Name()); err == nil && was.Teacher == ofTeacher+byName {
		was.Teacher = now.Teacher
	}
	if was.Teacher == s.Teacher.Name() && !strings.HasPrefix(was.Teacher, ofTeacher) {
		was.Teacher = now.Teacher
	}
}

// CheckScorer refuses to score the experiment with another student or other
// tasks than it ran with, in one error for all of its trials.
func (s *Setup) CheckScorer() error {
	was, err := s.Root.ReadLock()
	if err != nil {
		return err
	}
	var begun File
	if err := json.Unmarshal(was.File, &begun); err != nil {
		return results.Bad(fmt.Errorf("%s: %w", s.Root.Lock(), err))
	}
	if !slices.Equal(begun.Domains, s.File.Domains) {
		return results.Bad(fmt.Errorf("%s: it names other domains than the experiment began with", s.Root.Given()), "put the file back from a copy")
	}
	other := ""
	for _, d := range s.File.Domains {
		if was.Tasks[d] != s.Tasks[d].Digest {
			other = "task " + string(d)
		}
	}
	if was.Student != s.Identity {
		other = fmt.Sprintf("student or arithmetic (%s)", was.Student.Arithmetic)
	}
	if other == "" {
		return nil
	}
	return results.Bad(fmt.Errorf("%s: the experiment ran with another %s than this program has", s.Root.Lock(), other),
		"score it with the build of the program that ran it, or run it again under another name")
}
