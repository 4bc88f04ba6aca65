package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/bench/internal/progress"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// pieceGap is between the pieces of a line.
const pieceGap = "  "

// stepWords are how a screen calls the steps.
var stepWords = map[progress.Step]string{
	progress.Ask: "asks the agent", progress.Execute: "runs its code", progress.Check: "checks the rows",
	progress.Train: "trains the student", progress.Evaluate: "asks the student", progress.Final: "final score",
}

// progressLines are how far an experiment is and a block for each running trial, in
// lines of less than width columns. With the line that the cursor is left on there are
// at most height: the cursor cannot go back to a line above the top.
func progressLines(s progress.Snapshot, width, height int) []string {
	lines := flow("", pieceGap, headPieces(s), width)
	lines = append(lines, flow("", pieceGap, spentPieces(s), width)...)
	room, left := height-1-len(lines), s.States[progress.Running]
	for _, t := range s.Trials {
		if t.State != progress.Running {
			continue
		}
		own, more := blockLines(t, s.Time, width), 0
		if left > 1 { // the line that counts the trials after this one
			more = 1
		}
		if len(own)+more > room {
			lines = append(lines, fmt.Sprintf("and %d more", left))
			break
		}
		lines, room, left = append(lines, own...), room-len(own), left-1
	}
	lines = lines[:max(0, min(len(lines), height-1))]
	for i := range lines {
		lines[i] = table.Cut(lines[i], width-1) // a full line would move the cursor on
	}
	return lines
}

func headPieces(s progress.Snapshot) []string {
	pieces := []string{fmt.Sprintf("%s: %d of %d trials done", s.Experiment, s.States[progress.Done], len(s.Trials))}
	for _, state := range []progress.State{progress.Running, progress.Stopped, progress.Waiting} {
		if n := s.States[state]; n > 0 {
			pieces = append(pieces, fmt.Sprintf("%d %s", n, state))
		}
	}
	if s.Elapsed > 0 {
		pieces = append(pieces, "elapsed "+s.Elapsed.Round(time.Second).String())
	}
	switch {
	case s.States[progress.Done] == len(s.Trials):
	case s.Left == nil:
		pieces = append(pieces, "time left: known after the first trials")
	default:
		pieces = append(pieces, about(*s.Left)+" left")
	}
	return pieces
}

func spentPieces(s progress.Snapshot) []string {
	calls := fmt.Sprintf("teacher calls %s of at most %s", table.Count(s.Calls), table.Count(s.MaxCalls))
	cost := "agents' models USD " + table.Number(s.Cost, 2)
	if !s.Cost.Known {
		cost = "agents' models: cost unknown"
	}
	if s.MaxCost.Known {
		cost += " of at most " + table.Number(s.MaxCost, 2)
	}
	return []string{calls, cost}
}

// blockLines show a running trial.
func blockLines(t progress.Trial, now time.Time, width int) []string {
	step := stepWords[t.Step]
	if step == "" {
		step = string(t.Step)
	}
	if !t.Since.IsZero() {
		step += " for " + now.Sub(t.Since).Round(time.Second).String()
		if t.Typical >= time.Second {
			step += ", usually " + t.Typical.Round(time.Second).String()
		}
	}
	head := []string{fmt.Sprintf("%s: %s", t.ID, step)}
	if t.Detail != "" {
		head = append(head, t.Detail)
	}
	used := []string{
		fmt.Sprintf("attempt %s %d/%d", bar(t.Attempt, t.MaxAttempts), t.Attempt, t.MaxAttempts),
		fmt.Sprintf("calls %s %s/%s", bar(t.Calls, t.MaxCalls), table.Count(t.Calls), table.Count(t.MaxCalls)),
		fmt.Sprintf("run time %s %s/%s", bar(int(t.RunTime.Milliseconds()), int(t.MaxRunTime.Milliseconds())), t.RunTime.Round(time.Second), t.MaxRunTime),
	}
	if t.Best != nil {
		used = append(used, "best public "+percent(t.Best)+" %")
	}
	if len(t.Failures) > 0 {
		used = append(used, "failed: "+failureWords(t.Failures))
	}
	if u := t.Update; u != nil && t.Detail == "" {
		head = append(head, fmt.Sprintf("update %d of %d, loss %.3f, %.0f tokens/s, %.1f GiB", u.Step, u.Total, u.Loss, u.TokensPerSecond, float64(u.Memory)/(1<<30)))
	}
	return append(flow("", pieceGap, head, width), flow("  ", pieceGap, used, width)...)
}

// outcomeLine says how a trial came out. why is the latest failure's detail.
func outcomeLine(o results.Outcome, why string) string {
	line := fmt.Sprintf("%s: ", o.TrialID)
	if o.Valid && len(o.Finals) > 0 {
		line += fmt.Sprintf("private %.1f %% (base %.1f %%)", 100*o.Final().Value, 100*o.BasePrivate.Accuracy())
	} else {
		line += "no valid submission"
	}
	attempts := "attempts"
	if o.Attempts == 1 {
		attempts = "attempt"
	}
	line += fmt.Sprintf(", %d %s, %d valid", o.Attempts, attempts, o.ValidAttempts)
	if failed := failureWords(o.Failures); failed != "" {
		line += " (" + failed
		if first, _, _ := strings.Cut(why, "\n"); first != "" && !o.Valid {
			line += "; the last: " + table.Cut(table.Plain(first), 100)
		}
		line += ")"
	}
	return line + fmt.Sprintf(", %s teacher calls", table.Count(o.Usage.TeacherCalls))
}

// failureWords count failures by kind, in the order of their names.
func failureWords(failures map[results.Failure]int) string {
	var words []string
	for _, f := range slices.Sorted(maps.Keys(failures)) {
		if n := failures[f]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, f))
		}
	}
	return strings.Join(words, ", ")
}

// about is an estimated time in words, coarser the longer it is.
func about(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("about %d s", int(d.Round(5*time.Second).Seconds()))
	case d < 10*time.Minute:
		d = d.Round(10 * time.Second)
		return fmt.Sprintf("about %d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	case d < 2*time.Hour:
		return fmt.Sprintf("about %d min", int(d.Round(time.Minute).Minutes()))
	}
	d = d.Round(5 * time.Minute)
	return fmt.Sprintf("about %d h %d min", int(d.Hours()), int(d.Minutes())%60)
}

// flow sets pieces beside each other, a gap between them, in lines of less than width
// columns. Lines after the first are indented two columns more.
func flow(indent, gap string, pieces []string, width int) (lines []string) {
	line := ""
	for _, piece := range pieces {
		switch {
		case line == "":
			line = indent + piece
		case table.Width(line)+len(gap)+table.Width(piece) < width:
			line += gap + piece
		default:
			lines, line = append(lines, line), indent+"  "+piece
		}
	}
	return append(lines, line)
}
