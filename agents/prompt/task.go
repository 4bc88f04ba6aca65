package prompt

import (
	"fmt"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// Task is what the prompts of every experiment say of a task, in their words: the
// task with each data setting that it has, how the student is asked, and the form
// of a submission.
func Task(b results.Brief) (string, error) {
	task, err := part("task", b, results.Scratch)
	if err != nil {
		return "", err
	}
	if b.SeedItems > 0 {
		seeded, err := part("task", b, results.Seed)
		if err != nil {
			return "", err
		}
		task += seeded[strings.LastIndex(seeded, "\n\n## Data setting: "):]
	}
	// The rest of the next two is what an experiment fixes.
	student, err := part("student", b, results.Scratch)
	if err != nil {
		return "", err
	}
	heading, _, _ := strings.Cut(student, "\n")
	inference := student[strings.LastIndex(student, "\n- Inference: "):]
	submission, err := part("submission", b, results.Scratch)
	if err != nil {
		return "", err
	}
	form, _, _ := strings.Cut(submission, "\n\n- ")
	return task + "\n\n" + heading + "\n" + inference + "\n\n" + form + "\n", nil
}

// part is a section of the prompts outside of any experiment.
func part(name string, b results.Brief, s results.Setting) (string, error) {
	v := &view{Data: Data{Brief: b, Trial: &results.Trial{Spec: results.Spec{TrialID: results.TrialID{Setting: s}}}}}
	var text strings.Builder
	if err := templates.ExecuteTemplate(&text, name, v); err != nil {
		return "", fmt.Errorf("prompt, part %s: %w", name, err)
	}
	return strings.TrimSpace(text.String()), nil
}
