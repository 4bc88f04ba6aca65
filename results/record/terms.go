package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// rowTerms is what trials share that are runs of one row, but for their task.
type rowTerms struct {
	Suite, Prompts, Teacher, Agent string
	Protocol                       results.Protocol
	Student                        results.Identity
	Adapted                        []string
	Sandbox                        json.RawMessage
}

// lockedTerms is what the experiment's lock says of its rows.
type lockedTerms struct {
	shared rowTerms
	known  bool
}

// readTerms reads the terms of the experiment's rows. They are unknown where a rule gave
// the runs, and where the lock names the teacher alone.
func (e Experiment) readTerms() (t lockedTerms, err error) {
	l, err := e.ReadLock()
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err != nil {
		return t, err
	}
	var file struct {
		Sandbox json.RawMessage `json:"sandbox"`
		Until   string          `json:"until_decided"`
	}
	if err := json.Unmarshal(l.File, &file); err != nil {
		return t, results.Bad(fmt.Errorf("%s: %w", e.Lock(), err))
	}
	t.shared = rowTerms{Prompts: l.Prompts, Teacher: l.Teacher, Protocol: l.Protocol, Student: l.Student, Adapted: l.Adapted, Sandbox: file.Sandbox}
	t.known = file.Until == "" && strings.HasPrefix(l.Teacher, "sha256:") && file.Sandbox != nil
	return t, nil
}

// of is the short digest of the terms of the trial's row; empty for unknown ones.
func (t lockedTerms) of(spec results.Spec) (string, error) {
	if !t.known {
		return "", nil
	}
	row := t.shared
	row.Suite, row.Agent = spec.Suite, spec.AgentDigest
	digest, err := disk.DigestOf(row)
	return results.ShortDigest(digest), err
}

// identify fills in what tells whether the trial is a run of another experiment's row, or
// the same trial as one of its.
func (s *Scores) identify(o *results.Outcome, spec results.Spec) (err error) {
	s.mu.Lock()
	if s.terms == nil {
		t, err := s.root.readTerms()
		if err != nil {
			s.mu.Unlock()
			return err
		}
		s.terms = &t
	}
	terms := *s.terms
	s.mu.Unlock()
	if o.Terms, err = terms.of(spec); err != nil {
		return err
	}
	if l, ok := s.line(finalOf(spec.TrialID, 1)); ok {
		o.Rows = results.ShortDigest(l.Rows)
	}
	if l, ok := s.line(sealOf(spec.TrialID)); ok {
		o.Seal = results.ShortDigest(l.Seal)
	}
	return nil
}
