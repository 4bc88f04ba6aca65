package results

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// OutcomeKind says where an outcome comes from.
type OutcomeKind string

// The kinds of outcome.
const (
	OfAgent OutcomeKind = "agent" // a trial
	OfGiven OutcomeKind = "given" // a submission that no agent made (`evaluate`)
	OfPaper OutcomeKind = "paper" // printed in the publication
)

// Validate reports an error unless k is a known kind.
func (k OutcomeKind) Validate() error {
	return oneOf("kind of outcome", k, []OutcomeKind{OfAgent, OfGiven, OfPaper})
}

// Outcome is what one trial came to: all that rankings and statistics need of
// it, computed from its folder. In an outcome of kind given, Agent is the
// submission's name and Workflow and Setting are empty.
type Outcome struct {
	TrialID
	Kind       OutcomeKind `json:"kind"`
	Experiment string      `json:"experiment"`
	Suite      string      `json:"suite"`
	Protocol   string      `json:"protocol"`
	Modified   bool        `json:"modified"` // the protocol was left
	Teacher    string      `json:"teacher"`
	Student    string      `json:"student"`

	// Short digests of what outcomes must share to compare, since names stay when
	// what they name changes; empty where nothing is known, as of a publication.
	StudentDigest  string `json:"student_digest,omitempty"`
	ProtocolDigest string `json:"protocol_digest,omitempty"`
	TaskDigest     string `json:"task_digest,omitempty"`

	// Terms is the short digest of all else that decides what an agent's trials come to:
	// budgets and recipe, prompts, teacher, student, sandbox and the agent's definition.
	// Outcomes of two experiments with equal terms are runs of one row. It is empty where
	// the terms are not known, or where a rule gave the runs.
	Terms string `json:"terms,omitempty"`
	Seed  int64  `json:"seed,omitempty"` // of the trial
	Rows  string `json:"rows,omitempty"` // short digest of the rows that the student was trained on for its final score
	Seal  string `json:"seal,omitempty"` // short digest of the trial's seal

	Valid       bool    `json:"valid"`        // a valid submission was chosen
	BasePublic  Score   `json:"base_public"`  // the student before training
	BasePrivate Score   `json:"base_private"` //
	Public      *Score  `json:"public"`       // of the chosen submission; one-shot has none
	Finals      []Score `json:"finals"`       // private, one per final seed; empty until all are there

	// Printed stands in for the private scores where only percentages are known.
	Printed *Printed `json:"printed,omitempty"`

	Attempts      int             `json:"attempts"` // that the agent replied to
	ValidAttempts int             `json:"valid_attempts"`
	Failures      map[Failure]int `json:"failures"` // attempts by what went wrong
	Usage         Usage           `json:"usage"`
	Cost          Number          `json:"cost_usd"`   // of the agent's model and the GPUs; see [Usage.Money]
	Elapsed       time.Duration   `json:"elapsed_ns"` // run time counted against the budget
	End           EndReason       `json:"end"`        // empty while the trial runs

	Simulated   bool `json:"simulated"`   // the teacher or the agent is no LLM
	Embedded    bool `json:"embedded"`    // the student is the embedded one
	Unsandboxed bool `json:"unsandboxed"` // the agent's code ran without a sandbox

	// What is said of the folder. The scores of a trial that changed are left out.
	Changed   string    `json:"changed,omitempty"`    // what is not as it was sealed or scored, with its file
	Assurance Assurance `json:"assurance,omitempty"`  // by receipts; empty for none
	AssuredBy string    `json:"assured_by,omitempty"` // the signer

	Unpacked bool     `json:"unpacked,omitempty"` // from a bundle that somebody gave, which nothing here verified
	Unproven bool     `json:"unproven,omitempty"` // nothing proves the scores: the folder is of version 1, or not there
	Added    []string `json:"added,omitempty"`    // files of other programs in the folder, which change nothing

	Audit *Audited `json:"audit,omitempty"` // nil where there is none, or one of another state of the trial
}

