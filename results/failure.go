package results

import (
	"strings"
	"time"
)

// Failure is what an agent did wrong in an attempt, in the terms of the paper's
// figure 5 (protocol.md section 9). It is a result, kept in the record, and never an
// error of the program. The empty value means that nothing failed.
type Failure string

// The failure taxonomy.
const (
	CodeTimeout         Failure = "code execution timeout"
	ExtractionFailed    Failure = "code extraction failed"
	RuntimeError        Failure = "code runtime error"
	OutputTruncated     Failure = "LLM output truncated"
	InsufficientSamples Failure = "insufficient valid samples"
	OtherFailure        Failure = "other"
)

// Failures lists the taxonomy in the paper's order.
func Failures() []Failure {
	return []Failure{CodeTimeout, ExtractionFailed, RuntimeError, OutputTruncated, InsufficientSamples, OtherFailure}
}

// Signs are what the platform saw of an attempt that bears on its failure.
type Signs struct {
	Unanswered bool // the agent gave no reply: its program failed, or no prompt fits its model
	Cut        bool // the output limit cut the reply before its program ended
	NoCode     bool // the reply holds no program
	TimedOut   bool // the program was stopped
	ExitCode   int  // of the program
	Invalid    bool // there is no valid submission
	Diverged   bool // the student cannot be trained on the rows, or not answer after it
}

// Classify is the one place that decides what kind of failure the signs are; of
// several the first in an attempt's course counts. It is empty when there is
// none. What the platform itself did wrong is no sign: such a step is repeated.
func Classify(s Signs) Failure {
	switch {
	case s.Unanswered:
		return OtherFailure
	case s.Cut:
		return OutputTruncated
	case s.NoCode:
		return ExtractionFailed
	case s.TimedOut:
		return CodeTimeout
	case s.ExitCode != 0:
		return RuntimeError
	case s.Invalid:
		return InsufficientSamples
	case s.Diverged:
		return OtherFailure
	}
	return ""
}

// Kind says whose fault an [Error] is; the command line maps it to an exit code.
type Kind string

// The kinds of error.
const (
	BadInput       Kind = "bad input"      // a file or value the user gave
	Infrastructure Kind = "infrastructure" // something outside the program is missing or broke
	Verification   Kind = "verification failed"
)

// Error is a fault of the platform or of its user's input. It is shown as one
// line, with the hint on a line of its own.
type Error struct {
	Kind Kind
	Hint string // what to do about it; may be empty
	Err  error

	// After is how long the server that failed asks to be left alone, 0 when it
	// does not say.
	After time.Duration
}

// Error returns the message without the hint.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Bad marks err as caused by the user's input. A hint says what to do about it.
func Bad(err error, hint ...string) error { return mark(BadInput, err, hint) }

// Infra marks err as caused by something outside the program.
func Infra(err error, hint ...string) error { return mark(Infrastructure, err, hint) }

func mark(kind Kind, err error, hint []string) error {
	return &Error{Kind: kind, Hint: strings.Join(hint, "; "), Err: err}
}
