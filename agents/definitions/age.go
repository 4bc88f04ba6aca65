package definitions

import (
	"fmt"
	"time"
)

// Age says when the facts of a definition were right, as dates YYYY-MM-DD. It is
// no part of a definition's digest: a model is the same one after its facts were
// looked up again.
type Age struct {
	Checked   string `yaml:"checked" json:"checked,omitempty"`     // the definition was tried with the provider
	Documents string `yaml:"documents" json:"documents,omitempty"` // its facts were taken from public documents
	Retires   string `yaml:"retires" json:"retires,omitempty"`     // from this day on the provider does not serve the model
}

// Warnings begin this long before a model retires, and this long after its facts
// were looked up.
const (
	soon  = 60 * 24 * time.Hour
	stale = 180 * 24 * time.Hour
)

// Facts is the last day on which the facts were looked up; empty when not known.
func (a Age) Facts() string { return max(a.Checked, a.Documents) }

// Warnings says what is wrong with the age on a day.
func (a Age) Warnings(now time.Time) []string {
	var list []string
	day := now.UTC().Truncate(24 * time.Hour)
	if at, err := time.Parse(time.DateOnly, a.Retires); err == nil {
		switch left := at.Sub(day); {
		case left <= 0:
			list = append(list, "the provider does not serve the model since "+a.Retires)
		case left <= soon:
			list = append(list, fmt.Sprintf("the provider serves the model until %s, %d days from now", a.Retires, left/(24*time.Hour)))
		}
	}
	if at, err := time.Parse(time.DateOnly, a.Facts()); err == nil && day.Sub(at) > stale {
		list = append(list, fmt.Sprintf("its price and windows are of %s, %d days ago", a.Facts(), day.Sub(at)/(24*time.Hour)))
	}
	return list
}

// check reports a date that is none.
func (a Age) check() error {
	for _, d := range []struct{ name, date string }{{"checked", a.Checked}, {"documents", a.Documents}, {"retires", a.Retires}} {
		if _, err := time.Parse(time.DateOnly, d.date); d.date != "" && err != nil {
			return fmt.Errorf("%s %q: want a date such as 2026-11-29", d.name, d.date)
		}
	}
	return nil
}
