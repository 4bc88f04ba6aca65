package report

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

func (g Group) effort(common []Mark) table.Table {
	t, add := g.grid("Runs and effort", common, "!kind", ">valid runs", ">gain if valid", ">attempts", ">valid", ">calls", ">time")
	for _, r := range g.Rows {
		cells := []string{r.StandingBy(), fmt.Sprintf("%d/%d", r.ValidRuns, r.Runs), table.Number(r.GainValid, 2)}
		switch r.Kind {
		case results.OfPaper, results.OfGiven: // neither has any of the rest
			cells = append(cells, slices.Repeat([]string{table.Missing}, 4)...)
		default:
			cells = append(cells, strconv.Itoa(r.Attempts), percentWhole(r.validShare()), table.Count(r.Usage.TeacherCalls/r.Runs),
				(r.Elapsed / time.Duration(r.Runs)).Round(time.Second).String())
		}
		add(r, cells...)
	}
	t.Note("Kind: simulated; self-reported, checked by nobody but who ran it; paper, as printed. Gain if valid: over the runs with a valid submission alone. Valid: share of attempts with a valid submission. " +
		"Calls, time: teacher calls and run time, means over runs.")
	return *t
}

// validShare is the share of attempts with a valid submission.
func (r Row) validShare() results.Number {
	return results.Num(float64(r.ValidAttempts)/float64(max(1, r.Attempts)), r.Attempts > 0)
}

func (g Group) failures(common []Mark) table.Table {
	heads := []string{">attempts"}
	for _, f := range results.Failures() {
		heads = append(heads, ">"+shortFailure[f])
	}
	t, add := g.grid("Failed attempts", common, heads...)
	for _, r := range g.Rows {
		cells := []string{strconv.Itoa(r.Attempts)}
		for _, f := range results.Failures() {
			cells = append(cells, strconv.Itoa(r.Failures[f]))
		}
		if r.Kind != results.OfAgent {
			cells = slices.Repeat([]string{table.Missing}, len(cells))
		}
		add(r, cells...)
	}
	t.Note("timeout: code execution timeout; no code: code extraction failed; error: code runtime error; cut: LLM output truncated; too few: insufficient valid samples.")
	return *t
}

var shortFailure = map[results.Failure]string{
	results.CodeTimeout: "timeout", results.ExtractionFailed: "no code", results.RuntimeError: "error",
	results.OutputTruncated: "cut", results.InsufficientSamples: "too few", results.OtherFailure: "other",
}
