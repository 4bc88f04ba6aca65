package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/tasks"
)

// Verifier checks a bundle.
type Verifier struct {
	Bundle      *bundle.Bundle
	Tasks       map[results.Domain]tasks.Task // that this program has, whatever their digests
	PrivateRoot string                        // of the private sets of task folders
	Again       *Again                        // nil: no training is made again

	Progress func(text string) // nil: nobody asks

	report  Report
	lock    record.Lock
	file    experiment.File
	scores  *record.Scores
	planned map[results.TrialID]bool // trials of the experiment
	judged  map[results.Domain]bool  // whose base answers were judged again
}

// Again makes trainings again.
type Again struct {
	Student  runner.Student
	Identity results.Identity
	Tasks    map[results.Domain]tasks.Task // fitted to the student
	Sample   int                           // trials, drawn by the bundle's digest and the nonce; 0 for all
	Nonce    string                        // chance of whoever verifies; without it an author can try out whom the digest draws
}

// Verify checks the bundle. The error is of this machine alone.
func (v *Verifier) Verify(ctx context.Context) (Report, error) {
	b := v.Bundle
	v.report = Report{Digest: b.Digest, Experiment: b.Experiment, Program: b.Program, Seals: map[string]string{}, Trained: map[string]string{}, Outcomes: []results.Outcome{}}
	v.judged = map[results.Domain]bool{}
	v.report.add(Archive, filepath.Base(b.Path), Verified, "%d files of %d bytes, by their digests", len(b.Files), sizes(b.Files))
	for _, l := range b.LeftOut {
		if part := record.PartOf(l.Path); part == record.Proof || part == record.Foreign {
			v.report.add(Archive, l.Path, Trusted, "left out: it %s", l.Why)
		}
	}
	if v.begin() {
		v.experiment()
		for _, id := range b.Trials {
			if err := context.Cause(ctx); err != nil {
				return v.report, err
			}
			v.say(id.String())
			v.trial(id)
		}
		v.given()
		if err := v.again(ctx); err != nil {
			return v.report, err
		}
	}
	v.report.sort()
	return v.report, nil
}

func (v *Verifier) say(text string) {
	if v.Progress != nil {
		v.Progress(text)
	}
}

func sizes(files []bundle.File) (total int64) {
	for _, f := range files {
		total += f.Size
	}
	return total
}

// begin opens the log and the lock, without which nothing can be said.
func (v *Verifier) begin() bool {
	root := v.Bundle.Root
	var err error
	if v.scores, err = root.OpenScores(); err == nil {
		err = v.scores.CheckLock()
	}
	if err == nil && v.scores.Kept() && v.scores.Head() == "" {
		err = errors.New("it has no log of scores")
	}
	if err != nil {
		return v.report.check(Log, v.in(""), v.local(err), "")
	}
	if v.scores.Kept() {
		v.report.add(Log, v.in(""), Verified, "the chain of seals and scores, whose head is %s", results.ShortDigest(v.scores.Head()))
	} else {
		v.report.add(Log, v.in(""), Trusted, "the experiment is of version 1 and has no log of scores")
	}
	if v.lock, err = root.ReadLock(); err == nil {
		err = json.Unmarshal(v.lock.File, &v.file)
	}
	if err == nil {
		err = v.file.Validate()
	}
	if n := planned(v.file); err == nil && n > maxTrials {
		err = fmt.Errorf("its file names %.0f trials; an experiment has at most %d", n, maxTrials)
	}
	if err != nil {
		return v.report.check(Terms, v.in(string(root.Lock())), v.local(err), "")
	}
	v.planned = map[results.TrialID]bool{}
	for _, id := range v.file.Trials() {
		v.planned[id] = true
	}
	return true
}

// maxTrials bounds the trials of an experiment, which are enumerated.
const maxTrials = 1_000_000

// planned counts the experiment's trials.
func planned(f experiment.File) float64 {
	return float64(f.Runs) * float64(len(f.Domains)) * float64(len(f.Workflows)) * float64(len(f.Settings)) * float64(len(f.Agents))
}

// in is the path of a file of the unpacked bundle, as the bundle names it.
func (v *Verifier) in(path string) string {
	if path == "" {
		return v.Bundle.Experiment
	}
	if rel, err := filepath.Rel(string(v.Bundle.Root), path); err == nil {
		return filepath.ToSlash(rel)
	}
	return path
}

// local names places of the bundle in an error by their paths in it.
func (v *Verifier) local(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(strings.ReplaceAll(oneLine(err), string(v.Bundle.Root)+string(filepath.Separator), ""))
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// same is an error that names what differs, nil for nothing.
func same(what string, was, now any) error {
	one, err := disk.DigestOf(was)
	if err != nil {
		return err
	}
	two, err := disk.DigestOf(now)
	if err == nil && one != two {
		err = fmt.Errorf("another %s", what)
	}
	return err
}
