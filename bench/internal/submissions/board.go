package submissions

import (
	"fmt"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// Outcomes are the outcomes of all submissions without a problem, as a board counts them.
// A trial that lies in two counts once, in the one that is better assured; warnings say
// so, and name the submissions that are left out.
func Outcomes(list []Checked) (outcomes []results.Outcome, warnings []string) {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Checked) int {
		switch {
		case a.Assurance.Stronger(b.Assurance):
			return -1
		case b.Assurance.Stronger(a.Assurance):
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	of := map[string]string{} // submission by what identifies a trial
	for _, c := range list {
		if len(c.Problems) > 0 {
			warnings = append(warnings, fmt.Sprintf("%s is left out: %s", c.Name, c.Problems[0]))
			continue
		}
		twice := map[string]int{}
		for _, o := range c.Report.Outcomes {
			if other := claim(of, c, o); other != "" {
				twice[other]++
				continue
			}
			o.Experiment, o.Assurance, o.AssuredBy = c.Name, c.Assurance, c.AssuredBy
			o.Terms = "" // each submission is a row of its own, whoever else ran the same agent
			outcomes = append(outcomes, o)
		}
		for other, n := range twice {
			warnings = append(warnings, fmt.Sprintf("%d trials of %s are those of %s, and count once, as those of %s", n, c.Name, other, other))
		}
	}
	slices.Sort(warnings)
	return outcomes, warnings
}

// claim names the submission that has the trial already, else notes it as the
// submission's. Two trials are one if they have the same seal, or the same agent, terms,
// seed and final rows.
func claim(of map[string]string, c Checked, o results.Outcome) (other string) {
	for _, key := range []string{c.Report.Seals[o.Path()], c.Report.Trained[o.Path()]} {
		if key == "" {
			continue
		}
		if was := of[key]; was != "" && was != c.Name {
			return was
		}
		of[key] = c.Name
	}
	return ""
}
