package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/gateway"
	"github.com/autodatabench/autodatabench/runner/teacher"
	"github.com/autodatabench/autodatabench/runner/teacher/procedural"
	"github.com/autodatabench/autodatabench/tasks"
)

// trial checks one trial.
func (v *Verifier) trial(id results.TrialID) {
	dir := v.Bundle.Root.Trial(id)
	place := id.Path()
	state, err := dir.Load()
	if err == nil && state.Spec.TrialID != id {
		err = fmt.Errorf("it is the trial %s, in another's folder", state.Spec.TrialID)
	}
	if err == nil && state.End == "" {
		err = errors.New("the trial has not ended")
	}
	if err != nil {
		v.report.check(States, place, v.local(err), "")
		return
	}
	v.report.check(Terms, place, v.local(v.spec(state.Spec)), "the trial's terms, by the experiment's")
	v.report.check(Marks, place, v.marks(state), "%s", markText(state))
	v.report.check(States, place, v.local(runner.CheckCourse(dir)), "%d attempts, in the order of the workflow", len(state.Attempts))
	if v.scores.Lacks(dir.Ledger()) {
		v.unmetered(state, place)
	} else {
		v.ledger(dir, state, place)
	}
	v.attempts(dir, state, place)
	v.public(dir, state, place)
	o, err := v.scores.Outcome(dir)
	if !v.report.check(Seals, place, v.local(err), "the seal, and every file under it") {
		return
	}
	if digest, err := disk.DigestFile(string(dir.SealFile())); err == nil {
		v.report.Seals[place] = digest
	}
	v.finals(dir, state, place)
	o.Audit = v.audit(dir, state, place, o.Audit)
	v.report.Outcomes = append(v.report.Outcomes, o)
}

// spec compares the trial's terms with the experiment's.
func (v *Verifier) spec(s results.Spec) error {
	is := func(what string, ok bool) error {
		if ok {
			return nil
		}
		return fmt.Errorf("the trial has another %s than the experiment", what)
	}
	l := v.lock
	return errors.Join(
		is("name", s.Experiment == v.file.Name), is("suite", s.Suite == v.file.Suite.String()),
		is("protocol", s.Protocol == l.Protocol), is("task", s.TaskDigest == l.Tasks[s.Domain]),
		is("version of the prompts", s.PromptDigest == l.Prompts), is("agent", s.AgentDigest == l.Agents[s.Agent]),
		is("student", s.Student == l.Student.Name && s.StudentDigest == l.Student.Digest && s.Arithmetic == l.Student.Arithmetic),
		is("seed", s.Seed == runner.Derive(v.file.Seed, s.TrialID.Path())),
		is("set of trials", v.planned[s.TrialID]),
		is("kind of student", s.Embedded == l.Student.Embedded),
		is("price of a GPU", equal(s.GPUPrice, v.file.GPUPrice)),
	)
}

func equal(a, b *float64) bool { return a == b || a != nil && b != nil && *a == *b }

// marks compares what the trial says of itself with what the experiment file asks for.
func (v *Verifier) marks(state *results.Trial) error {
	s := state.Spec
	var err error
	if (v.file.Teacher.Simulated() || v.procedural(s)) && !s.Simulated {
		err = errors.New("its teacher is simulated, which it does not say")
	}
	if none := v.file.Sandbox.Kind == "none"; none != s.Unsandboxed {
		err = errors.Join(err, fmt.Errorf("its sandbox is %q, which is not what it says", v.file.Sandbox.Kind))
	}
	return err
}

// procedural reports whether the trial's record names a teacher of this program, whatever
// the experiment file says.
func (v *Verifier) procedural(s results.Spec) bool {
	for _, t := range []teacher.Teacher{procedural.New(v.file.Seed), procedural.NewRewording(v.file.Seed)} {
		digest, err := experiment.TeacherDigest(t)
		if err == nil && digest == v.lock.Teacher || s.Teacher == t.Name() {
			return true
		}
	}
	return false
}

func markText(state *results.Trial) string {
	o := state.Outcome(results.Score{}, nil)
	text := "teacher and agent are LLMs, as the record has it"
	if o.Simulated {
		text = "it says that it is simulated"
	}
	if o.Modified {
		text += "; with a modified protocol"
	}
	if o.Unsandboxed {
		text += "; without a sandbox"
	}
	return text
}

