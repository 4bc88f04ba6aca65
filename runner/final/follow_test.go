package final

import (
	"context"
	"slices"
	"testing"

	"github.com/autodatabench/autodatabench/runner/student"
)

// Whoever follows a score is told of some of its steps and of the last; without anybody
// there is nothing to call.
func TestFollow(t *testing.T) {
	if training, answers := follow(context.Background()); training != nil || answers != nil {
		t.Error("nobody follows, and there are functions")
	}
	var told []string
	training, answers := follow(Following(context.Background(), func(what string) { told = append(told, what) }))
	for step := range 120 {
		training(student.Progress{Step: step + 1, Total: 120, Loss: 0.5})
	}
	answers(7, 300)
	answers(300, 300)
	if len(told) != 61 || told[59] != "training: update 120 of 120, loss 0.500" || told[60] != "private questions: 300 of 300 answered" {
		t.Errorf("%d told: %q", len(told), slices.Concat(told[:1], told[len(told)-2:]))
	}
}
