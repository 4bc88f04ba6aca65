package results

import (
	"cmp"
	"slices"
)

// Maker says whether LLMs made a result.
type Maker string

// The makers.
const (
	BySimulation Maker = "simulated" // the teacher or the agent is a program
	ByModels     Maker = "real"
)

// Source says where a result's figures come from.
type Source string

// The sources.
const (
	FromTrials     Source = "measured" // by trials of an agent
	FromSubmission Source = "given"    // of a submission that no agent made
	FromPaper      Source = "paper"    // printed in the publication
)

// Assurance says who has computed a result again.
type Assurance string

// The assurances, from weak to strong.
const (
	SelfReported Assurance = "self-reported"
	Verified     Assurance = "verified"   // a third party judged every private answer again
	Reproduced   Assurance = "reproduced" // a third party trained students again, with the same scores
)

func assurances() []Assurance { return []Assurance{"", SelfReported, Verified, Reproduced} }

// Stronger orders assurances.
func (a Assurance) Stronger(b Assurance) bool {
	return cmp.Compare(slices.Index(assurances(), a), slices.Index(assurances(), b)) > 0
}

// Made says whether LLMs made the outcome.
func (o Outcome) Made() Maker {
	if o.Simulated {
		return BySimulation
	}
	return ByModels
}

// Source says where the outcome's figures come from.
func (o Outcome) Source() Source {
	switch o.Kind {
	case OfGiven:
		return FromSubmission
	case OfPaper:
		return FromPaper
	}
	return FromTrials
}

// Assured is who has computed the outcome again. Nothing raises one that left its
// protocol or ran without a sandbox: it does not compare with those that did neither.
func (o Outcome) Assured() Assurance {
	if o.Assurance == "" || o.Modified || o.Unsandboxed || o.Changed != "" {
		return SelfReported
	}
	return o.Assurance
}