// ledger checks the calls of teacher and agent, and the answers as far as they are there.
func (v *Verifier) ledger(dir record.Trial, state *results.Trial, place string) {
	budget := state.Spec.Protocol.Budget
	sum, err := gateway.ReadLedger(dir, budget)
	if errors.Is(err, fs.ErrNotExist) && state.Usage.TeacherCalls == 0 && state.Usage.AgentCalls == 0 {
		err = nil
	}
	if err == nil {
		err = within(state)
	}
	if err == nil {
		err = charged(dir, sum)
	}
	v.report.check(Budgets, place, v.local(err), "%d of %d calls of the teacher, in %d of %d attempts",
		sum.Total.Calls, budget.TeacherCalls, len(state.Attempts), budget.MaxAttempts(state.Spec.Workflow))
	read, found := 0, map[string]bool{} // found has no more than the ledger names, whatever the bundle holds
	reading := dir.Teacher().Read(func(digest string, _ record.Exchange) error {
		if read++; sum.Exchanges[digest] {
			found[digest] = true
		}
		return nil
	})
	switch {
	case reading != nil:
		v.report.check(Teacher, place, v.local(reading), "")
	case len(sum.Exchanges) == 0:
	case read == 0:
		v.report.add(Teacher, place, Trusted, "the teacher's answers are not in the bundle; the ledger has their digests")
	default:
		v.report.check(Teacher, place, among(sum.Exchanges, found), "%d answers, by the ledger", len(found))
	}
}

// within refuses a trial whose events alone are over its budget.
func within(state *results.Trial) error {
	budget := state.Spec.Protocol.Budget
	switch most := budget.MaxAttempts(state.Spec.Workflow); {
	case state.Elapsed < 0:
		return errors.New("the trial's events have a negative run time")
	case len(state.Attempts) > most:
		return fmt.Errorf("it has %d attempts of %d", len(state.Attempts), most)
	case state.Usage.TeacherCalls > budget.TeacherCalls:
		return fmt.Errorf("its events have %d calls of the teacher of %d", state.Usage.TeacherCalls, budget.TeacherCalls)
	}
	return nil
}

// unmetered checks the budget of a trial whose ledger was left out by its events, which
// their author could have written.
func (v *Verifier) unmetered(state *results.Trial, place string) {
	if err := within(state); err != nil {
		v.report.check(Budgets, place, v.local(err), "")
		return
	}
	v.report.add(Budgets, place, Trusted, "the bundle is light: the calls are those that the events tell of, and no ledger has them")
}

// attempts compares the texts of attempts, and the verdicts on the rows that are there.
func (v *Verifier) attempts(dir record.Trial, state *results.Trial, place string) {
	left := 0
	for _, a := range state.Attempts {
		if v.scores.Lacks(string(dir.Attempt(a.N).Submission())) {
			left++
		}
	}
	v.report.check(Attempts, place, v.local(runner.CheckRecord(dir, v.scores.Lacks)), "%d attempts, their texts and verdicts", len(state.Attempts))
	if left > 0 {
		v.report.add(Attempts, place, Trusted, "the bundle is light: it has the rows of the chosen attempt alone")
	}
}

// charged compares the calls of each execution, as the events have them, with the ledger.
func charged(dir record.Trial, sum gateway.Summary) error {
	var different error
	_, err := dir.Follow(func(e results.Event, state *results.Trial) {
		var data results.CodeData
		if e.Kind != results.CodeExecuted || json.Unmarshal(e.Data, &data) != nil {
			return
		}
		n := len(state.Attempts)
		if has := sum.Attempts[n]; has != (gateway.Usage{Calls: data.Calls, InputTokens: data.Input, OutputTokens: data.Output}) {
			different = errors.Join(different, fmt.Errorf("attempt %d has %d calls of the teacher in the events, and %d in the ledger, or other tokens", n, data.Calls, has.Calls))
		}
	})
	return errors.Join(err, different)
}

func among(ledger, found map[string]bool) error {
	for digest := range ledger {
		if !found[digest] {
			return fmt.Errorf("the answer %s that the ledger names is missing", results.ShortDigest(digest))
		}
	}
	return nil
}

// public judges the answers to the public set again.
func (v *Verifier) public(dir record.Trial, state *results.Trial, place string) {
	task, known := v.task(state.Spec.Domain)
	for _, a := range state.Attempts {
		if a.Public == nil || !known {
			continue
		}
		file := dir.Attempt(a.N).Public()
		kept, err := file.Read()
		if err == nil && a.Failure == "" {
			err = judge(task, kept)
		}
		v.report.check(Public, v.in(string(file)), v.local(err), "%d answers, judged again", len(kept.Judged))
	}
	if kept, err := v.Bundle.Root.BasePublic(state.Spec.Domain).Read(); err == nil && kept.Score != state.Spec.Base {
		v.report.add(Terms, place, Failed, "the base student's public score is another one than in the trial's terms")
	}
}

// judge judges public answers again.
func judge(task tasks.Task, kept record.Public) error {
	if len(kept.Judged) != len(task.Public) {
		return fmt.Errorf("there are %d answers to %d questions", len(kept.Judged), len(task.Public))
	}
	for i, item := range task.Public {
		j := kept.Judged[i]
		if j.Item != item.ID {
			return fmt.Errorf("answer %d is to another question", i+1)
		}
		if task.Evaluator.Judge(j.Response, item) != j.Verdict {
			return fmt.Errorf("the answer to %s has another verdict than the evaluator gives", item.ID)
		}
	}
	return kept.Recount()
}