// AsChanged is what may be shown of a trial whose files are not what they were: its
// name and its terms, and no figure.
func (o Outcome) AsChanged(why string) Outcome {
	return Outcome{
		TrialID: o.TrialID, Kind: o.Kind, Experiment: o.Experiment, Suite: o.Suite, Protocol: o.Protocol, Modified: o.Modified,
		Teacher: o.Teacher, Student: o.Student, StudentDigest: o.StudentDigest, ProtocolDigest: o.ProtocolDigest, TaskDigest: o.TaskDigest, Terms: o.Terms, Seed: o.Seed,
		Failures: map[Failure]int{}, Simulated: o.Simulated, Embedded: o.Embedded, Unsandboxed: o.Unsandboxed, Unproven: o.Unproven, Unpacked: o.Unpacked,
		End: o.End, Changed: why,
	}
}

// Printed holds the figures of a run that a publication gives as decimals.
type Printed struct {
	Accuracy float64 `json:"accuracy"` // %
	Base     float64 `json:"base"`     // %
	MATS     float64 `json:"mats"`
}

// Outcome sums the trial up with the base student's and the final scores on the
// private set. Scores of fewer than the protocol's final seeds are left out: the
// trial is not scored yet.
func (t *Trial) Outcome(base Score, finals []Score) Outcome {
	if len(finals) < t.Spec.Protocol.FinalSeeds {
		finals = nil
	}
	o := Outcome{
		TrialID: t.Spec.TrialID, Kind: OfAgent, Experiment: t.Spec.Experiment,
		Suite: t.Spec.Suite, Protocol: t.Spec.Protocol.Name, Modified: t.Spec.Protocol.Modified,
		Teacher: t.Spec.Teacher, Student: t.Spec.Student,
		StudentDigest: ShortDigest(t.Spec.StudentDigest), ProtocolDigest: ProtocolDigest(t.Spec.Protocol), TaskDigest: ShortDigest(t.Spec.TaskDigest),
		Seed: t.Spec.Seed, Valid: t.Best != 0, BasePublic: t.Spec.Base, BasePrivate: base, Finals: finals,
		Attempts: t.Replies(), ValidAttempts: t.ValidAttempts(), Failures: map[Failure]int{},
		Usage: t.spent(), Cost: t.spent().Money(t.Spec.GPUPrice), Elapsed: t.Elapsed, End: t.End,
		Simulated: t.Spec.Simulated || t.Simulated, Embedded: t.Spec.Embedded, Unsandboxed: t.Spec.Unsandboxed,
	}
	if best := t.BestAttempt(); best != nil {
		o.Public = best.Public
	}
	for _, a := range t.Attempts {
		if a.Failure != "" {
			o.Failures[a.Failure]++
		}
	}
	return o
}

// shortDigest is the length of digests in outcomes: enough to tell versions
// apart, short enough to show.
const shortDigest = 12

// ShortDigest is the beginning of a digest.
func ShortDigest(digest string) string { return digest[:min(shortDigest, len(digest))] }

// ProtocolDigest is the short digest of the protocol's budgets and recipe.
func ProtocolDigest(p Protocol) string {
	p.Name, p.Modified = "", false
	data, err := json.Marshal(p)
	if err != nil { // numbers and words always encode, unless one is no number
		return ""
	}
	sum := sha256.Sum256(data)
	return ShortDigest(hex.EncodeToString(sum[:]))
}

// Final is the accuracy on the private set, a share: the mean over the final
// seeds. Without a valid submission the student stays as it was, so that the
// gain is 0 (protocol.md section 8). It is missing before the trial has ended and is
// scored, and of a trial that was cancelled.
func (o Outcome) Final() Number {
	if o.Printed != nil {
		return Num(o.Printed.Accuracy/100, true)
	}
	if o.Changed != "" || o.Cancelled() || o.Kind == OfAgent && o.End == "" {
		return Number{}
	}
	if !o.Valid {
		return o.base()
	}
	accuracies := make([]Number, 0, len(o.Finals))
	for _, s := range o.Finals {
		accuracies = append(accuracies, Num(s.Accuracy(), s.Total > 0))
	}
	return Mean(accuracies)
}

