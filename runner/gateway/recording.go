package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"autodatabench/results"
	"autodatabench/results/folder"
	"autodatabench/runner/teacher"
)

// Recording is the teacher of a recorded trial: it gives the stored answers again
// and asks nobody. Calls are known by the seed that the gateway derives from
// attempt, request and occurrence.
type Recording struct {
	name      string
	simulated bool
	answers   map[int64]Answer
	refused   map[int64]*teacher.CallError // requests that the teacher found fault with
}

var _ teacher.Teacher = (*Recording)(nil)

// OpenRecording reads the stored calls of the trial folder, which was run under
// the spec.
func OpenRecording(dir string, spec results.Spec) (*Recording, error) {
	r := &Recording{name: spec.Teacher, simulated: spec.Simulated, answers: map[int64]Answer{}, refused: map[int64]*teacher.CallError{}}
	err := ReadExchanges(dir, func(_ string, e Exchange) error {
		r.answers[callSeed(spec.Seed, key{e.Attempt, e.Digest, e.Occurrence})] = e.Response
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read recorded teacher: %w", err)
	}
	err = folder.ReadLog(filepath.Join(dir, ledgerFile), func(line []byte) error {
		var call record
		if err := json.Unmarshal(line, &call); err != nil {
			return err
		}
		status := 0
		if _, err := fmt.Sscanf(call.Detail, "teacher answered %d:", &status); err == nil && call.Kind == kindRefund && requestRefused(status) {
			r.refused[callSeed(spec.Seed, call.key())] = &teacher.CallError{Status: status, Refunded: true, Err: errors.New("as recorded")}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read recorded teacher: %w", err)
	}
	return r, nil
}

// Complete gives the recorded answer to the call.
func (r *Recording) Complete(_ context.Context, q teacher.Request) (teacher.Response, error) {
	if a, ok := r.answers[q.Seed]; ok {
		return teacher.Response{Content: a.Content, FinishReason: a.FinishReason, InputTokens: a.InputTokens, OutputTokens: a.OutputTokens, Simulated: a.Simulated}, nil
	}
	if refused := r.refused[q.Seed]; refused != nil {
		return teacher.Response{}, refused
	}
	return teacher.Response{}, &teacher.CallError{Refunded: true, Err: errors.New("the recording has no such call")}
}

// Name is that of the recorded teacher.
func (r *Recording) Name() string { return r.name }

// Simulated says whether the recorded trial was.
func (r *Recording) Simulated() bool { return r.simulated }
