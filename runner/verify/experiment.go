package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/agents/prompt"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/tasks"
)

// experiment checks what all trials share.
func (v *Verifier) experiment() {
	root := v.Bundle.Root
	v.report.Agents, v.report.Domains = v.lock.Agents, v.file.Domains
	place := v.in(string(root.Lock()))
	v.report.check(Terms, place, v.local(v.terms()), "the experiment file, and the protocol that follows from it")
	for _, d := range slices.Sorted(maps.Keys(v.lock.Tasks)) {
		if _, ok := v.task(d); ok {
			v.report.add(Terms, place, Verified, "task %s is this program's, by its digest", d)
		} else {
			v.report.add(Terms, place, Trusted, "this program does not have task %s with its digest, so that its public answers cannot be judged", d)
		}
	}
	if v.lock.Prompts != prompt.Digest() {
		v.report.add(Terms, place, Trusted, "the prompt templates are another version's, so that prompts are known by their digests alone")
	}
	for _, name := range slices.Sorted(maps.Keys(v.lock.Agents)) {
		v.definition(name)
	}
	domains, err := root.Bases()
	if err != nil {
		v.report.check(Scores, v.in(""), v.local(err), "")
	}
	for _, d := range domains {
		v.base(d)
	}
	v.complete()
}

// terms compares the experiment file with the lock with which the experiment began, the
// protocol with both, and each later lock with the one before.
func (v *Verifier) terms() error {
	given, err := experiment.ReadGiven(string(v.Bundle.Root.Given()))
	if err != nil {
		return err
	}
	locks, err := v.Bundle.Root.Locks()
	if err != nil {
		return err
	}
	var begun experiment.File
	if err := json.Unmarshal(locks[0].File, &begun); err != nil {
		return err
	}
	if v.scores.Kept() && v.scores.Grown() != len(locks)-1 {
		return fmt.Errorf("the log knows %d times that the experiment grew, and there are %d further locks", v.scores.Grown(), len(locks)-1)
	}
	for i, l := range locks[1:] {
		if _, err := experiment.Grow(string(v.Bundle.Root.Grown(i+2)), locks[i], l); err != nil {
			return err
		}
	}
	if given.Domains == nil { // of task folders
		given.Domains = begun.Domains
	}
	p, err := v.file.Resolve()
	if err != nil {
		return err
	}
	var name error
	if v.file.Name != v.Bundle.Experiment {
		name = fmt.Errorf("it is of the experiment %q", v.file.Name)
	}
	return errors.Join(name, same("experiment file than the lock has", begun, given), same("protocol than the experiment file stands for", p, v.lock.Protocol))
}

// task is the task of the domain, if this program has the one of the lock.
func (v *Verifier) task(d results.Domain) (tasks.Task, bool) {
	t, ok := v.Tasks[d]
	return t, ok && t.Digest == v.lock.Tasks[d]
}

// definition compares the definition of the agent with the digest in the lock.
func (v *Verifier) definition(name string) {
	file := v.Bundle.Root.Definition(name)
	place := v.in(string(file))
	data, err := os.ReadFile(string(file))
	if err != nil {
		v.unknown(name, place, "the definition is not in the bundle")
		return
	}
	d, err := definitions.FromRecord(name, data)
	if err != nil {
		v.unknown(name, place, oneLine(err))
		return
	}
	if d.Simulated() && !v.file.Teacher.Simulated() {
		v.simulated(name)
	}
	if d.Provider == definitions.Command { // its folder is a path of the author's machine, and would be read on this one
		v.report.add(Definitions, place, Trusted, "the agent is a program, which is not in the bundle")
		return
	}
	digest, err := d.Digest()
	if err == nil && digest != v.lock.Agents[name] {
		err = errors.New("it is not the definition that the lock has the digest of")
	}
	v.report.check(Definitions, place, err, "by the digest in the lock")
}

// unknown notes an agent whose definition is not at hand. One with the digest of a program
// of ours is no LLM, whatever the bundle lacks.
func (v *Verifier) unknown(name, place, why string) {
	v.report.add(Definitions, place, Trusted, "%s", why)
	v.report.unread = true
	for _, own := range definitions.List() {
		d, err := definitions.Builtin(own)
		if err != nil || !d.Simulated() {
			continue
		}
		if digest, err := d.Digest(); err == nil && digest == v.lock.Agents[name] && !v.file.Teacher.Simulated() {
			v.simulated(name)
		}
	}
}

// simulated refuses trials of an agent that is no LLM and that do not say so.
func (v *Verifier) simulated(agent string) {
	for _, id := range v.Bundle.Trials {
		if id.Agent != agent {
			continue
		}
		if state, err := v.Bundle.Root.Trial(id).Load(); err == nil && !state.Spec.Simulated {
			v.report.add(Marks, id.Path(), Failed, "agent %s is no LLM, and the trial does not say that it is simulated", agent)
		}
	}
}

// complete says what the bundle lacks of its experiment.
func (v *Verifier) complete() {
	there, err := v.Bundle.Root.Trials()
	var named, found []string
	for _, id := range v.Bundle.Trials {
		named = append(named, id.Path())
	}
	for _, t := range there {
		found = append(found, v.in(string(t)))
	}
	slices.Sort(named)
	if err == nil && !slices.Equal(named, found) {
		err = fmt.Errorf("the manifest names the trials %s, the files are of %s", strings.Join(named, ", "), strings.Join(found, ", "))
	}
	if !v.report.check(Whole, v.in(""), v.local(err), "%d trials of the %d of the experiment", len(named), len(v.planned)) {
		return
	}
	here := map[results.TrialID]bool{}
	for _, id := range v.Bundle.Trials {
		here[id] = true
	}
	open, sealed := 0, 0
	for id := range v.planned {
		if !here[id] {
			open++
		}
	}
	for _, id := range v.scores.Sealed() {
		if v.planned[id] && !here[id] {
			sealed++
		}
	}
	if open > 0 {
		v.report.add(Whole, v.in(""), Trusted, "%d trials of the experiment are not in the bundle, of which its log has %d as finished", open, sealed)
	}
}

// given checks the submissions that no agent made.
func (v *Verifier) given() {
	entries, _ := v.Bundle.Root.Entries()
	for _, e := range entries {
		if !e.Given() {
			continue
		}
		outcomes, err := v.scores.Outcomes(e)
		if v.report.check(Scores, e.Folder, v.local(err), "a submission that no agent made: its runs, by the log") {
			v.report.Outcomes = append(v.report.Outcomes, outcomes...)
		}
	}
}
