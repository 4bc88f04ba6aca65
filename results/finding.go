package results

import (
	"cmp"
	"slices"
)

// Level is how grave a finding of an audit is.
type Level string

// The levels, from good to bad.
const (
	Clean     Level = "clean"
	Warning   Level = "warning"   // somebody should look at it; it changes no figure
	Violation Level = "violation" // against the rules: boards show the trial as scored and as the base
)

// Validate reports an error unless l is a known level.
func (l Level) Validate() error { return oneOf("level", l, levels()) }

func levels() []Level { return []Level{Clean, Warning, Violation} }

// Worse is the graver of two levels.
func (l Level) Worse(other Level) Level {
	if slices.Index(levels(), other) > slices.Index(levels(), l) {
		return other
	}
	return l
}

// Finding is what one rule of an audit says of a trial.
type Finding struct {
	Rule   string `json:"rule"`
	Level  Level  `json:"level"`
	Figure Number `json:"figure"` // missing where the rule could not be applied
	Text   string `json:"text"`   // the figure in words
}

// Audited sums an audit up for rankings.
type Audited struct {
	Rules    int       `json:"rules"` // version of the rules
	Level    Level     `json:"level"` // of the worst finding
	Findings []Finding `json:"findings,omitempty"`
}

// Sum keeps the findings that are not clean, the gravest first.
func Sum(rules int, findings []Finding) Audited {
	a := Audited{Rules: rules, Level: Clean}
	for _, f := range findings {
		a.Level = a.Level.Worse(f.Level)
		if f.Level != Clean {
			a.Findings = append(a.Findings, f)
		}
	}
	slices.SortStableFunc(a.Findings, func(x, y Finding) int {
		return cmp.Compare(slices.Index(levels(), y.Level), slices.Index(levels(), x.Level))
	})
	return a
}
