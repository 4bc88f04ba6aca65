// Package receipt signs what the verification of a bundle came to, and says whose
// signatures count.
//
// A receipt is an in-toto statement in a Sigstore bundle. Its subjects are the bundle's
// file and the log of scores in it, which names every seal and every score by digest. So
// a receipt on a bundle with the answers to a private set, which nobody may publish, is
// also one on the bundle without them. Its [Predicate] has the results, the digests and versions that they rest on,
// and how much of it the signer has computed again. [Sign] works offline with a key pair
// of [Keygen]. Others may sign a [Statement] without a key by cosign; [Check] takes both,
// as far as a [Trust] file names who may.
//
// The package is not for verifying bundles (runner/verify), and not for asking Sigstore's
// servers. Invariants: a report with a failure is never signed; a level is what the
// report has, and not what somebody asks for.
package receipt

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	attestation "github.com/in-toto/attestation/go/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/verify"
)

// PredicateType names the form of a [Predicate]. It is modelled on the predicate
// eval-result that is proposed for in-toto.
const PredicateType = "https://github.com/autodatabench/autodatabench/eval-result/v1"

// Level is how much of a bundle the signer has computed again.
type Level string

// The levels, from weak to strong.
const (
	SelfAttested Level = "self-attested" // by the bundle's own author, or with private scores on trust
	ThirdParty   Level = "third party"   // every private answer was judged again
	Reproduced   Level = "reproduced"    // students were trained again, with the same scores
)

// Predicate is what a receipt says.
type Predicate struct {
	Bundle     string    `json:"bundle"` // digest of the manifest
	Experiment string    `json:"experiment"`
	Level      Level     `json:"level"`
	By         string    `json:"evaluator"`
	Time       time.Time `json:"time"`
	Program    string    `json:"program"` // version that verified
	Arithmetic string    `json:"arithmetic,omitempty"`

	Metric     string   `json:"metric"`
	Results    []Result `json:"results"`
	Verified   int      `json:"verified"` // checks
	Trusted    int      `json:"taken_on_trust"`
	Judged     int      `json:"judged"`          // trials whose private answers were judged again
	Retrained  int      `json:"retrained"`       // trials that were trained again
	Reproduced int      `json:"reproduced"`      // of them, with the same score
	Nonce      string   `json:"nonce,omitempty"` // chance of the signer, by which they were drawn
}

// Result is the score of one trial.
type Result struct {
	results.TrialID
	Seal    string          `json:"seal"` // digest
	Base    results.Score   `json:"base"`
	Finals  []results.Score `json:"finals"` // by final seed
	Gain    results.Number  `json:"gain"`   // %
	Student string          `json:"student_digest"`
	Task    string          `json:"task_digest"`

	Audit *results.Audited `json:"audit,omitempty"` // as the signer found it
}

// Of is the predicate of a report. Errors: results.Verification for one with a failure.
func Of(r verify.Report, by, program, arithmetic string, self bool, now time.Time) (Predicate, error) {
	p := Predicate{
		Bundle: r.Digest, Nonce: r.Nonce, Experiment: r.Experiment, Level: LevelOf(r, self), By: by, Time: now.UTC().Truncate(time.Second), Program: program, Arithmetic: arithmetic,
		Metric: "relative gain in percent over the untrained student", Results: []Result{}, Judged: r.Judged, Retrained: r.Retrained, Reproduced: r.Reproduced,
	}
	if len(r.Failures()) > 0 {
		return p, &results.Error{Kind: results.Verification, Err: errors.New("a bundle with a false claim gets no receipt")}
	}
	for _, c := range r.Checks {
		if c.Status == verify.Trusted {
			p.Trusted++
		} else {
			p.Verified++
		}
	}
	for _, o := range r.Outcomes {
		base, finals := bare(o.BasePrivate), []results.Score{}
		for _, s := range o.Finals {
			finals = append(finals, bare(s))
		}
		p.Results = append(p.Results, Result{o.TrialID, r.Seals[o.TrialID.Path()], base, finals, o.Result().Gain(), o.StudentDigest, o.TaskDigest, o.Audit})
	}
	return p, nil
}

// bare is a score without its items, which the bundle has.
func bare(s results.Score) results.Score { return results.Score{Correct: s.Correct, Total: s.Total} }

// LevelOf is the level that the report allows. Trials are reproduced if at least two of
// them, and a tenth, were trained again and all had the same score; the signer's chance
// must have drawn them. Where vital parts are taken on trust, nobody but the author vouches
// for them.
func LevelOf(r verify.Report, self bool) Level {
	n := len(r.Outcomes)
	switch {
	case self || n == 0 || len(r.Open()) > 0:
		return SelfAttested
	case r.Retrained >= min(n, max(2, (n+9)/10)) && r.Reproduced == r.Retrained && (r.Nonce != "" || r.Retrained == r.Trainings):
		return Reproduced
	case r.Judged == n:
		return ThirdParty
	}
	return SelfAttested
}

// Subject is what a receipt is about.
type Subject struct {
	Path   string // of the bundle's file
	Digest string // of its manifest
	Log    string // SHA-256 of the log of scores in it; empty without one
}

// About is the bundle in the file as a subject.
func About(path string, b *bundle.Bundle) Subject {
	s := Subject{Path: path, Digest: b.Digest}
	for _, f := range b.Files {
		if record.IsScores(f.Path) {
			s.Log = f.Digest
		}
	}
	return s
}

// Statement is the in-toto statement of the predicate on the bundle's file and its log.
func Statement(b *bundle.Bundle, p Predicate) ([]byte, error) {
	digest, err := disk.DigestFile(b.Path)
	if err != nil {
		return nil, err
	}
	text, err := disk.Canonical(p)
	if err != nil {
		return nil, err
	}
	fields := &structpb.Struct{}
	if err := protojson.Unmarshal(text, fields); err != nil {
		return nil, err
	}
	s := &attestation.Statement{
		Type:          attestation.StatementTypeUri,
		Subject:       []*attestation.ResourceDescriptor{{Name: p.Experiment + ".adb", Digest: map[string]string{"sha256": digest}}},
		PredicateType: PredicateType, Predicate: fields,
	}
	if log := About(b.Path, b).Log; log != "" {
		s.Subject = append(s.Subject, &attestation.ResourceDescriptor{Name: logSubject, Digest: map[string]string{"sha256": log}})
	}
	if err := s.Validate(); err != nil {
		return nil, err
	}
	raw, err := protojson.Marshal(s)
	if err != nil {
		return nil, err
	}
	return disk.Canonical(json.RawMessage(raw)) // protojson's spaces vary
}

// logSubject names the log of scores among the subjects.
const logSubject = "log of scores"

// predicateOf reads the predicate of a statement on the bundle with the digest of the
// file, or on another one with the same log.
func predicateOf(s *attestation.Statement, file string, about Subject) (p Predicate, err error) {
	if s.GetPredicateType() != PredicateType {
		return p, fmt.Errorf("it is of the type %.100q", s.GetPredicateType())
	}
	whole, log := false, false
	for i, subject := range s.GetSubject() {
		digest := subject.GetDigest()["sha256"]
		whole = whole || i == 0 && digest == file
		log = log || i == 1 && subject.GetName() == logSubject && about.Log != "" && digest == about.Log
	}
	if !whole && !log {
		return p, errors.New("it is about another bundle")
	}
	raw, err := protojson.Marshal(s.GetPredicate())
	if err != nil {
		return p, err
	}
	if err = json.Unmarshal(raw, &p); err == nil && p.Bundle != about.Digest && !log {
		err = errors.New("it names another digest of the bundle")
	}
	return p, err
}
