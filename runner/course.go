package runner

import (
	"fmt"
	"math"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/student"
)

// courseEvents is about how many updates of a training are events.
const courseEvents = 20

// course follows a training into the trial's events. A fault of it is kept until
// the training has ended.
type course struct {
	report func(doing string)
	event  func(results.UpdateData) error
	err    error
}

func (t *trial) course() *course {
	return &course{report: t.report, event: func(d results.UpdateData) error { return t.append(results.StudentUpdated, d) }}
}

// take reports some of the updates; those of students that tell their speed are
// events too.
func (c *course) take(p student.Progress) {
	if every := max(1, p.Total/courseEvents); p.Step%every != 0 && p.Step != p.Total {
		return
	}
	c.report(fmt.Sprintf("training: update %d of %d, loss %.3f", p.Step, p.Total, p.Loss))
	if p.TokensPerSecond <= 0 || c.err != nil || math.IsNaN(p.Loss) || math.IsInf(p.Loss, 0) { // no record holds such numbers
		return
	}
	c.err = c.event(results.UpdateData{
		Step: p.Step, Total: p.Total, Loss: p.Loss, LearningRate: p.LearningRate, TokensPerSecond: p.TokensPerSecond, Memory: p.PeakMemory,
	})
}

// courseOf is what the training took, for the record; nil when the student says
// nothing of it.
func courseOf(r results.TrainReport) *results.Course {
	if r.Measured == (results.Measured{}) {
		return nil
	}
	return &results.Course{
		StartSeconds: r.Measured.StartSeconds, UpdateSeconds: r.Measured.Seconds, PeakMemory: r.Measured.PeakMemory, Trainable: r.Trainable,
	}
}
