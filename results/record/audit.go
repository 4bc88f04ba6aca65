package record

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// Origin is where a row of a submission comes from.
type Origin string

// The origins. A row of the first two has an answer of the trial's teacher in it.
const (
	TeacherMade Origin = "teacher-made"
	Processed   Origin = "post-processed"
	FromSeed    Origin = "copied from the seed pool" // the question, with an answer that no teacher gave
	FromPublic  Origin = "copied from the public set"
	InCode      Origin = "literal in the code"
	Unexplained Origin = "unexplained"
)

// Origins lists all origins.
func Origins() []Origin {
	return []Origin{TeacherMade, Processed, FromSeed, FromPublic, InCode, Unexplained}
}

// RowOrigins are the origins of a submission's rows, a letter for each place in its
// array: t teacher-made, p post-processed, s seed pool, e public set, c literal in the
// code, u unexplained, - not trained on. Rows after the last one trained on are left out.
type RowOrigins string

// letters are those of Origins, in its order.
const (
	letters    = "tpsecu"
	notTrained = '-'
)

// mostOrigins bounds the places of which origins are kept.
const mostOrigins = 20_000

// NewRowOrigins are the origins of the rows at the places, which rise from 0. Later
// places than the bound are left out.
func NewRowOrigins(places []int, origins []Origin) RowOrigins {
	var b []byte
	for i, place := range places {
		if place >= mostOrigins {
			break
		}
		for len(b) < place {
			b = append(b, notTrained)
		}
		b = append(b, letters[slices.Index(Origins(), origins[i])])
	}
	return RowOrigins(b)
}

// At is the origin of the row at the place, from 0; none for a row that was not
// trained on, or where the audit did not keep the origins.
func (o RowOrigins) At(place int) (Origin, bool) {
	if place >= len(o) {
		return "", false
	}
	i := strings.IndexByte(letters, o[place])
	if i < 0 {
		return "", false
	}
	return Origins()[i], true
}

// Overlap is what the rows share with an evaluation set. It holds counts alone, so that
// nothing of a private set is told.
type Overlap struct {
	Items       int `json:"items"`
	Copies      int `json:"copies"`      // rows with an item's question, whole or nearly
	Paraphrases int `json:"paraphrases"` // rows in other words with an item's numbers
	Shadows     int `json:"shadows"`     // rows that are an item's question but for its numbers
	Near        int `json:"near"`        // rows that MinHash finds to be nearly an item's question
	Longest     int `json:"longest"`     // tokens that a row and an item have in common in one run
	Runs        int `json:"runs"`        // rows with a run of at least 8 tokens
	Masked      int `json:"masked"`      // the longest run with numbers masked
}

// Round is an iteration's gains in accuracy over the base student, as shares.
type Round struct {
	Attempt int            `json:"attempt"`
	Public  results.Number `json:"public"`
	Private results.Number `json:"private"`
	Error   results.Number `json:"standard_error"` // of the difference
}

// Audit is audit.json: what the rules find in a trial. It is computed from the trial's
// folder and the task's sets, and may be made again at any time.
type Audit struct {
	Rules      int               `json:"rules"` // version of the rules
	Trial      results.TrialID   `json:"trial"`
	Head       string            `json:"head"`                 // digest of the trial's last event
	Attempt    int               `json:"attempt"`              // whose submission was chosen; 0 for none
	Submission string            `json:"submission,omitempty"` // digest
	Level      results.Level     `json:"level"`
	Findings   []results.Finding `json:"findings"`

	Rows       int                `json:"rows"` // that are trained on
	Origins    map[Origin]int     `json:"origins"`
	RowOrigins RowOrigins         `json:"row_origins,omitempty"` // a letter for each place in the submission
	Operations map[string]int     `json:"operations"`            // rows by what the program did to them
	Answers    int                `json:"answers"`               // of the teacher that the rows were compared with
	Missing    int                `json:"missing"`               // answers that the ledger names and the folder lacks
	Repeats    int                `json:"repeats"`               // rows beyond those that the teacher told
	Topics     results.Number     `json:"topics"`                // share of rows in the five largest groups of questions
	Sets       map[string]Overlap `json:"sets"`                  // public and, where it was at hand, private
	Rounds     []Round            `json:"rounds,omitempty"`
}

// AuditFile is the audit of the trial. It is no part of the seal, since it is made after
// the private set was opened.
func (t Trial) AuditFile() File[Audit] { return File[Audit](t.join(auditFile)) }

// Audited sums up the audit of the trial, nil where it has none or one of another state
// of the trial.
func (t Trial) Audited() (*results.Audited, error) {
	a, err := t.AuditFile().Read()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	head, err := disk.Head(t.Events())
	if err != nil || head != a.Head {
		return nil, err
	}
	sum := results.Sum(a.Rules, a.Findings)
	return &sum, nil
}
