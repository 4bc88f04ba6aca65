package student

import (
	"context"

	"github.com/autodatabench/autodatabench/results"
)

// Many is a [Trainer] that can fit several adapters in one pass over the base. Each is
// the one that it would be alone, but for rounding.
type Many interface {
	Trainer
	// Agree reports whether trainings by the two recipes can share a pass.
	Agree(a, b results.Recipe) bool
	// TrainMany does the trainings, whose recipes agree, and returns when the last has
	// ended. Each ends by itself: see [Training].
	TrainMany(list []*Training)
}

// Training is one of several that a student does together: what [Trainer] takes, and
// what is called on the way. No two calls overlap.
type Training struct {
	Ctx      context.Context // when it is done, this training is left out and the others go on
	Recipe   results.Recipe
	Rows     []results.Row
	Seed     int64
	Dir      string
	Progress func(Progress) // may be nil

	Begin func()                           // when the student has taken it, before it runs
	End   func(results.TrainReport, error) // once; nothing is called or written after it
}
