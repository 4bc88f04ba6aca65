// Package verify checks a bundle (results/bundle) that somebody else made, and says
// of each claim whether it was verified, or taken on trust and why, or is false.
//
// These are computed again from the bundle: chains and digests, the states of trials,
// budgets, the verdicts on submissions and on public answers, and the count of every
// score. Private answers are judged again where the private set and the
// predictions are at hand; trainings are made again on demand. The rest is trust: an
// author who invents a whole experiment, and keeps to every rule in it, is found by
// training again alone.
//
// The package is not for unpacking (results/bundle), not for opening students (the caller
// does), and not for deciding who may vouch for a bundle (bench/internal/receipt).
// A false claim is a [Check] that failed; an error is a fault of this machine.
package verify

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/autodatabench/autodatabench/results"
)

// Status is what became of a check.
type Status string

// The statuses.
const (
	Verified Status = "verified"
	Trusted  Status = "taken on trust"
	Failed   Status = "failed"
)

// Name is what a check is about.
type Name string

// The checks, in the order in which they are shown.
const (
	Archive     Name = "archive"         // every byte, by the digests of the manifest
	Log         Name = "log"             // the chain of seals and scores
	Terms       Name = "terms"           // the experiment's, and each trial's by them
	Definitions Name = "definitions"     // of agents
	Marks       Name = "marks"           // simulated, modified protocol, unsandboxed
	Seals       Name = "seals"           // every file of a trial, as it was before the private set was opened
	States      Name = "states"          // events, in the order of the workflow
	Budgets     Name = "budgets"         // the ledger, by its chain and limits
	Attempts    Name = "attempts"        // prompts, replies, programs, submissions and verdicts
	Teacher     Name = "teacher answers" // by the digests in the ledger
	Public      Name = "public scores"   // judged again
	Scores      Name = "private scores"  // counted again, of the rows and seeds that they must be of
	Private     Name = "private answers" // judged again
	Audit       Name = "audit"
	Trainings   Name = "trainings" // made again
	Whole       Name = "completeness"
)

func names() []Name {
	return []Name{Archive, Log, Terms, Definitions, Marks, Seals, States, Budgets, Attempts, Teacher, Public, Scores, Private, Audit, Trainings, Whole}
}

// Check is one claim of a bundle, and what became of it.
type Check struct {
	Name   Name   `json:"check"`
	Place  string `json:"place"` // a file or a folder of the bundle
	Status Status `json:"status"`
	Text   string `json:"text"` // what was compared, why it was not, or what is wrong
}

// Report is what the verification of a bundle came to.
type Report struct {
	Digest     string            `json:"bundle"` // of the manifest
	Experiment string            `json:"experiment"`
	Program    string            `json:"packed_by"`
	Outcomes   []results.Outcome `json:"-"`
	Agents     map[string]string `json:"-"`     // digests of definitions
	Domains    []results.Domain  `json:"-"`     // that the experiment is to have
	Seals      map[string]string `json:"seals"` // digest of each trial's seal, by its path
	Trained    map[string]string `json:"-"`     // digest of all that decides each trial's final training, by its path
	Checks     []Check           `json:"checks"`
	Reproduced int               `json:"reproduced"` // trials whose training was made again with the same score
	Judged     int               `json:"judged"`     // trials whose private answers were judged again
	Retrained  int               `json:"retrained"`  // trials that were to be trained again
	Trainings  int               `json:"-"`          // trials that there was a training of
	Nonce      string            `json:"-"`          // by which they were drawn, beside the digest

	unread bool // a definition was not there, or could not be read
}

func (r *Report) add(name Name, place string, status Status, text string, args ...any) {
	r.Checks = append(r.Checks, Check{name, place, status, fmt.Sprintf(text, args...)})
}

// check adds the outcome of a comparison: verified, or failed with the error.
func (r *Report) check(name Name, place string, err error, text string, args ...any) bool {
	if err != nil {
		r.add(name, place, Failed, "%s", oneLine(err))
		return false
	}
	r.add(name, place, Verified, text, args...)
	return true
}

// sort orders the checks by name, keeping the order of places.
func (r *Report) sort() {
	slices.SortStableFunc(r.Checks, func(a, b Check) int {
		return cmp.Compare(slices.Index(names(), a.Name), slices.Index(names(), b.Name))
	})
}

// Failures lists the checks that failed.
func (r Report) Failures() (list []Check) {
	for _, c := range r.Checks {
		if c.Status == Failed {
			list = append(list, c)
		}
	}
	return list
}

// Trust is what is taken on trust for one reason.
type Trust struct {
	Check
	Number int // of places
}

// Trusts groups what is taken on trust by check and reason.
func (r Report) Trusts() (list []Trust) {
	for _, c := range r.Checks {
		if c.Status != Trusted {
			continue
		}
		i := slices.IndexFunc(list, func(t Trust) bool { return t.Name == c.Name && t.Text == c.Text })
		if i < 0 {
			i, list = len(list), append(list, Trust{Check: c})
		}
		list[i].Number++
	}
	return list
}

// Open lists the checks without which nobody but the author can vouch for a bundle, and
// which are taken on trust: what agents are, whether budgets were kept, where rows come
// from, and whether trials are missing.
func (r Report) Open() (names []Name) {
	for _, c := range r.Checks {
		vital := c.Name == Budgets || c.Name == Attempts || c.Name == Audit || c.Name == Whole || c.Name == Definitions && r.unread
		if vital && c.Status == Trusted && !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
		}
	}
	return names
}
