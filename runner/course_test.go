package runner

import (
	"testing"

	"autodatabench/results"
	"autodatabench/runner/student"
)

func TestCourseKeepsSomeUpdates(t *testing.T) {
	said := 0
	c := course{report: func(string) { said++ }}
	for step := 1; step <= 375; step++ {
		c.take(student.Progress{Step: step, Total: 375, Loss: 1, LearningRate: 1e-4, TokensPerSecond: 9000, PeakMemory: 5})
	}
	got := c.of(student.TrainReport{Trainable: 7, Measured: student.Measured{StartSeconds: 30, Seconds: 180, PeakMemory: 6}})
	if n := len(got.Points); n != said || n < coursePoints || n > coursePoints+2 || got.Points[n-1].Step != 375 {
		t.Errorf("%d points, %d reports: %+v", n, said, got.Points)
	}
	if got.Trainable != 7 || got.StartSeconds != 30 || got.UpdateSeconds != 180 || got.PeakMemory != 6 ||
		got.Points[0] != (results.CoursePoint{Step: 18, Loss: 1, LearningRate: 1e-4, TokensPerSecond: 9000, Memory: 5}) {
		t.Errorf("course %+v", got)
	}
}

// The student inside the program says nothing of times, and its record stays as it
// was.
func TestNoCourse(t *testing.T) {
	c := course{report: func(string) {}}
	c.take(student.Progress{Step: 1, Total: 1, Loss: 1})
	if got := c.of(student.TrainReport{Rows: 1}); got != nil {
		t.Errorf("course %+v", got)
	}
}
