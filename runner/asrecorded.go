package runner

import (
	"encoding/json"

	"autodatabench/results"
	"autodatabench/runner/sandbox"
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

// asRecorded makes of code that was stopped for its time in the record code that
// was stopped: how long things took is part of what a replay has from the record,
// and a recorded teacher answers at once.
func (t *trial) asRecorded(n int, result sandbox.Result) sandbox.Result {
	if t.Recorded != nil && t.Recorded.Stopped(n) {
		result.TimedOut, result.ExitCode = true, t.Recorded.code(n).ExitCode
	}
	return result
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
