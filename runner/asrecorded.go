package runner

import (
	"encoding/json"

	"github.com/autodatabench/autodatabench/results"
)

// Stopped reports whether the code of the recorded attempt was stopped for its
// time.
func (r *Recording) Stopped(attempt int) bool {
	code := r.code(attempt)
	return code != nil && code.Failure == results.CodeTimeout
}

// code is how the recorded attempt's code ended; nil when it did not run.
func (r *Recording) code(attempt int) *results.CodeData {
	n := 0
	for _, e := range r.events {
		switch e.Kind {
		case results.AttemptStarted:
			n++
		case results.CodeExecuted:
			var d results.CodeData
			if n == attempt && json.Unmarshal(e.Data, &d) == nil {
				return &d
			}
		}
	}
	return nil
}

// asRecorded gives code that was stopped for its time in the record that end again,
// with what it had printed by then: how long things took is part of what a replay
// has from the record, and a recorded teacher answers at once. Calls and submission
// are those of the replay.
func (t *trial) asRecorded(n int, now *results.CodeData) {
	if t.Recorded != nil && t.Recorded.Stopped(n) {
		was := t.Recorded.code(n)
		now.ExitCode, now.Failure, now.Detail = was.ExitCode, was.Failure, was.Detail
	}
}

// endsHere is the end of the trial when the record ended where the new trial
// stands, before a step that is bounded by the run time.
func (t *trial) endsHere() error {
	if t.Recorded == nil {
		return nil
	}
	if end := t.Recorded.cutOff(); end != nil {
		return &spentError{end.Reason}
	}
	return nil
}
