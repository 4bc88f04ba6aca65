// Package receipt signs what the verification of a bundle came to, and says whose
// signatures count.
//
// A receipt is an in-toto statement in a Sigstore bundle. Its subject is the bundle's
// file, and its [Predicate] has the results, the digests and versions that they rest on,
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
	Judged     int      `json:"judged"`     // trials whose private answers were judged again
	Retrained  int      `json:"retrained"`  // trials that were trained again
	Reproduced int      `json:"reproduced"` // of them, with the same score
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
}

// Of is the predicate of a report. Errors: results.Verification for one with a failure.
func Of(r verify.Report, by, program, arithmetic string, self bool, now time.Time) (Predicate, error) {
	p := Predicate{
		Bundle: r.Digest, Experiment: r.Experiment, Level: LevelOf(r, self), By: by, Time: now.UTC().Truncate(time.Second), Program: program, Arithmetic: arithmetic,
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
		p.Results = append(p.Results, Result{o.TrialID, r.Seals[o.TrialID.Path()], base, finals, o.Result().Gain(), o.StudentDigest, o.TaskDigest})
	}
	return p, nil
}

// bare is a score without its items, which the bundle has.
func bare(s results.Score) results.Score { return results.Score{Correct: s.Correct, Total: s.Total} }

// LevelOf is the level that the report allows. Trials are reproduced if at least two of
// them, and a tenth, were trained again and all had the same score. Where budgets are taken
// on trust, nobody but the author vouches for them.
func LevelOf(r verify.Report, self bool) Level {
	n := len(r.Outcomes)
	switch {
	case self || n == 0 || !r.Metered():
		return SelfAttested
	case r.Retrained >= min(n, max(2, (n+9)/10)) && r.Reproduced == r.Retrained:
		return Reproduced
	case r.Judged == n:
		return ThirdParty
	}
	return SelfAttested
}

// Statement is the in-toto statement of the predicate on the bundle's file.
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
	if err := s.Validate(); err != nil {
		return nil, err
	}
	raw, err := protojson.Marshal(s)
	if err != nil {
		return nil, err
	}
	return disk.Canonical(json.RawMessage(raw)) // protojson's spaces vary
}

// predicateOf reads the predicate of a statement on the file of the digest.
func predicateOf(s *attestation.Statement, digest string) (p Predicate, err error) {
	if s.GetPredicateType() != PredicateType {
		return p, fmt.Errorf("it is of the type %.100q", s.GetPredicateType())
	}
	if len(s.GetSubject()) != 1 || s.GetSubject()[0].GetDigest()["sha256"] != digest {
		return p, errors.New("it is about another bundle")
	}
	raw, err := protojson.Marshal(s.GetPredicate())
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(raw, &p)
}
