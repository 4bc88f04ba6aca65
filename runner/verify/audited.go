package verify

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/audit"
)

// audit audits the trial again, as far as the bundle allows, and returns what is known of
// its audit: what was found here, and what the bundle's own audit found beyond that.
func (v *Verifier) audit(dir record.Trial, state *results.Trial, place string, has *results.Audited) *results.Audited {
	kept, err := dir.AuditFile().Read()
	there := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		v.report.check(Audit, place, v.local(err), "")
		return has
	}
	task, known := v.task(state.Spec.Domain)
	if !known {
		v.report.add(Audit, place, Trusted, "this program does not have the trial's task")
		return has
	}
	in, absent, err := audit.OpenWith(v.scores, dir, state.Spec.TrialID, task, v.PrivateRoot)
	var now audit.Report
	if err == nil {
		now, err = audit.Run(in)
	}
	if err != nil {
		v.report.check(Audit, place, v.local(err), "")
		return has
	}
	switch {
	case now.Missing > 0 || v.scores.Lacks(dir.Ledger()):
		v.report.add(Audit, place, Trusted, "the teacher's answers or the ledger are not in the bundle, so that the origin of rows cannot be told")
	case absent != nil:
		v.report.add(Audit, place, Trusted, "the private set is not at hand, so that rows are not compared with it")
	case there && kept.Rules != now.Rules:
		v.report.add(Audit, place, Trusted, "the audit in the bundle is of other rules; here: %s", now.Level)
	case there:
		if err := same("audit than the trial has", now.Audit, kept); err != nil {
			v.report.check(Audit, place, fmt.Errorf("the bundle has %w", err), "")
		} else {
			v.report.add(Audit, place, Verified, "made again, the same: %s", now.Level)
		}
	default:
		v.report.add(Audit, place, Verified, "made here: %s", now.Level)
	}
	if has != nil { // what the bundle left out says nothing against the trial
		now.Findings = slices.DeleteFunc(now.Findings, func(f results.Finding) bool { return f.Rule == audit.RuleFiles })
	}
	sum := Graver(results.Sum(now.Rules, now.Findings), has)
	return &sum
}

// Graver is an audit with what another one of the same trial finds beyond it.
func Graver(now results.Audited, other *results.Audited) results.Audited {
	if other == nil {
		return now
	}
	found := now.Findings
	for _, f := range other.Findings {
		if !slices.ContainsFunc(found, func(o results.Finding) bool { return o.Rule == f.Rule && o.Level.Worse(f.Level) == o.Level }) {
			found = append(found, f)
		}
	}
	return results.Sum(now.Rules, found)
}