// Cancelled reports whether the trial's user cancelled it.
func (o Outcome) Cancelled() bool { return o.End == EndCancelled }

func (o Outcome) base() Number {
	if o.Printed != nil {
		return Num(o.Printed.Base/100, true)
	}
	return Num(o.BasePrivate.Accuracy(), o.BasePrivate.Total > 0)
}

// Flagged reports whether an audit found a violation of the rules.
func (o Outcome) Flagged() bool { return o.Audit != nil && o.Audit.Level == Violation }

// AsBase is the run as it counts where a flagged one is the base student's: it has gained
// nothing. A run that lost is no better for being flagged.
func (o Outcome) AsBase() Run {
	r := o.Result()
	if o.Flagged() && r.Accuracy.Known && r.Base.Known {
		r.Accuracy.Value = min(r.Accuracy.Value, r.Base.Value)
	}
	return r
}

// Result is the outcome as scoring sees it.
func (o Outcome) Result() Run {
	r := Run{
		TrialID: o.TrialID, Valid: o.Valid, Base: o.base(), Accuracy: o.Final(),
		MATS: Num(MATS(o.Attempts, o.ValidAttempts)),
	}
	if o.Printed != nil {
		r.MATS = Num(o.Printed.MATS, true)
	}
	if o.Cancelled() {
		r.Valid, r.MATS = false, Number{}
	}
	return r
}

// Validate reports the first thing that cannot be, such as more correct answers
// than items; an index or a bundle that somebody else wrote is checked with it.
func (o Outcome) Validate() error {
	if err := o.Kind.Validate(); err != nil {
		return err
	}
	if err := o.Domain.Validate(); err != nil {
		return err
	}
	if o.Kind != OfGiven {
		if err := o.Workflow.Validate(); err != nil {
			return err
		}
		if err := o.Setting.Validate(); err != nil {
			return err
		}
	}
	if !ValidName(o.Agent) {
		return errors.New("agent " + NameProblem(o.Agent))
	}
	if o.Run < 1 {
		return fmt.Errorf("run %d: runs count from 1", o.Run)
	}
	if o.ValidAttempts < 0 || o.ValidAttempts > o.Attempts {
		return fmt.Errorf("%d valid attempts of %d", o.ValidAttempts, o.Attempts)
	}
	if p := o.Printed; p != nil && !(p.Accuracy >= 0 && p.Accuracy <= 100 && p.Base >= 0 && p.Base <= 100 && p.MATS >= 0) {
		return fmt.Errorf("printed accuracy %v, base %v, MATS %v: want percentages of 0 to 100 and MATS of 0 or more", p.Accuracy, p.Base, p.MATS)
	}
	for failure, n := range o.Failures {
		if n < 0 {
			return fmt.Errorf("%d attempts failed with %s", n, failure)
		}
	}
	if o.Elapsed < 0 || o.Cost.Known && o.Cost.Value < 0 {
		return fmt.Errorf("a run time of %v and a cost of %v: want none below 0", o.Elapsed, o.Cost.Value)
	}
	for _, s := range o.Finals {
		if o.BasePrivate.Total > 0 && s.Total != o.BasePrivate.Total {
			return fmt.Errorf("a final score of %d items, the base student's has %d", s.Total, o.BasePrivate.Total)
		}
	}
	if o.Audit != nil {
		if err := o.Audit.Level.Validate(); err != nil {
			return err
		}
	}
	scores := append([]Score{o.BasePublic, o.BasePrivate}, o.Finals...)
	if o.Public != nil {
		scores = append(scores, *o.Public)
	}
	for _, s := range scores {
		if err := s.validate(); err != nil {
			return err
		}
	}
	return nil
}
