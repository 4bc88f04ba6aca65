package progress

import (
	"slices"
	"time"

	"github.com/autodatabench/autodatabench/results"
)

// times are how long steps took, by agent and for all agents ("").
type times map[string]map[Step][]time.Duration

func (t times) add(agent string, step Step, took time.Duration) {
	for _, key := range []string{agent, ""} {
		if t[key] == nil {
			t[key] = map[Step][]time.Duration{}
		}
		t[key][step] = append(t[key][step], max(0, took))
	}
}

// median is the typical time of the agent's steps of a kind, or of all agents' where
// the agent has had none.
func (t times) median(agent string, step Step) (typical time.Duration, known bool) {
	for _, key := range []string{agent, ""} {
		if all := t[key][step]; len(all) > 0 {
			sorted := slices.Sorted(slices.Values(all))
			n := len(sorted)
			return (sorted[(n-1)/2] + sorted[n/2]) / 2, true
		}
	}
	return 0, false
}

// ended counts the attempts of ended trials.
type ended struct{ trials, attempts, valid int }

func (m *Model) count(t *Trial) {
	for _, key := range []agentOf{{t.ID.Agent, t.ID.Workflow}, {"", t.ID.Workflow}} {
		e := m.attempts[key]
		m.attempts[key] = ended{e.trials + 1, e.attempts + t.Attempt, e.valid + t.Valid}
	}
}

// usual is how many attempts a trial takes, and the share of them with a valid
// submission, by the trials that have ended: of the agent, else of all.
func (m *Model) usual(id results.TrialID) (attempts, valid float64) {
	attempts, valid = 1, 1 // a one-shot trial ends with its first valid attempt
	for _, agent := range []string{id.Agent, ""} {
		if e := m.attempts[agentOf{agent, id.Workflow}]; e.attempts > 0 {
			attempts, valid = float64(e.attempts)/float64(e.trials), float64(e.valid)/float64(e.attempts)
			break
		}
	}
	if id.Workflow == results.Iterative {
		attempts = float64(m.budget.MaxAttempts(id.Workflow))
	}
	return attempts, valid
}

// order is the place of a step within an attempt; the final score is behind them, and
// what is no step is -1.
func (s Step) order() int {
	return slices.Index([]Step{Ask, Execute, Check, Train, Evaluate, Final}, s)
}

// left is how long the trial will still take.
func (m *Model) left(t Trial, now time.Time) (left time.Duration, known bool) {
	known = true
	typical := func(step Step) float64 {
		d, measured := m.times.median(t.ID.Agent, step)
		if !measured && step == Final { // until one is measured: a training and its evaluation
			train, one := m.times.median(t.ID.Agent, Train)
			evaluate, other := m.times.median(t.ID.Agent, Evaluate)
			d, measured = train+evaluate, one && other
		}
		known = known && (measured || step == Check)
		return float64(d)
	}
	attempts, valid := m.usual(t.ID)
	later := max(0, attempts-float64(t.Attempt)) // attempts after the one under way
	sum := 0.0
	for _, part := range parts(t.ID.Workflow, valid) {
		times := part.share * later
		if t.Step != "" && part.step.order() > t.Step.order() {
			times += part.share
		}
		if times > 0 {
			sum += times * typical(part.step)
		}
	}
	if t.Step != "" {
		step := typical(t.Step)
		if t.State == Running {
			step = max(0, step-float64(now.Sub(t.Since)))
		}
		sum += step
	}
	if t.Step != Final && (valid > 0 || t.Valid > 0) {
		sum += typical(Final)
	}
	return time.Duration(sum), known
}

// part is a step of an attempt and the share of attempts that get to it.
type part struct {
	step  Step
	share float64
}

// parts are the steps of an attempt of which so large a share is valid.
func parts(w results.Workflow, valid float64) []part {
	parts := []part{{Ask, 1}, {Execute, 1}, {Check, 1}}
	if w == results.Iterative {
		parts = append(parts, part{Train, valid}, part{Evaluate, valid})
	}
	return parts
}

// Left is how long the experiment will still take: its trials go to its places in
// their order. It is not known before each kind of step has been measured.
func (m *Model) Left(now time.Time) (left time.Duration, known bool) {
	places := make([]time.Duration, m.places)
	known = true
	for _, state := range []State{Running, Stopped, Waiting} {
		for _, t := range m.trials {
			if t.State != state {
				continue
			}
			takes, measured := m.left(t, now)
			known = known && measured
			first := slices.Index(places, slices.Min(places))
			places[first] += takes
		}
	}
	return slices.Max(places), known
}
