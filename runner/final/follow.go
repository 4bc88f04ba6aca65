package final

import (
	"context"
	"fmt"

	"github.com/autodatabench/autodatabench/runner/student"
)

// followParts is about how often a training or an evaluation tells how far it is.
const followParts = 50

type followKey struct{}

// Following has doing told how far a score is that is made within the context.
func Following(ctx context.Context, doing func(what string)) context.Context {
	return context.WithValue(ctx, followKey{}, doing)
}

// follow returns the functions that tell how far a training is, and how far the answers
// to the private set are; nil where nobody asks.
func follow(ctx context.Context) (training func(student.Progress), answers func(done, total int)) {
	doing, ok := ctx.Value(followKey{}).(func(what string))
	if !ok {
		return nil, nil
	}
	some := func(n, total int) bool { return n == total || n%max(1, total/followParts) == 0 }
	return func(p student.Progress) {
			if some(p.Step, p.Total) {
				doing(fmt.Sprintf("training: update %d of %d, loss %.3f", p.Step, p.Total, p.Loss))
			}
		}, func(done, total int) {
			if some(done, total) {
				doing(fmt.Sprintf("private questions: %d of %d answered", done, total))
			}
		}
}
