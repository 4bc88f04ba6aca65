package runner

import (
	"fmt"

	"autodatabench/results"
	"autodatabench/runner/student"
)

// coursePoints is about how many updates of a training the record keeps.
const coursePoints = 20

// course follows a training.
type course struct {
	report func(doing string)
	points []results.CoursePoint
}

// take reports the update and keeps some of them.
func (c *course) take(p student.Progress) {
	if every := max(1, p.Total/coursePoints); p.Step%every != 0 && p.Step != p.Total {
		return
	}
	c.report(fmt.Sprintf("training: update %d of %d, loss %.3f", p.Step, p.Total, p.Loss))
	if p.TokensPerSecond > 0 {
		c.points = append(c.points, results.CoursePoint{
			Step: p.Step, Loss: p.Loss, LearningRate: p.LearningRate, TokensPerSecond: p.TokensPerSecond, Memory: p.PeakMemory,
		})
	}
}

// of is the course for the record; nil when the student said nothing of it.
func (c *course) of(r student.TrainReport) *results.Course {
	if len(c.points) == 0 && r.Measured == (student.Measured{}) {
		return nil
	}
	return &results.Course{
		StartSeconds: r.Measured.StartSeconds, UpdateSeconds: r.Measured.Seconds, PeakMemory: r.Measured.PeakMemory,
		Trainable: r.Trainable, Points: c.points,
	}
}
