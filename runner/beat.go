package runner

import (
	"sync"
	"time"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

// beatEvery is how often a step under way says how long it is.
var beatEvery = 10 * time.Second

// beat keeps in the trial's folder how long the step has taken, until stop is called:
// a program that is killed can say nothing at its end. Training and evaluation are not
// among the steps, because waiting for a place to run is no run time.
func (t *trial) beat(a agents.Action, begin time.Time) (stop func()) {
	if a.Kind != agents.Ask && a.Kind != agents.Execute {
		return func() {}
	}
	steps, ended := t.steps, make(chan struct{})
	var beating sync.WaitGroup
	beating.Go(func() {
		tick := time.NewTicker(beatEvery)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				return
			case <-tick.C:
				r := record.Running{Steps: steps, Step: string(a.Kind), Attempt: a.Attempt, Seconds: t.Clock.Now().Sub(begin).Seconds()}
				_ = t.dir.Running().Write(r) // a disk that fails shows where it matters
			}
		}
	})
	return func() {
		close(ended)
		beating.Wait()
		if t.dir.Running().Exists() {
			_ = disk.RemoveAll(string(t.dir.Running())) // it would be of a step that is done
		}
	}
}

// killed counts the time of a step in which the program was killed.
func (t *trial) killed() error {
	if !t.dir.Running().Exists() {
		return nil
	}
	r, err := t.dir.Running().Read()
	if err != nil {
		return err
	}
	if r.Steps == t.steps && t.state.End == "" {
		data := results.FaultData{Step: r.Step, Attempt: r.Attempt, Error: "the program was killed", Seconds: r.Seconds}
		if err := t.append(results.StepCut, data); err != nil {
			return err
		}
	}
	return disk.RemoveAll(string(t.dir.Running()))
}
