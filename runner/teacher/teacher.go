// Package teacher calls the fixed teacher model, which agents' code asks for data.
//
// It holds the contract of the family, [Teacher], and [OpenAI], a teacher behind the
// OpenAI protocol. A teacher answers one text request with one text. The package is
// not for budgets, concurrency within a trial, the ledger and storage, which are the
// gateway's; nor does it know trials or agents.
//
// One Complete is one call, however often it is tried again inside. [CallError] says
// whether a failed call is charged: it is refunded only if every try certainly did
// no work (protocol.md section 6).
package teacher

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/autodatabench/autodatabench/agents/dialect"
)

// Role of a message. Callers send no other.
const (
	System = "system"
	User   = "user"
)

// Message is one turn of the conversation.
type Message struct {
	Role    string `json:"role"` // system | user
	Content string `json:"content"`
}

// Request is what a call may say (protocol.md section 5); the model is fixed.
type Request struct {
	Messages    []Message
	Temperature *float64 // 0 to 2; nil leaves it to the model
	TopP        *float64 // above 0, up to 1; nil leaves it to the model
	MaxTokens   int      // of the answer
	Stop        []string
	JSON        bool  // the answer must be a JSON object
	Seed        int64 // non-negative; of the sampling, as far as the model honours it
}

// Response is the model's answer.
type Response struct {
	Content      string
	FinishReason string // stop | length | content_filter
	InputTokens  int64
	OutputTokens int64
	Simulated    bool     // the server said that this is no LLM
	Adapted      []string // what was sent in another way, since the server refused it
}

// Teacher is a model that answers requests. It is safe for concurrent use.
// Errors are [*CallError]s.
type Teacher interface {
	Complete(ctx context.Context, r Request) (Response, error)
	Name() string    // names the model in the record
	Simulated() bool // it is no LLM
}

// Described is a teacher that says what decides its answers besides the request:
// data whose digest an experiment keeps, so that none goes on with another teacher
// of the same name.
type Described interface {
	Terms() any
}

// CallError is a call that gave no answer.
type CallError struct {
	Status     int           // HTTP status of the last try; 0 when there was no complete answer
	Refunded   bool          // the teacher certainly did no work
	Retryable  bool          // the same call may succeed later
	RetryAfter time.Duration // the least wait the teacher asked for; 0 for none
	Blame      dialect.Blame // what a refusal names, of a status that blames the request
	Err        error
}

// Error names the status, if there is one, and the cause.
func (e *CallError) Error() string {
	if e.Status == 0 {
		return fmt.Sprintf("teacher: %v", e.Err)
	}
	return fmt.Sprintf("teacher answered %d: %v", e.Status, e.Err)
}

// Unwrap returns the cause.
func (e *CallError) Unwrap() error { return e.Err }

// AsCallError finds the CallError in err. An error that is none counts as an
// unknown outcome: nothing is refunded and nothing is tried again.
func AsCallError(err error) *CallError {
	var call *CallError
	if errors.As(err, &call) {
		return call
	}
	return &CallError{Err: err}
}
