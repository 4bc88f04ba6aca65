package verify

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/audit"
)

// audit audits the trial again, as far as the bundle allows, and returns what is known of
// its audit: the one that was made here, else the one that the bundle has.
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
	switch {
	case err != nil:
		v.report.check(Audit, place, v.local(err), "")
		return has
	case now.Missing > 0:
		v.report.add(Audit, place, Trusted, "the teacher's answers are not in the bundle, so that the origin of rows cannot be told")
		return has
	case there && (kept.Rules != now.Rules || absent != nil):
		v.report.add(Audit, place, Trusted, "the audit in the bundle is of other rules, or of a private set that is not at hand")
	case there:
		if err := same("audit than the trial has", now.Audit, kept); err != nil {
			err = fmt.Errorf("the bundle has %w", err)
			v.report.check(Audit, place, err, "")
		} else {
			v.report.add(Audit, place, Verified, "made again, the same: %s", now.Level)
		}
	default:
		v.report.add(Audit, place, Verified, "made here: %s", now.Level)
	}
	sum := results.Sum(now.Rules, now.Findings)
	return &sum
}
