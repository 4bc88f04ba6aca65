package results

// Answers are the verdicts behind an outcome, by private item in the set's
// order: the base student's, and the trained student's for each final seed, of
// which there are none without a valid submission.
type Answers struct {
	Base   []bool
	Finals [][]bool
}

// OutcomeKey tells outcomes apart.
type OutcomeKey struct {
	Experiment string
	Kind       OutcomeKind
	TrialID
}

// Key is the outcome's.
func (o Outcome) Key() OutcomeKey { return OutcomeKey{o.Experiment, o.Kind, o.TrialID} }
