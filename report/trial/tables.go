package trial

import (
	"fmt"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// Tables is the trial's table of attempts.
func (v View) Tables() []table.Table {
	title := fmt.Sprintf("%s - %s", v.TrialID, v.Experiment)
	if v.Simulated {
		title += " (simulated)"
	}
	t := table.New(title, 1, ">attempt", "operation", "!outcome", ">rows", ">calls", ">agent s", ">code s", ">student s", "")
	for _, a := range v.Attempts {
		rows := table.Missing
		if a.Check != nil {
			rows = fmt.Sprintf("%d of %d", a.Check.Used, a.Check.Rows)
		}
		t.Add(fmt.Sprint(a.N), string(a.Op), a.Outcome, rows, table.Count(a.Calls),
			a.seconds(results.AgentReplied), a.seconds(results.CodeExecuted), a.seconds(results.StudentTrained, results.PublicScored), chosen(a))
	}
	t.Note("%s", v.summary())
	for _, a := range v.Attempts {
		if line := firstLine(a.Detail); line != "" {
			t.Note("Attempt %d: %s", a.N, line)
		}
	}
	for _, f := range v.Faults {
		t.Note("The platform failed in attempt %d (%s), and the step was done again: %s", f.Attempt, f.Step, firstLine(f.Error))
	}
	return []table.Table{*t}
}

func chosen(a Attempt) string {
	if a.Chosen {
		return "chosen"
	}
	return ""
}

// seconds is how long the steps of the kinds took, - without any.
func (a Attempt) seconds(kinds ...results.EventKind) string {
	sum, any := 0.0, false
	for _, s := range a.Steps {
		for _, k := range kinds {
			if s.Kind == k {
				sum, any = sum+s.Seconds, true
			}
		}
	}
	return table.Number(results.Num(sum, any), 1)
}

// summary is the trial in a sentence or two.
func (v View) summary() string {
	var b strings.Builder
	switch {
	case v.Changed != "":
		b.WriteString("It was changed after it ended, and does not count.")
	case v.Accuracy.Known && v.Best == 0:
		b.WriteString("No submission was valid, so the gain is 0.")
	case v.Accuracy.Known:
		fmt.Fprintf(&b, "Private accuracy %s %%, base %s %%", percent(v.Accuracy), percent(v.BaseAcc))
		if v.Gain.Known {
			fmt.Fprintf(&b, ", gain %+.1f %%", v.Gain.Value)
		}
		b.WriteString(".")
	case v.End == results.EndCancelled:
		b.WriteString("It has no score.")
	case v.End != "":
		b.WriteString("The trial has ended and has no private score yet.")
	default:
		b.WriteString("The trial has not ended.")
	}
	if v.End != "" {
		fmt.Fprintf(&b, " It ended because of: %s.", v.End)
	}
	fmt.Fprintf(&b, " %s teacher calls; run time %s.", table.Count(v.Usage.TeacherCalls), v.Elapsed.Round(time.Second/10))
	return b.String()
}

func percent(n results.Number) string { return table.Number(results.Num(100*n.Value, n.Known), 1) }

func firstLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) > 1 { // of a traceback, the last line says what was wrong
		return strings.TrimSpace(lines[0]) + " ... " + strings.TrimSpace(lines[len(lines)-1])
	}
	return lines[0]
}
