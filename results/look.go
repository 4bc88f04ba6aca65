package results

// Entry names what is ranked in an experiment: an agent in one workflow and setting.
type Entry struct {
	Agent    string   `json:"agent"`
	Workflow Workflow `json:"workflow"`
	Setting  Setting  `json:"setting"`
}

// Entry is the entry that the trial is a run of.
func (id TrialID) Entry() Entry { return Entry{id.Agent, id.Workflow, id.Setting} }

// Look is what a rule decides after a round of runs: which entries get another run in
// every domain (methods.md section 10).
type Look struct {
	Number  int        `json:"number"`            // from 1
	Runs    int        `json:"runs"`              // of the entries that the round was for
	Decided []Decision `json:"decided,omitempty"` // at this look, in order
	Closed  int        `json:"closed"`            // pairs that are given up at this look, undecided
	Open    int        `json:"open"`              // pairs
	GoOn    []Entry    `json:"go_on,omitempty"`   // of the open pairs; none after the last look
}

// Decision says that one entry is better than another.
type Decision struct {
	Better     Entry   `json:"better"`
	Worse      Entry   `json:"worse"`
	Difference float64 `json:"difference"` // of the averages by which the board ranks, in its unit
	P          float64 `json:"p"`          // two-sided
	Level      float64 `json:"level"`      // that p is at most
}
