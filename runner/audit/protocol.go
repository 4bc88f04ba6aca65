package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/gateway"
	"github.com/autodatabench/autodatabench/runner/submission"
)

// breach is what is wrong with a trial's protocol.
type breach struct {
	rule  string
	level results.Level
	text  string
}

// kinds are the events that a step of the workflow may leave.
var kinds = map[agents.ActionKind][]results.EventKind{
	agents.Ask:      {results.AttemptStarted, results.AgentReplied},
	agents.Execute:  {results.CodeExecuted},
	agents.Check:    {results.Checked},
	agents.Train:    {results.StudentUpdated, results.StudentTrained},
	agents.Evaluate: {results.PublicScored},
	agents.Finish:   {results.TrialEnded},
}

// ends are the reasons for which a step under way may end the trial.
var ends = []results.EndReason{results.EndTime, results.EndTokens, results.EndCost, results.EndAgent}

// follow folds the trial's events and derives every edge of the workflow again.
func follow(in Inputs) (*results.Trial, []breach, error) {
	state := &results.Trial{}
	var found []breach
	add := func(rule string, level results.Level, format string, args ...any) {
		found = append(found, breach{rule, level, fmt.Sprintf(format, args...)})
	}
	calls := map[int]int{}
	err := in.Trial.EachEvent(func(e results.Event) error {
		if why := edge(state, e); why != "" {
			add(ruleWorkflow, results.Violation, "event %d: %s", e.Seq, why)
		}
		if err := record.Apply(state, in.Trial.Events(), e); err != nil {
			return err
		}
		switch e.Kind {
		case results.CodeExecuted:
			var d results.CodeData
			if err := json.Unmarshal(e.Data, &d); err != nil {
				return err
			}
			calls[len(state.Attempts)] = d.Calls
		case results.Checked:
			var d results.CheckData
			if err := json.Unmarshal(e.Data, &d); err != nil {
				return err
			}
			if why := checkAgain(in.Trial.Attempt(len(state.Attempts)), d, state.Spec.Protocol.Budget); why != "" {
				add(ruleSubmission, results.Violation, "attempt %d: %s", len(state.Attempts), why)
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if state.Spec.Agent == "" {
		return nil, nil, results.Bad(errors.New("the log has no trial"))
	}
	checkLedger(in.Trial, state, calls, add)
	checkTerms(in, state, add)
	return state, found, nil
}

// edge says why the event cannot follow from the state, and is empty where it can.
func edge(state *results.Trial, e results.Event) string {
	switch e.Kind {
	case results.PlatformFault, results.StepCut:
		return ""
	case results.TrialStarted:
		if state.Spec.Agent != "" {
			return "the trial begins twice"
		}
		return ""
	}
	next, err := agents.Next(state)
	if err != nil {
		return err.Error()
	}
	if e.Kind == results.TrialEnded {
		var d results.EndData
		if json.Unmarshal(e.Data, &d) != nil || d.Reason == results.EndCancelled { // at any time, and without a score
			return ""
		}
		if next.Kind == agents.Finish && d.Reason == next.Reason || next.Kind != agents.Finish && slices.Contains(ends, d.Reason) {
			return ""
		}
		return fmt.Sprintf("the trial ends (%s), the workflow has %s next", d.Reason, next.Kind)
	}
	if !slices.Contains(kinds[next.Kind], e.Kind) {
		return fmt.Sprintf("%s, the workflow has %s next", e.Kind, next.Kind)
	}
	if e.Kind == results.AttemptStarted {
		var d results.AttemptData
		if json.Unmarshal(e.Data, &d) == nil && d.Op != next.Op {
			return fmt.Sprintf("operation %s, the workflow has %s", d.Op, next.Op)
		}
	}
	return ""
}

// checkAgain says how the verdict on a submission differs from the one that the file
// gets, and is empty where it does not or the file is not there.
func checkAgain(dir record.Attempt, said results.CheckData, budget results.Budget) string {
	data, err := dir.Submission().Read()
	if err != nil {
		return ""
	}
	if said.Submission != "" && said.Submission != disk.Digest(data) {
		return "the submission is not the file that the log names"
	}
	_, check := submission.Decode(bytes.NewReader(data), budget)
	if check.Valid != said.Valid || check.Kept != said.Kept || check.Used != said.Used {
		return fmt.Sprintf("the log has %d rows kept and %d used, the file %d and %d", said.Kept, said.Used, check.Kept, check.Used)
	}
	return ""
}

type adder func(rule string, level results.Level, format string, args ...any)

// checkLedger folds the ledger, which refuses a call over a budget, and compares its
// calls with those of the log.
func checkLedger(dir record.Trial, state *results.Trial, calls map[int]int, add adder) {
	sum, err := gateway.ReadLedger(dir, state.Spec.Protocol.Budget)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if state.Usage.TeacherCalls > 0 {
			add(RuleFiles, results.Warning, "the ledger is not in the folder, so that the budget is taken on trust")
		}
		return
	case err != nil:
		add(ruleBudget, results.Violation, "%v", err)
		return
	}
	for n, used := range calls {
		if has := sum.Attempts[n].Calls; has != used {
			add(ruleBudget, results.Violation, "attempt %d: the ledger has %d calls, the log %d", n, has, used)
		}
	}
}

// answeredCalls are the digests of the answered calls that the ledger names, by attempt.
// Errors: fs.ErrNotExist without a ledger.
func answeredCalls(dir record.Trial) (map[string]int, error) {
	named := map[string]int{}
	err := disk.ReadLog(dir.Ledger(), func(line []byte) error {
		var l record.LedgerLine
		if err := json.Unmarshal(line, &l); err != nil {
			return err
		}
		if l.Kind == record.Settle && l.Outcome == record.Answered {
			named[l.Exchange] = l.Attempt
		}
		return nil
	})
	return named, err
}

// checkTerms compares the trial's terms with the named protocol, with its final scores and
// with the task that is at hand.
func checkTerms(in Inputs, state *results.Trial, add adder) {
	spec := state.Spec
	for _, p := range results.Protocols() {
		if p.Name == spec.Protocol.Name && !spec.Protocol.Modified && results.ProtocolDigest(p) != results.ProtocolDigest(spec.Protocol) {
			add(ruleTerms, results.Violation, "budgets or recipe are not those of protocol %s, and the trial does not say so", p.Name)
		}
	}
	for k := 1; k <= spec.Protocol.FinalSeeds; k++ {
		score, err := in.Trial.Final(k).Score().Read()
		if err != nil {
			continue // not scored yet, or said by the commands that read scores
		}
		t := score.Terms
		if score.Training != nil && t.Recipe != spec.Protocol.Recipe || t.Student != spec.StudentDigest || t.Task != spec.TaskDigest {
			add(ruleTerms, results.Violation, "final score %d is of another recipe, student or task", k)
		}
	}
	if spec.Unsandboxed {
		add(ruleSandbox, results.Warning, "the agent's code ran without a sandbox, so that it may have read any file")
	}
	if in.Task.Digest != spec.TaskDigest {
		add(ruleTask, results.Warning, "the trial is of another version of the task: the rows are compared with today's sets")
	}
}

// rounds are the gains by iteration, as far as both scores are known.
func rounds(in Inputs, state *results.Trial) (list []record.Round) {
	if in.Base.Total == 0 {
		return nil
	}
	for _, a := range state.Attempts {
		private, ok := in.Rounds[a.N]
		if !ok && a.N == state.Best && len(in.Finals) > 0 {
			private, ok = in.Finals[0], true
		}
		if a.Public == nil || !ok {
			continue
		}
		public, base := a.Public.Accuracy()-state.Spec.Base.Accuracy(), private.Accuracy()-in.Base.Accuracy()
		variance := spread(*a.Public) + spread(state.Spec.Base) + spread(private) + spread(in.Base)
		list = append(list, record.Round{
			Attempt: a.N, Public: results.Num(public, true), Private: results.Num(base, true),
			Error: results.Num(math.Sqrt(variance), variance > 0),
		})
	}
	return list
}

// spread is the variance of an accuracy as a share of independent items.
func spread(s results.Score) float64 {
	p := s.Accuracy()
	return p * (1 - p) / float64(max(1, s.Total))
}
