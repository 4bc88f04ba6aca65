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

// lock writes the experiment's resolved terms, or checks that the folder's are
// the same, and sees to it that the agents' definitions are beside them.
func (s *Setup) lock(ctx context.Context, p results.Protocol) error {
	was, err := s.Root.ReadLock()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	begun := err == nil
	if err := s.probe(ctx, was, begun, p); err != nil {
		return err
	}
	now, err := s.terms(p)
	switch {
	case err != nil:
		return err
	case !begun:
		if err := s.Root.Given().Write(s.Given); err != nil {
			return err
		}
		if err := s.Root.Lock().Write(now); err != nil {
			return err
		}
	default:
		if err := s.sameTerms(was, now); err != nil {
			return err
		}
	}
	return errors.Join(s.keepDefinitions(), s.keepLimits())
}

// terms are all that decides what the experiment's trials come to.
func (s *Setup) terms(p results.Protocol) (record.Lock, error) {
	file, err := json.Marshal(s.File)
	if err != nil {
		return record.Lock{}, err
	}
	asked, err := teacherDigest(s.Teacher)
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

// teacherDigest is the digest of all that decides the teacher's answers.
func teacherDigest(t teacher.Teacher) (string, error) {
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

// Recorded reads the experiment file in the folder root, with its text. Domains that
// the file left to the task folders are those with which the experiment began. A file
// that asks for other trials than those is refused.
func Recorded(root record.Experiment) (f File, given []byte, err error) {
	if f, err = Read(string(root.Given())); err != nil {
		return f, nil, err
	}
	begun, err := locked(root)
	if err != nil {
		return f, nil, err
	}
	if f.Domains == nil {
		f.Domains = begun.Domains
	}
	if !slices.Equal(f.Trials(), begun.Trials()) {
		return f, nil, &results.Error{
			Kind: results.Verification, Hint: "put the file back from a copy; other trials are another experiment, with a name of its own",
			Err: fmt.Errorf("%s: it asks for other trials than the experiment began with", root.Given()),
		}
	}
	given, err = root.Given().Read()
	return f, given, err
}

// Domains are those that the experiment in the folder root is to have.
func Domains(root record.Experiment) ([]results.Domain, error) {
	f, err := locked(root)
	return f.Domains, err
}

// locked is the experiment file with which the experiment began, with its defaults.
func locked(root record.Experiment) (f File, err error) {
	l, err := root.ReadLock()
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(l.File, &f); err != nil {
		return f, results.Bad(fmt.Errorf("%s: %w", root.Lock(), err))
	}
	return f, nil
}

// sameTerms refuses to go on under other terms. Some may differ: who wrote the
// lock, what pages call the agents, which their digests hold, on which host the
// teacher is, and where and how many at a time trials run.
func (s *Setup) sameTerms(was, now record.Lock) error {
	if byName, err := disk.DigestOf(s.Teacher.Name()); err == nil && was.Teacher == ofTeacher+byName {
		was.Teacher = now.Teacher // of a program that kept a digest of the name alone
	}
	if was.Teacher == s.Teacher.Name() && !strings.HasPrefix(was.Teacher, ofTeacher) {
		was.Teacher = now.Teacher // all that an older program's lock knows of it
	}
	digests := make([]string, 2)
	for i, l := range []record.Lock{was, now} {
		var f File
		err := json.Unmarshal(l.File, &f)
		if err != nil {
			return results.Bad(fmt.Errorf("%s: %w", s.Root.Lock(), err))
		}
		f.Parallel, f.Launcher, f.Outage = 0, Launcher{}, 0
		f.Teacher.BaseURL, f.Teacher.APIKeyEnv = "", "" // its digest holds the form of the address
		l.Format, l.Version, l.Titles = 0, "", nil
		if l.File, err = json.Marshal(f); err != nil {
			return err
		}
		if digests[i], err = disk.DigestOf(l); err != nil {
			return err
		}
	}
	if digests[0] != digests[1] {
		return results.Bad(fmt.Errorf("%s: the folder holds an experiment of this name under other terms", s.Root.Lock()),
			"choose another name or --out for the changed experiment")
	}
	return nil
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
